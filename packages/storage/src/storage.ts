// The storage contract: asynchronous and batch-shaped, so that one file of SQLite
// and many servers on Postgres can stand behind it alike.
// Logic stays in the core; an implementation translates effects and reads to SQL.
import type {
  App,
  AppSpan,
  BatchedEvent,
  Cancellation,
  CronSchedule,
  DebounceWindow,
  Drop,
  Expired,
  FunctionRecord,
  Gate,
  Lane,
  LeasedItem,
  OpenBatch,
  Run,
  RunMetadata,
  RunStatus,
  Span,
  StepResult,
  StoredEvent,
  StoredPause,
  Transition,
  Work,
} from "@stepwright/engine";
import type { IndexTerm } from "@stepwright/expressions";
import type { AppId, EventId, FunctionId, JsonText, Millis, QueueItemId, RunId, StepId } from "@stepwright/protocol";
import type { SearchQuery } from "./search/parse-search.ts";

/** The one storage contract. All methods may be called concurrently. */
export interface Storage {
  /**
   * Applies transitions in one durable transaction, then leases what is due.
   *
   * Each transition has its own outcome: a failed guard drops that transition (and its
   * children) and nothing else. An error while applying one (a bug, a constraint) is
   * reported as its outcome too and leaves the others untouched.
   */
  commit(batch: CommitBatch): Promise<CommitResult>;
  readonly runs: RunReads;
  readonly events: EventReads;
  readonly pauses: PauseReads;
  readonly queue: QueueReads;
  readonly flow: FlowReads;
  readonly registry: RegistryReads;
  readonly cancellations: CancellationReads;
  readonly retention: Retention;
  readonly search: SearchIndex;
  /** Size and health figures. */
  stats(): Promise<StorageStats>;
  /** Flushes and closes. Idempotent. */
  close(): Promise<void>;
}

/** Transitions that became ready in the same moment, and the leases wanted with them. */
export interface CommitBatch {
  readonly transitions: readonly Transition[];
  readonly now: Millis;
  /** Lanes with room: due items whose gates are open are leased, lowest score first. Items enqueued by this very batch count. */
  readonly lease: readonly LaneRoom[];
}

/** Room in a lane. */
export interface LaneRoom {
  readonly lane: Lane;
  /** How many items may be leased in the lane's group: lanes of one group share it, the one with the fewest in hand first. */
  readonly max: number;
  /** Items of the lane in hand already. Default 0. */
  readonly inHand?: number;
}

/** What a commit did. */
export interface CommitResult {
  /** One per transition, in order. */
  readonly outcomes: readonly TransitionOutcome[];
  readonly leased: readonly LeasedItem[];
  /**
   * For every lane that was asked for, or whose items changed: when its next item may be leased (in the past if
   * there was no room); null when it has none. Items that stand at a closed gate do not count: the commit that
   * opens the gate leases them, or names their lane.
   */
  readonly lanes: readonly LaneState[];
  /** There was more to look at than one commit should: commit again, even if there is nothing to write. */
  readonly hasMore: boolean;
}

/** When a lane has work next. */
export interface LaneState {
  readonly lane: Lane;
  readonly nextAt: Millis | null;
}

/** What became of one transition. */
export type TransitionOutcome =
  | {
      readonly kind: "committed";
      /** Seqs of this transition's `putEvent` effects, in order. */
      readonly eventSeqs: readonly number[];
      readonly children: readonly TransitionOutcome[];
      /** Runs that its `admit` effects made or changed, in order. */
      readonly admitted: readonly { readonly id: RunId; readonly status: RunStatus }[];
    }
  | { readonly kind: "rejected"; readonly guard: Transition["guards"][number] }
  /** The store refused an effect; the message is for the log. Nothing of the transition was applied. */
  | { readonly kind: "failed"; readonly error: Error };

/** Everything a decision about a run needs, in one read. */
export interface LoadedRun {
  readonly run: Run;
  /** In completion order. */
  readonly steps: readonly StepResult[];
  /** Triggering events in order. */
  readonly events: readonly StoredEvent[];
  /** Steps reported but not finished: targets of open queue items and pauses. */
  readonly openSteps: readonly StepId[];
  /** The run's discovery item is among those that were set aside. */
  readonly isDiscoverySetAside: boolean;
}

/** Reads of runs. */
export interface RunReads {
  /** Null when there is no such run. */
  load(runId: RunId): Promise<LoadedRun | null>;
  get(runId: RunId): Promise<Run | null>;
  steps(runId: RunId): Promise<readonly StepResult[]>;
  /** In the order they began. */
  spans(runId: RunId): Promise<readonly Span[]>;
  events(runId: RunId): Promise<readonly StoredEvent[]>;
  metadata(runId: RunId): Promise<readonly RunMetadata[]>;
  /** Spans of the app's own, in the order they were first stored. */
  appSpans(runId: RunId): Promise<readonly AppSpan[]>;
  /** How much of them a run has, as `AppSpanLimits` counts it. */
  appSpanUse(runId: RunId): Promise<{ readonly count: number; readonly bytes: number }>;
  /** Open queue items of a run, soonest first: what it is doing or waiting for. */
  items(runId: RunId): Promise<readonly QueuedItem[]>;
  /** What runs have open, as of one moment: one read for a whole page. A run that has nothing open is not in the answer. */
  openOf(runIds: readonly RunId[]): Promise<ReadonlyMap<RunId, OpenOfRun>>;
  /**
   * Newest first (by run id), at most 100. `cursor` is the last id of the previous page. Relies on the time in a
   * run's id being within a minute of its `queuedAt`.
   */
  list(filter: RunFilter, page: { readonly cursor: string | null; readonly limit: number }): Promise<Page<Run>>;
  /**
   * As `list`, of the runs whose texts the search finds: newest first, in the order they were stored. `cursor` is a number as
   * text. A page may be short, or empty, and have a cursor all the same: a request looks at so many candidates and no more.
   */
  search(
    query: SearchQuery,
    filter: RunFilter,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<SearchPage<Run>>;
  /**
   * Runs in the order of one of their times, those of the same moment in the order they were stored, at most 100. The time of
   * `queuedAt` is that of the run's id, to the millisecond. A page may be short, or empty, and have a `next` all the same: a request
   * looks at so many runs and no more.
   */
  byTime(
    filter: TimedRunFilter,
    page: { readonly direction: "asc" | "desc"; readonly after: RunPosition | null; readonly limit: number },
  ): Promise<{ readonly items: readonly Run[]; readonly next: RunPosition | null }>;
  /** How many runs a filter has, piece by piece: the sum over all pieces. Nobody waits for all of a million. */
  countByTime(filter: TimedRunFilter, cursor: string | null): Promise<CountedPiece>;
  /** Those of the runs that there are, in no order; at most 100 are asked for. */
  byIds(ids: readonly RunId[]): Promise<readonly Run[]>;
  /** The triggering events of several runs, in order. */
  eventsOf(ids: readonly RunId[]): Promise<ReadonlyMap<RunId, readonly StoredEvent[]>>;
  /** The run that was made under an idempotency key; null when the key is free or belongs to no run. */
  ofKey(key: string, now: Millis): Promise<RunId | null>;
  /** Runs started by the event row with this internal id, oldest first, at most 100. */
  startedBy(eventId: EventId): Promise<readonly Run[]>;
  /** Runs that were started again from this one, the newest first, at most 100. */
  rerunsOf(runId: RunId): Promise<readonly Run[]>;
  /**
   * Unfinished runs that own neither a queue item nor a pause (guarantee 4); at most `limit`. A run timeout or a
   * cancel listener does not count: it may end the run but never moves it on.
   */
  orphans(limit: number): Promise<readonly RunId[]>;
  countByStatus(): Promise<Readonly<Record<RunStatus, number>>>;
}

/** All given conditions must hold. */
export interface RunFilter {
  readonly statuses?: readonly RunStatus[];
  readonly functionId?: FunctionId;
  readonly appId?: AppId;
  readonly triggerName?: string;
  readonly queuedFrom?: Millis;
  readonly queuedBefore?: Millis;
}

/** Runs by one of their times. All given conditions must hold; a run that has not come to that time is in no list. */
export interface TimedRunFilter {
  readonly time: "queuedAt" | "startedAt" | "endedAt";
  readonly from: Millis;
  readonly before: Millis;
  readonly statuses?: readonly RunStatus[];
  readonly functionIds?: readonly FunctionId[];
  readonly appIds?: readonly AppId[];
}

/** Where a run stands in the order of one of its times. */
export interface RunPosition {
  readonly at: Millis;
  readonly id: RunId;
}

/** A piece of a count, and where the next one begins; `nextCursor` is null after the last. */
export interface CountedPiece {
  readonly count: number;
  readonly nextCursor: string | null;
}

/** One page of a keyset list. `nextCursor` is null on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/**
 * A page of a search, and what the search has not looked at. A page may be short, or empty, and have a cursor all the same: a
 * search looks at so much and no more, and goes on from there.
 */
export interface SearchPage<T> extends Page<T> {
  /** Rows that are in no index yet and were not read one by one either, about: these may be missing. */
  readonly notIndexed: number;
  /** A beginning of a word that more words have than were looked for: of those, only some are found. Null: there is none. */
  readonly tooShort: string | null;
}

/** A queue item as people see it. */
export interface QueuedItem {
  readonly id: string;
  readonly kind: string;
  readonly stepId: StepId | null;
  /** Name of the step, where the item knows it: a planned step has no other trace yet. */
  readonly name: string | null;
  readonly at: Millis;
  readonly attempt: number;
  readonly isLeased: boolean;
  /** What a due call waits for; null when nothing is in its way, or it is not due. */
  readonly waitsFor: WaitsFor | null;
}

/** What a run is doing or waiting for. */
export interface OpenOfRun {
  /** Soonest first. */
  readonly items: readonly QueuedItem[];
  /** By seq. */
  readonly pauses: readonly StoredPause[];
}

/** Why a due call has not gone out. */
export type WaitsFor =
  /** `opensAt` is when a gate that paces starts opens; null when a slot has to come free. */
  | { readonly kind: "gate"; readonly gate: Gate; readonly opensAt: Millis | null }
  /** The app has as many calls in flight as it may. */
  | { readonly kind: "room" };

/** The calls of one function that have not ended. */
export interface LaneQueue {
  readonly inFlight: number;
  /** Due, and waiting for room or for a gate. */
  readonly waiting: number;
  /** Not due yet: retries and starts with a time. */
  readonly future: number;
  /** The longest waiting first, at most `limit`; calls without gates stand in none. */
  readonly lines: readonly LaneLine[];
}

/** Calls that have to pass the same gates. */
export interface LaneLine {
  readonly gates: readonly Gate[];
  readonly waitsFor: WaitsFor;
  readonly count: number;
}

/** Reads of events. */
export interface EventReads {
  get(seq: number): Promise<StoredEvent | null>;
  /** The first stored row with this internal id. */
  byInternalId(id: EventId): Promise<StoredEvent | null>;
  /**
   * Newest first (by seq), at most 100. `cursor` is the seq of the last row of the previous page, as text. Relies on
   * events being stored within a minute of the order they were received in.
   */
  list(
    filter: EventFilter,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<Page<EventListRow>>;
  /** As `list`, of the events whose texts the search finds. A page may be short, as in `RunReads.search`. */
  search(
    query: SearchQuery,
    filter: EventFilter,
    page: { readonly cursor: string | null; readonly limit: number },
  ): Promise<SearchPage<EventListRow>>;
  /** How many events a filter has, piece by piece: the sum over all pieces. */
  count(filter: EventFilter, cursor: string | null): Promise<CountedPiece>;
  /** The `inngest/function.finished` events of runs that have ended. */
  endsOf(runIds: readonly RunId[]): Promise<ReadonlyMap<RunId, EventId>>;
}

/** All given conditions must hold. */
export interface EventFilter {
  readonly name?: string;
  readonly receivedFrom?: Millis;
  readonly receivedBefore?: Millis;
  /** Default false: `inngest/*` events are left out. */
  readonly includeInternal?: boolean;
}

/** An event with the runs it started: oldest first, at most 100. */
export interface EventListRow {
  readonly event: StoredEvent;
  readonly runs: readonly { readonly runId: RunId; readonly functionSlug: string; readonly status: RunStatus }[];
}

/** Reads of pauses. */
export interface PauseReads {
  /** Paths under which open pauses of this event name are indexed; few, whatever the number of pauses. */
  paths(eventName: string): Promise<readonly string[]>;
  /**
   * Open, unexpired pauses for the name that any probe finds, plus those without terms and slow ones,
   * by seq; `highestSeq` is the newest pause seq the read has seen (for the `noNewerPauses` guard).
   */
  probe(query: PauseProbe): Promise<{ readonly pauses: readonly StoredPause[]; readonly highestSeq: number }>;
  /** The open waiter of a signal. */
  bySignal(signal: string): Promise<StoredPause | null>;
  byRun(runId: RunId): Promise<readonly StoredPause[]>;
}

/** What to look for. */
export interface PauseProbe {
  readonly eventName: string;
  /**
   * What `paths` answered when the probes were made. When pauses have brought in another path since, `highestSeq`
   * stays below the first of them, so that the `noNewerPauses` guard turns the match down and it is read anew.
   */
  readonly paths: readonly string[];
  readonly probes: readonly IndexTerm[];
  readonly now: Millis;
  readonly afterSeq: number;
  /** Only pauses stored before the event; null when the event is not stored yet. */
  readonly beforeSeq: number | null;
  readonly limit: number;
}

/** Reads of the queue. */
export interface QueueReads {
  /** Every lane with unleased items and when its first one is due. */
  lanes(): Promise<readonly LaneState[]>;
  /** The calls of one lane. */
  ofLane(lane: Lane, limit: number): Promise<LaneQueue>;
  /** Runs that hold a slot at a gate, at most `limit`: by a call in flight, or until they end. */
  holders(gateId: string, limit: number): Promise<readonly RunId[]>;
  /** Items that nobody works on; due as of the latest commit. */
  depth(): Promise<{ readonly due: number; readonly future: number; readonly setAside: number }>;
  /** An item that was set aside, as it can be tried again; null when there is none by that id. */
  setAsideItem(id: string): Promise<SetAsideItem | null>;
  /** Those that were set aside last first, at most 100. What is set aside meanwhile is not on a later page. */
  setAside(page: { readonly cursor: string | null; readonly limit: number }): Promise<Page<SetAsideRow>>;
}

/** An item that could not be processed, as people see it. */
export interface SetAsideRow {
  readonly id: string;
  readonly kind: string;
  readonly runId: RunId | null;
  readonly reason: string;
  readonly at: Millis;
}

/** An item that could not be processed, as it can be tried again. */
export interface SetAsideItem {
  readonly id: QueueItemId;
  readonly lane: Lane;
  readonly attempt: number;
  readonly runId: RunId | null;
  /** Null when it cannot be read. */
  readonly work: Work | null;
}

/** Reads of what waits before there is a run of it. */
export interface FlowReads {
  /** Null when it has fired. */
  window(windowId: string): Promise<DebounceWindow | null>;
  /** A batch with its events in order; null when it was started. */
  batch(batchId: string): Promise<{ readonly batch: OpenBatch; readonly events: readonly BatchedEvent[] } | null>;
  /** What became of an event by function, other than runs: oldest first, at most 100 of each. */
  ofEvent(eventSeq: number): Promise<{
    readonly windows: readonly DebounceWindow[];
    readonly batches: readonly OpenBatch[];
    readonly drops: readonly Drop[];
    readonly matches: readonly EventMatch[];
  }>;
  /** What a function has admitted and not started yet. */
  gathering(functionId: FunctionId): Promise<Gathering>;
}

/** Starts that wait for more events. */
export interface Gathering {
  /** Debounces that wait for quiet, or to be worked on. */
  readonly windows: number;
  /** Events in batches, open and closed. */
  readonly batchedEvents: number;
}

/** A run that an event went on with, or cancelled. */
export interface EventMatch {
  readonly runId: RunId;
  readonly functionSlug: string;
  readonly status: RunStatus;
  /** The wait that it ended; null: it cancelled the run. */
  readonly stepId: StepId | null;
}

/** Reads of apps and functions. */
export interface RegistryReads {
  /** Live apps and functions. `version` rises with every change of either. */
  load(): Promise<RegistrySnapshot>;
  crons(): Promise<readonly CronSchedule[]>;
  /** A function by id, archived or not: runs in flight outlive their function's registration. */
  functionById(id: FunctionId): Promise<FunctionRecord | null>;
  /** The one that was archived last of an app's functions with this slug. */
  archivedFunction(appId: AppId, slug: string): Promise<FunctionRecord | null>;
}

/** Reads of bulk cancellations. */
export interface CancellationReads {
  get(id: string): Promise<Cancellation | null>;
  /** Newest first, at most 100. `cursor` is the last id of the previous page. */
  list(page: { readonly cursor: string | null; readonly limit: number }): Promise<Page<Cancellation>>;
}

/** Apps and live functions at one moment. */
export interface RegistrySnapshot {
  readonly version: number;
  readonly apps: readonly App[];
  readonly functions: readonly FunctionRecord[];
}

/** Removes what is over. */
export interface Retention {
  /**
   * Looks at rows in order, after the cursor, and removes those that are over and that nothing needs any more, in one
   * short commit of about `weightMax` rows. A run too large for one commit goes piece by piece, its row last.
   *
   * A run goes with its steps and spans, and with the events that report its end. It stays
   * while one of those events is needed, while its invoker or a run that it invoked has not ended, and while an item or
   * a pause names it. An event goes with its drops and matches; it stays while a stored run was started by it, and while
   * an item, a debounce or a batch needs it. The newest event always stays, so that sequence numbers never go back.
   */
  sweep(request: SweepRequest): Promise<SweepResult>;
}

/**
 * The index of what is searched. It follows behind what is stored, so that no transition pays for it; a search reads what is not
 * indexed yet by itself, up to a limit. How far it has come is stored with it, in one transaction: nothing is lost or done twice.
 *
 * In Postgres: a table of `tsvector`s beside a progress row that one server at a time locks, up to the oldest running transaction.
 */
export interface SearchIndex {
  /**
   * Brings the index a piece further, in one short commit of about `weightMax`. Newly stored rows go first, then those that have
   * changed, then what was there before there was an index, from the newest to the oldest.
   */
  catchUp(request: { readonly weightMax: number }): Promise<CaughtUp>;
}

/** What a piece of work on the index has done. */
export interface CaughtUp {
  /** Rows whose texts were indexed. */
  readonly indexed: number;
  /** False while there is more to do. */
  readonly isCurrent: boolean;
}

/** A piece of a sweep. */
export interface SweepRequest {
  readonly expired: Expired;
  /** Where the piece before has ended; null for the first. */
  readonly cursor: string | null;
  /** How much one commit may do: looking at a row counts 1, removing one 1 and more if it is large. */
  readonly weightMax: number;
}

/** What was removed, and where the next piece begins; `cursor` is null when everything has been looked at. */
export interface SweepResult {
  readonly removed: RemovedRows;
  readonly cursor: string | null;
}

/** Numbers of rows. */
export interface RemovedRows {
  readonly runs: number;
  readonly steps: number;
  /** Those of apps included. */
  readonly spans: number;
  readonly events: number;
  readonly keys: number;
}

/** Figures for the info page and the log. */
export interface StorageStats {
  readonly bytes: number;
  /** Of them, what rows that were removed have left free: it is used again before the data grows. */
  readonly freeBytes: number;
  readonly bootEpoch: number;
  readonly synchronous: string;
}

/** A memo with its id, as the request body needs it. */
export type Memo = readonly [StepId, JsonText];
