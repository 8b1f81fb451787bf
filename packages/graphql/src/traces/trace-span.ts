// A span of a trace as the schema has it.
import type { Millis } from "@stepwright/protocol";

/** Statuses of spans. */
export type SpanStatus = "QUEUED" | "RUNNING" | "WAITING" | "COMPLETED" | "FAILED" | "CANCELLED";

/** What a span is of. */
export type StepOp = "RUN" | "SLEEP" | "WAIT_FOR_EVENT" | "INVOKE" | "AI_GATEWAY" | "WAIT_FOR_SIGNAL";

/** What is known of a step beyond its times, by the name of its type. */
export type StepInfo = { readonly __typename: string } & Readonly<Record<string, unknown>>;

/** A span with those below it; fields that are not here are read off the run. */
export interface TraceSpan {
  /** Names the span among those of its run. */
  readonly key: string;
  readonly name: string;
  readonly status: SpanStatus;
  readonly attempts: number;
  readonly queuedAt: Millis;
  readonly startedAt: Millis | null;
  readonly endedAt: Millis | null;
  readonly stepOp: StepOp | null;
  readonly stepID: string | null;
  readonly stepType: string;
  readonly stepInfo: StepInfo | null;
  /** What its output is found by; null when it has none. */
  readonly outputKey: string | null;
  readonly children: readonly TraceSpan[];
}
