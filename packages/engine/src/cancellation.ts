// Bulk cancellations: the runs of a function that were made in a period are cancelled, piece by piece.
import { type Compiled, compile, judge } from "@stepwright/expressions";
import { asQueueItemId, type FunctionId, type JsonValue, type Millis } from "@stepwright/protocol";
import { cancel } from "./cancel.ts";
import type { Effect, Transition } from "./effects.ts";
import { leaseGuard, type LeasedItem, type NewQueueItem, type Work } from "./queue-item.ts";
import { isEnded } from "./run.ts";
import { type Decision, type DecisionContext, type RunState, triggerEvent } from "./state.ts";

/** A bulk cancellation as it is stored. It concerns runs that were there when it was asked for, and no later ones. */
export interface Cancellation {
  /** A ULID. */
  readonly id: string;
  readonly functionId: FunctionId;
  /** Runs made at this time or later; null: however old. */
  readonly startedAfter: Millis | null;
  /** Runs made before this time. */
  readonly startedBefore: Millis;
  /** Looks at the run's first event as `event`; null: every run. */
  readonly if: string | null;
  readonly createdAt: Millis;
  /** When the last of the runs had been looked at; null while that goes on. */
  readonly endedAt: Millis | null;
  /** Runs cancelled so far; those of a piece that a killed server was at are not counted. */
  readonly cancelled: number;
}

/** Ended cancellations that are remembered; the oldest are forgotten first. */
export const cancellationsKeptMax = 1_000;

type CancellationWork = Extract<Work, { kind: "cancellation" }>;

/** Asks for a cancellation: it goes on from a queue item, whatever happens to the server meanwhile. */
export function askForCancellation(cancellation: Cancellation): Transition {
  const item: NewQueueItem = {
    id: asQueueItemId(`cancellation:${cancellation.id}`),
    lane: "system",
    at: cancellation.createdAt,
    attempt: 0,
    work: { kind: "cancellation", cancellationId: cancellation.id, before: null },
  };
  return {
    guards: [],
    effects: [
      { kind: "putCancellation", cancellation, keptMax: cancellationsKeptMax },
      { kind: "enqueue", item },
    ],
  };
}

/** What one piece came to: how many of its runs were cancelled, and the last run it looked at; null when none are left. */
export interface CancelledPiece {
  readonly cancelled: number;
  readonly last: CancellationWork["before"];
}

/** Notes a piece; what is left goes on from the same item. */
export function cancelledPiece(
  item: LeasedItem,
  o: {
    readonly work: CancellationWork;
    readonly cancellation: Cancellation;
    readonly piece: CancelledPiece;
    readonly now: Millis;
  },
): Transition {
  const { work, cancellation, piece, now } = o;
  const next: Effect =
    piece.last === null
      ? { kind: "dequeue", itemId: item.id }
      : { kind: "replaceWork", item: { ...item, at: now, work: { ...work, before: piece.last } } };
  return {
    guards: [leaseGuard(item)],
    effects: [
      {
        kind: "noteCancellation",
        id: cancellation.id,
        cancelled: cancellation.cancelled + piece.cancelled,
        endedAt: piece.last === null ? now : null,
      },
      next,
    ],
  };
}

/** Reads the condition of a cancellation once for many runs; null when there is none. */
export function conditionOf({ if: text }: Cancellation): Compiled | null {
  if (text === null) return null;
  const compiled = compile(text);
  if (compiled.kind === "invalid") throw new Error(`the condition ${text} was checked, and does not compile any more`);
  return compiled.expression;
}

/** Says whether a cancellation means runs with this first event. A condition that errors spares the run. */
export function isMeant(
  condition: Compiled | null,
  { event, now }: { readonly event: JsonValue; readonly now: Millis },
): boolean {
  return condition === null || judge(condition, { event }, { now }).isMatch;
}

/** Cancels the run if it belongs to the cancellation; null when it does not. A condition that errors spares the run. */
export function cancelInBulk(
  state: RunState,
  context: DecisionContext,
  o: { readonly cancellation: Cancellation; readonly condition: Compiled | null },
): Decision | null {
  const { cancellation, condition } = o;
  // A run may have been moved to another function since it was listed.
  if (isEnded(state.run.status) || state.run.functionId !== cancellation.functionId) return null;
  if (!isMeant(condition, { event: triggerEvent(state), now: context.now })) return null;
  return cancel(state, context, { kind: "bulk", cancellationId: cancellation.id }, null);
}
