// Everything a commit writes to: one object per noun, each with its statements prepared once.
import { type AppSpanWrite, appSpanWrites } from "./app-spans.ts";
import { type BatchWrites, batchWrites } from "./batches.ts";
import { type CancellationWrites, cancellationWrites } from "./cancellations.ts";
import type { Connection } from "./connection.ts";
import { type Counters, openCounters } from "./counters.ts";
import { type CronWrites, cronWrites } from "./cron.ts";
import { type EventWrites, eventWrites } from "./events.ts";
import { type DebounceWrites, debounceWrites } from "./debounces.ts";
import { dispatcher } from "./dispatch.ts";
import { dropWrites } from "./drops.ts";
import { type Gates, openGates } from "./gates.ts";
import { type KnownLeases, openKnownLeases } from "./known-leases.ts";
import { type KnownRuns, openKnownRuns } from "./known-runs.ts";
import { type Lanes, openLanes } from "./lanes.ts";
import type { LeaseRound } from "./lease-round.ts";
import { type Lines, openLines, standingGates } from "./lines.ts";
import { type LockWrites, lockWrites } from "./locks.ts";
import { type MetadataWrite, metadataWrites } from "./metadata.ts";
import { type PauseIndex, pauseIndex } from "./pause-index.ts";
import { type PauseWrites, pauseWrites } from "./pauses.ts";
import { type QueueWrites, queueWrites } from "./queue.ts";
import { type RegistryWrites, registryWrites } from "./registry.ts";
import { type RunWrites, runWrites } from "./runs.ts";
import { openSequence, type Sequence } from "./sequence.ts";
import { type ChangedRuns, openChangedRuns } from "./search/changed-runs.ts";
import { type SpanWrites, spanWrites } from "./spans.ts";
import { type StepWrites, stepWrites } from "./steps.ts";

/** The writing side of the store. */
export interface Tables {
  readonly sequence: Sequence;
  readonly counters: Counters;
  readonly known: { readonly leases: KnownLeases; readonly runs: KnownRuns };
  readonly lanes: Lanes;
  readonly lines: Lines;
  readonly gates: Gates;
  readonly events: EventWrites;
  readonly runs: RunWrites;
  readonly steps: StepWrites;
  readonly spans: SpanWrites;
  readonly pauses: PauseWrites;
  readonly pauseIndex: PauseIndex;
  readonly queue: QueueWrites;
  readonly registry: RegistryWrites;
  readonly cancellations: CancellationWrites;
  readonly crons: CronWrites;
  readonly locks: LockWrites;
  readonly debounces: DebounceWrites;
  readonly batches: BatchWrites;
  readonly changeMetadata: MetadataWrite;
  readonly putAppSpans: AppSpanWrite;
  readonly recordDrop: ReturnType<typeof dropWrites>;
  /** What the index of words has to look at once more. */
  readonly changedRuns: ChangedRuns;
  /** Leases what may be leased at the end of a commit. Says whether there was more to look at than one commit should. */
  readonly dispatch: (round: LeaseRound) => boolean;
}

/** Prepares all writes on the one writing connection; leases belong to the boot's epoch. */
export function openTables(db: Connection, epoch: number): Tables {
  const sequence = openSequence(db);
  const counters = openCounters(db);
  const lines = openLines(db);
  const gates = openGates(db, () => standingGates(db));
  const lanes = openLanes(db, lines);
  const known = { leases: openKnownLeases(), runs: openKnownRuns() };
  const queue = queueWrites(db, { lanes, lines, gates, known, epoch });
  const index = pauseIndex(db, sequence.last);
  return {
    sequence,
    counters,
    known,
    lanes,
    lines,
    gates,
    events: eventWrites(db, sequence),
    runs: runWrites(db, { counters, known: known.runs }),
    steps: stepWrites(db),
    spans: spanWrites(db),
    pauses: pauseWrites(db, sequence, index),
    pauseIndex: index,
    queue,
    registry: registryWrites(db, counters),
    cancellations: cancellationWrites(db),
    crons: cronWrites(db),
    locks: lockWrites(db),
    debounces: debounceWrites(db),
    batches: batchWrites(db),
    changeMetadata: metadataWrites(db),
    putAppSpans: appSpanWrites(db),
    recordDrop: dropWrites(db),
    changedRuns: openChangedRuns(),
    dispatch: dispatcher({ queue, lanes, lines, gates }),
  };
}
