// Checkpoints: finished steps that an SDK saves while its call is still running.
import { z } from "zod";
import { bodyInvalid, bodyNotJson, opInvalid, type StepwrightError } from "./errors.ts";
import { asRunId, isUlid, type RunId } from "./ids.ts";
import { tryParseJson } from "./json.ts";
import { opsPerResponseMax } from "./limits.ts";
import { parseOpList, type Op, type OpName } from "./opcode.ts";
import { issueText } from "./issue-text.ts";

/** A checkpoint of a run whose call the engine started. */
export interface AsyncCheckpoint {
  readonly runId: RunId;
  /** What the call carried as `fn_id`. */
  readonly functionId: string;
  /** What the call carried as `qi_id`; empty when the SDK does not say. */
  readonly queueItemRef: string;
  /** What the call carried as `request_id`; `null` when the SDK does not say. */
  readonly requestId: string | null;
  /** What the call carried as `generation_id`; `null` when the SDK does not say. */
  readonly generationId: number | null;
  readonly ops: readonly Op[];
}

/** The outcome of reading a checkpoint. */
export type ParsedCheckpoint =
  | { readonly kind: "checkpoint"; readonly checkpoint: AsyncCheckpoint }
  | { readonly kind: "rejected"; readonly error: StepwrightError };

/** The ops a checkpoint may hold: what lets the call go on. All others end it and belong into its answer. */
export const checkpointOpNames: ReadonlySet<OpName> = new Set([
  "Step",
  "StepRun",
  "StepPlanned",
  "DeferAdd",
  "DeferAbort",
]);

const asyncCheckpointSchema = z.object({
  run_id: z.string().refine(isUlid, "it must be a ULID"),
  fn_id: z.string().nullish(),
  qi_id: z.string().nullish(),
  request_id: z.string().nullish(),
  generation_id: z.number().nullish(),
  steps: z.array(z.unknown()).nullish(),
});

/** Reads the body of a checkpoint; which ops it may hold is for the engine to say. */
export function parseAsyncCheckpoint(body: string): ParsedCheckpoint {
  const value = tryParseJson(body);
  if (value === undefined) return rejected(bodyNotJson({ reason: "it cannot be parsed" }));
  const parsed = asyncCheckpointSchema.safeParse(value);
  if (!parsed.success) {
    return rejected(
      bodyInvalid({
        reason: parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issueText(issue)}`).join("; "),
      }),
    );
  }
  const wire = parsed.data;
  const count = wire.steps?.length ?? 0;
  if (count > opsPerResponseMax)
    return rejected(opInvalid({ reason: `there are ${count}, and at most ${opsPerResponseMax} are allowed at once` }));
  const steps = parseOpList(wire.steps ?? []);
  if (steps.kind === "malformed") return rejected(opInvalid({ reason: steps.message }));
  return {
    kind: "checkpoint",
    checkpoint: {
      runId: asRunId(wire.run_id),
      functionId: wire.fn_id ?? "",
      queueItemRef: wire.qi_id ?? "",
      requestId: wire.request_id || null,
      generationId: wire.generation_id ?? null,
      ops: steps.ops,
    },
  };
}

function rejected(error: StepwrightError): ParsedCheckpoint {
  return { kind: "rejected", error };
}
