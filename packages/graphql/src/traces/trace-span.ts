// A span of a trace as the schema has it.
import type { AppSpan } from "@stepwright/engine";
import type { JsonObject, Millis } from "@stepwright/protocol";

/** Statuses of spans. */
export type SpanStatus = "QUEUED" | "RUNNING" | "WAITING" | "COMPLETED" | "FAILED" | "CANCELLED" | "SKIPPED";

/** What a span is of. */
export type StepOp = "RUN" | "SLEEP" | "WAIT_FOR_EVENT" | "INVOKE" | "AI_GATEWAY" | "WAIT_FOR_SIGNAL";

/** What is known of a step beyond its times, by the name of its type. */
export type StepInfo = { readonly __typename: string } & Readonly<Record<string, unknown>>;

/** What an app answered, but for the body. */
export interface SpanResponse {
  readonly statusCode: number;
  readonly headers: JsonObject;
}

/** A span with those below it; fields that are not here are read off the run. */
export interface TraceSpan {
  /** Names the span among those of its run. */
  readonly key: string;
  readonly name: string;
  readonly status: SpanStatus;
  readonly attempts: number;
  readonly queuedAt: Millis;
  /** When it was to begin; null where the rendering does not tell. */
  readonly scheduledAt: Millis | null;
  readonly startedAt: Millis | null;
  readonly endedAt: Millis | null;
  readonly stepOp: StepOp | null;
  readonly stepID: string | null;
  readonly stepType: string;
  readonly stepInfo: StepInfo | null;
  /** What its output is found by; null when it has none. */
  readonly outputKey: string | null;
  readonly response: SpanResponse | null;
  /** The span of the app's own that this one is. */
  readonly appSpan: AppSpan | null;
  readonly children: readonly TraceSpan[];
}

/** What a span has that nothing else is known of. */
export const plainSpan = {
  attempts: 0,
  scheduledAt: null,
  stepOp: null,
  stepID: null,
  stepType: "",
  stepInfo: null,
  outputKey: null,
  response: null,
  appSpan: null,
  children: [],
} as const;
