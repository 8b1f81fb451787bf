// What one event causes, as one transition: the event itself, the pauses it ends, the runs it starts.
import type { IndexTerm } from "@stepwright/expressions";
import { asQueueItemId, type EventId, type FunctionId, type JsonValue, type Millis } from "@stepwright/protocol";
import type { Effect, FunctionRecord, Guard, Transition } from "./effects.ts";
import type { EventRef, NewEvent } from "./event.ts";
import { isPauseMatch, type MatchableEvent, matchFunctions } from "./match.ts";
import type { StoredPause } from "./pause.ts";
import { leaseGuard, type LeasedItem, type MatchCursor, type NewQueueItem, resumeItemId } from "./queue-item.ts";
import type { Registry } from "./registry.ts";
import { eventKey, startFunction } from "./start-run.ts";

/** Runs started and pauses ended by one commit; what goes beyond is continued from a durable `match` item. */
export const matchesPerCommitMax = 500;

/** What a match has read. */
export interface MatchInput {
  readonly event: {
    readonly internalId: EventId;
    /** The sender's id: a function starts at most once per id. */
    readonly id: string;
    readonly name: string;
    readonly ts: Millis;
    readonly value: JsonValue;
    /** Bytes of its text. */
    readonly length: number;
  };
  readonly ref: EventRef;
  readonly cursor: MatchCursor;
  readonly registry: Registry;
  /** Candidates of the pause index after `cursor.pausesAfter`, by seq. */
  readonly pauses: readonly StoredPause[];
  /** The functions that the event starts, in order of their ids, if they have been found already. Otherwise they are found here. */
  readonly matching?: readonly FunctionRecord[];
  /** By seq: those of the pauses that have been judged already. Others are judged here. */
  readonly judged?: ReadonlyMap<number, boolean>;
  /** True when the index has more candidates than were read. */
  readonly hasMorePauses: boolean;
  readonly probes: readonly IndexTerm[];
  /** Newest pause that the read has seen. */
  readonly highestPauseSeq: number;
  readonly now: Millis;
  readonly newId: () => string;
}

/** Stores a new event with what it causes. */
export function acceptEvent(input: MatchInput, event: NewEvent): Transition {
  const match = runMatch(input);
  const effects: Effect[] = [{ kind: "putEvent", event }, ...match.effects];
  if (match.next !== null) {
    effects.push({ kind: "enqueue", item: matchItem(input, match.next) });
  }
  return { guards: guardsOf(input), effects, children: match.children };
}

/** Goes on with a stored event: the whole match of a lifecycle event, or the rest of one that touches very much. */
export function continueMatch(input: MatchInput, item: LeasedItem): Transition {
  const match = runMatch(input);
  const end: Effect =
    match.next === null
      ? { kind: "dequeue", itemId: item.id }
      : { kind: "replaceWork", item: { ...matchItem(input, match.next), id: item.id } };
  return {
    guards: [leaseGuard(item), ...guardsOf(input)],
    effects: [...match.effects, end],
    children: match.children,
  };
}

interface Match {
  readonly effects: readonly Effect[];
  readonly children: readonly Transition[];
  /** Where to go on; null when everything is done. */
  readonly next: MatchCursor | null;
}

function runMatch(input: MatchInput): Match {
  const started = startFunctions(input);
  if (started.remaining) {
    return { effects: [], children: started.children, next: { ...input.cursor, functionsAfter: started.lastId } };
  }
  const room = matchesPerCommitMax - started.children.length;
  const hits = input.pauses.filter(
    (pause) => input.judged?.get(pause.seq) ?? isPauseMatch(pause, matchable(input), input.now),
  );
  const taken = hits.slice(0, room);
  const last = hits.length > room ? taken.at(-1) : input.hasMorePauses ? input.pauses.at(-1) : undefined;
  const effects = taken.map((pause) => endPause(input, pause));
  const next: MatchCursor | null =
    last === undefined && hits.length <= room && !input.hasMorePauses
      ? null
      : { functionsAfter: "done", pausesAfter: last?.seq ?? input.cursor.pausesAfter };
  return { effects, children: started.children, next };
}

function startFunctions(input: MatchInput): {
  readonly children: readonly Transition[];
  readonly remaining: boolean;
  readonly lastId: FunctionId | null;
} {
  const { functionsAfter } = input.cursor;
  if (functionsAfter === "done") return { children: [], remaining: false, lastId: null };
  const all = input.matching ?? matchFunctions(input.registry, matchable(input), input.now);
  const matching = all.filter((fn) => functionsAfter === null || fn.id > functionsAfter);
  const now = matching.slice(0, matchesPerCommitMax);
  return {
    children: now.map((fn) => startFor(input, fn)),
    remaining: matching.length > now.length,
    lastId: now.at(-1)?.id ?? null,
  };
}

function startFor(input: MatchInput, fn: FunctionRecord): Transition {
  const { event } = input;
  return startFunction({
    origin: "event",
    fn,
    trigger: { ...event, ref: input.ref },
    idempotencyKey: eventKey(fn, event.id),
    cron: null,
    invokedBy: null,
    originalRunId: null,
    now: input.now,
    newId: input.newId,
  }).transition;
}

/** The pause goes, and a queue item of its run takes its place: what happens to the run is decided in the run's own order. */
function endPause(input: MatchInput, pause: StoredPause): Effect {
  return { kind: "resolvePause", pauseId: pause.id, item: pauseItem(input, pause) };
}

function pauseItem(input: MatchInput, pause: StoredPause): NewQueueItem {
  const base = { lane: "system", at: input.now, attempt: 0 } as const;
  if (pause.stepId === null) {
    return {
      ...base,
      id: asQueueItemId(`${pause.runId}:cancel`),
      work: {
        kind: "cancel",
        runId: pause.runId,
        reason: { kind: "event", eventName: input.event.name, eventId: input.event.internalId },
        event: input.ref,
      },
    };
  }
  return {
    ...base,
    id: resumeItemId(pause.runId, pause.stepId),
    work: { kind: "resume", runId: pause.runId, stepId: pause.stepId, outcome: { kind: "event", event: input.ref } },
  };
}

function matchItem(input: MatchInput, cursor: MatchCursor): NewQueueItem {
  return {
    id: asQueueItemId(`match:${input.event.internalId}:${input.newId()}`),
    lane: "system",
    at: input.now,
    attempt: 0,
    work: { kind: "match", event: input.ref, cursor },
  };
}

function guardsOf(input: MatchInput): readonly Guard[] {
  return [
    { kind: "registryVersion", version: input.registry.version },
    {
      kind: "noNewerPauses",
      eventName: input.event.name,
      probes: input.probes,
      afterSeq: input.highestPauseSeq,
    },
  ];
}

function matchable(input: MatchInput): MatchableEvent {
  return { name: input.event.name, value: input.event.value };
}
