// Records of triggers that started nothing: the reference leaves no trace of them, people ask where their run is.
import type { EventId, FunctionId, Millis, RunId } from "@stepwright/protocol";
import { answerInvoker, invocationError } from "../answer-invoker.ts";
import type { Effect } from "../effects.ts";
import type { EventRef } from "../event.ts";
import type { Invoker } from "../run.ts";

/** Why an event that matched a function started no run of it. */
export type DropReason =
  /** `until` is when the next one will be let through. */
  | { readonly kind: "rateLimited"; readonly key: string | null; readonly until: Millis }
  /** The function's `idempotency` has seen the value. */
  | { readonly kind: "idempotent"; readonly key: string | null; readonly until: Millis }
  /** A later event took its place before the period was over. */
  | { readonly kind: "debounced"; readonly by: EventId }
  /** Its `ts` is older than that of the event that waits already. */
  | { readonly kind: "outOfOrder"; readonly waiting: EventId }
  /** A run was made for the same event id, or this event is in the batch already. */
  | { readonly kind: "duplicate" }
  /** The key of this option cannot be evaluated for the event. */
  | { readonly kind: "keyError"; readonly option: "rateLimit" | "idempotency"; readonly message: string }
  /** The function was removed while the event waited. */
  | { readonly kind: "functionRemoved" };

/** One trigger that started nothing. */
export interface Drop {
  readonly event: EventRef;
  readonly functionId: FunctionId;
  readonly reason: DropReason;
  readonly at: Millis;
}

/** Why a run was skipped: it is recorded and never called. */
export type SkipReason = { readonly kind: "singleton"; readonly runId: RunId } | { readonly kind: "functionPaused" };

/** Records that an event starts nothing, and tells whoever invoked the function with it. */
export function dropStart(
  start: Pick<Drop, "event" | "functionId"> & { readonly invokedBy: Invoker | null },
  reason: DropReason,
  now: Millis,
): readonly Effect[] {
  const { event, functionId, invokedBy } = start;
  return [
    { kind: "recordDrop", drop: { event, functionId, reason, at: now } },
    ...(invokedBy === null
      ? []
      : [answerInvoker(invokedBy, { memo: invocationError(refusal(reason)), childRunId: null, now })]),
  ];
}

/** Why an invoked function did not start; the first is what clients compare (semantics.md §15, 32). */
function refusal(reason: DropReason): string {
  switch (reason.kind) {
    case "rateLimited":
      return "invoked function is rate limited";
    case "idempotent":
      return "invoked function has run for this idempotency key already";
    case "debounced":
    case "outOfOrder":
      return "invoked function was debounced: another call took this one's place";
    case "duplicate":
      return "invoked function was started by the same event id already";
    case "keyError":
      return `invoked function was not started: its ${reason.option} key cannot be evaluated (${reason.message})`;
    case "functionRemoved":
      return "invoked function was removed before it started";
  }
}
