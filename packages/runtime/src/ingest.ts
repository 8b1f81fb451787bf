// Events come in: each is stored together with everything it causes, and only then acknowledged.
import type { NewEvent } from "@stepwright/engine";
import {
  asEventId,
  type EventId,
  type EventIdSeed,
  type IncomingEvent,
  type JsonText,
  type Millis,
  seededEventId,
  storageUnavailable,
} from "@stepwright/protocol";
import type { TransitionOutcome } from "@stepwright/storage";
import type { Committer } from "./committer.ts";
import { eventsPerCommitMax, redecideMax } from "./limits.ts";
import type { Matcher } from "./matcher.ts";
import { patienceRounds, type RegistryGate } from "./registry-gate.ts";
import { refuseFailed } from "./storage-trouble.ts";

/** Stores events. */
export interface Ingest {
  /** Events that have been taken and are not stored yet. */
  readonly waiting: number;
  accept(events: readonly IncomingEvent[], seed: EventIdSeed | null): Promise<readonly EventId[]>;
}

type AcceptedEvent = NewEvent & { readonly data: JsonText };

/** Makes the inlet. */
export function createIngest(options: {
  readonly committer: Committer;
  readonly matcher: Matcher;
  readonly refreshRegistry: () => Promise<void>;
  readonly gate: RegistryGate;
  readonly countsAsNow: (ts: Millis) => boolean;
  readonly now: () => Millis;
  readonly newId: () => string;
}): Ingest {
  const { committer, matcher } = options;

  let waiting = 0;
  let turns = 0;

  const storeChunk = async (events: readonly AcceptedEvent[], turn: number): Promise<void> => {
    let left = events;
    let release = (): void => undefined;
    try {
      for (let round = 0; left.length > 0; round += 1) {
        if (round === redecideMax) throw storageUnavailable({ reason: "apps and waits kept changing under the match" });
        if (round === patienceRounds) release = options.gate.hold();
        const transitions = await Promise.all(left.map((event) => matcher.accept(event)));
        const outcomes = await committer.submitNew(transitions, turn);
        const again = left.filter((_, index) => isRejected(outcomes[index]));
        // What the match relied on changed between reading and writing: match these again.
        if (again.length > 0) await options.refreshRegistry();
        left = again;
      }
    } finally {
      release();
    }
  };

  return {
    get waiting() {
      return waiting;
    },
    async accept(incoming, seed) {
      const receivedAt = options.now();
      const events = incoming.map((event, index) => stamp(event, { ...options, index, seed, receivedAt }));
      const turn = (turns += 1);
      waiting += events.length;
      try {
        for (let start = 0; start < events.length; start += eventsPerCommitMax) {
          await storeChunk(events.slice(start, start + eventsPerCommitMax), turn);
        }
      } finally {
        waiting -= events.length;
      }
      return events.map((event) => event.internalId);
    },
  };
}

function isRejected(outcome: TransitionOutcome | undefined): boolean {
  if (outcome !== undefined) refuseFailed(outcome);
  return outcome?.kind === "rejected";
}

function stamp(
  event: IncomingEvent,
  context: {
    readonly index: number;
    readonly seed: EventIdSeed | null;
    readonly receivedAt: Millis;
    readonly newId: () => string;
    readonly countsAsNow: (ts: Millis) => boolean;
  },
): AcceptedEvent {
  const internalId =
    context.seed === null ? asEventId(context.newId()) : seededEventId(context.seed, context.index + 1);
  return {
    internalId,
    id: event.id ?? internalId,
    name: event.name,
    data: event.data,
    user: event.user,
    ts: event.ts === null || context.countsAsNow(event.ts) ? context.receivedAt : event.ts,
    v: event.v,
    meta: event.meta,
    receivedAt: context.receivedAt,
    lifecycleOf: null,
  };
}
