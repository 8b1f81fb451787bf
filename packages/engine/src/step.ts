// A step: the memoized result of one instruction of the user's function.
import type { JsonText, Millis, OpName, StepId } from "@stepwright/protocol";

/** The stored result of a step. It is written once; later results for the same id are dropped. */
export interface StepResult {
  readonly id: StepId;
  /** Index in completion order; the SDK resolves memoized promises in this order. */
  readonly position: number;
  readonly op: OpName;
  /** What people see: displayName, else name, else id. */
  readonly name: string;
  readonly status: "completed" | "failed" | "timedOut";
  /** Exactly what goes into `steps[id]` of the next request (sdk-protocol.md §6). */
  readonly memo: JsonText;
  /** Arguments given to `step.run(id, fn, ...input)`, when the SDK reports them. */
  readonly input: JsonText | null;
  readonly finishedAt: Millis;
}
