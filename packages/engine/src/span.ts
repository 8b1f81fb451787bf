// Spans: what happened when, one row each, written in the commit that made it true.
// The dashboard draws a run from them; the engine never reads them back.
import type { JsonText, Millis, RunId, StepId } from "@stepwright/protocol";

/** What a span describes. `function` is an attempt of the code outside steps that failed or ended the run. */
export type SpanKind = "step" | "sleep" | "wait" | "invoke" | "signal" | "gateway" | "function";

/** One attempt of a step or of the function body, or one wait. */
export interface Span {
  readonly runId: RunId;
  /** `<stepId>:<attempt>` for attempts, `<stepId>` for waits, `fn:<n>` for the body: writing one twice replaces it. */
  readonly id: string;
  readonly kind: SpanKind;
  readonly stepId: StepId | null;
  readonly name: string;
  readonly op: string;
  readonly attempt: number;
  readonly status: "waiting" | "completed" | "failed" | "timedOut" | "cancelled";
  readonly queuedAt: Millis;
  readonly startedAt: Millis;
  /** Null while the wait is open. */
  readonly endedAt: Millis | null;
  /** `{name,message,stack?,cause?}` of a failed attempt. */
  readonly error: JsonText | null;
  /**
   * What is known beyond times, by kind: sleep `{until}`; wait `{event,expression,until,matchedEventId?}`;
   * invoke `{functionId,until,eventId,childRunId?}`; signal `{signal,until}`; a failed attempt that will be tried again `{retryAt}`;
   * steps of a kind of their own `{type}`, for example `step.sendEvent`; an attempt that was answered `{response:{status,headers}}`.
   * Canonical JSON object.
   */
  readonly detail: JsonText;
}
