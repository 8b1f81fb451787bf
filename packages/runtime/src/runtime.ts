// What the runtime offers to those who drive it: the HTTP server, the command line and tests.
import type {
  App,
  Cancellation,
  FunctionRecord,
  AppSpan,
  MetadataChange,
  RetentionPolicy,
  Run,
  StoredEvent,
} from "@stepwright/engine";
import type { RunStatus } from "@stepwright/engine";
import type {
  AppId,
  EventId,
  EventIdSeed,
  EventLimits,
  IncomingEvent,
  JsonText,
  Millis,
  RegisterRequest,
  RunId,
  RunLimits,
  StepwrightError,
} from "@stepwright/protocol";
import type { RemovedRows, Storage } from "@stepwright/storage";

/** The engine with its loops running. All methods reject with a `StepwrightError` for what a caller can cause. */
export interface Runtime {
  readonly storage: Storage;
  readonly live: LiveFeed;
  now(): Millis;
  /** Takes up work: leases of an earlier boot, timers, crons, app syncs. */
  start(): Promise<void>;
  /** Takes no new work, lets calls in flight finish for up to `graceMs`, then returns; nothing is lost either way. */
  stop(options: { readonly graceMs: number }): Promise<{ readonly callsAbandoned: number }>;
  /** Throws SERVER_BUSY while there is no room for new work, SHUTTING_DOWN when there will be none: asked before a body is read. */
  checkRoom(): void;
  /** Stores the events with all they cause in one commit; ids are our ULIDs, in order. */
  ingest(events: readonly IncomingEvent[], options: { readonly seed: EventIdSeed | null }): Promise<readonly EventId[]>;
  /** Starts exactly one function with an `inngest/function.invoked` event. An unknown slug is FUNCTION_NOT_FOUND. */
  invoke(slug: string, event: IncomingEvent): Promise<EventId>;
  /** As `invoke`, and tells what became of it. */
  invokeRun(slug: string, event: IncomingEvent, options: InvokeOptions): Promise<Invocation>;
  /** Starts a function as its first cron trigger would now, whatever its schedule says; null when it has none. FUNCTION_NOT_FOUND. */
  tick(slug: string): Promise<Invocation | null>;
  /** `POST /fn/register`. */
  register(request: RegisterRequest): Promise<RegisterAnswer>;
  /** `POST /v1/checkpoint/{run}/async`: resolves when the steps are committed. Errors carry the status the SDK expects (sdk-protocol.md §13). */
  checkpoint(runId: RunId, body: unknown): Promise<void>;
  /** Memoized steps and events of a run for SDKs told to `use_api`; null when there is no such run or it has ended. */
  runActions(runId: RunId): Promise<JsonText | null>;
  runBatch(runId: RunId): Promise<JsonText | null>;
  /** Null when nobody waits for the signal. */
  sendSignal(signal: string, data: JsonText): Promise<RunId | null>;
  /** False when the run had ended already; RUN_NOT_FOUND when there is none. */
  cancelRun(runId: RunId): Promise<boolean>;
  /** A new run with the same events; RUN_NOT_FOUND, FUNCTION_NOT_FOUND when its function is gone. */
  rerun(runId: RunId, options?: RerunOptions): Promise<RunId>;
  /** Attaches metadata to a run or its steps, whether it has ended or not. RUN_NOT_FOUND, METADATA_TOO_LARGE. */
  putMetadata(runId: RunId, changes: readonly MetadataChange[]): Promise<void>;
  /** Keeps spans of an app's own with their run, and returns how many were refused: there is no such run, or no room for them. */
  putAppSpans(runId: RunId, spans: readonly AppSpan[]): Promise<number>;
  /** Tries an item that was set aside again; QUEUE_ITEM_NOT_FOUND, or QUEUE_ITEM_UNREADABLE when nobody can tell what it was for. */
  retryItem(itemId: string): Promise<void>;
  /** Renders lifecycle payloads, which are not stored. */
  eventPayload(event: StoredEvent): Promise<JsonText>;
  readonly apps: AppControl;
  readonly functions: FunctionControl;
  readonly cancellations: CancellationControl;
  readonly limits: LimitControl;
  /** What one request with events may hold. */
  readonly eventLimits: EventLimits;
  /** Apps and functions as of now, from memory. */
  registry(): { readonly apps: readonly App[]; readonly functions: readonly FunctionRecord[] };
  readonly isDiscovering: boolean;
  /** Holds back the calls of these functions, given by slug, until it is told otherwise; nothing of it is stored. For tests. */
  holdCalls(isHeld: (functionSlug: string) => boolean): void;
  /** What is kept in memory about work: it follows what is in flight, not what is stored. */
  inMemory(): InMemory;
  /** What is removed when it is old, and what was. */
  retention(): RetentionStatus;
  /** Begins a sweep now, unless one is going on; false when nothing is ever removed. */
  sweepNow(): boolean;
  /** Where the runtime is in its life. */
  readonly phase: "new" | "working" | "stopping";
  /** Resolves when something was written just now; rejects with the reason why nothing can be. At most one write a second. */
  checkWrites(): Promise<void>;
  /** Resolves when no transition is being committed, no call is in flight and no item is due. For tests and shutdown. */
  idle(): Promise<void>;
  /** Resolves when everything that was committed is in the search index. For tests. */
  indexed(): Promise<void>;
  /** Resolves with the run once it has ended. For tests. */
  waitForRun(runId: RunId): Promise<Run>;
}

/** How a run that is started again differs from the first one. */
export interface RerunOptions {
  /**
   * Begins at a step, given by its id or its name: what began before it is remembered, it and all behind it run anew.
   * STEP_NOT_FOUND, STEP_AMBIGUOUS when several steps have the name.
   */
  readonly fromStep?: {
    readonly stepId: string;
    /** A JSON array of arguments in place of the step's own; otherwise STEP_INPUT_INVALID. */
    readonly input?: JsonText;
  };
  /** `data` of the triggering event in place of what it was; RUN_NOT_REPEATABLE for a run with several events. */
  readonly eventData?: JsonText;
}

/** Sizes of what a runtime remembers. */
export interface InMemory {
  /** Leased items that are being worked on. */
  readonly items: number;
  readonly calls: number;
  /** Runs with somebody at, or waiting for, their mailbox. */
  readonly mailboxes: number;
  readonly cachedRuns: number;
  /** Transitions that are to be committed. */
  readonly transitions: number;
  /** Lanes that have work now or at a known time. */
  readonly lanes: number;
}

/** How a function is invoked. */
export interface InvokeOptions {
  /** While it is remembered, for a day, the same key gives the same run; null: always a new one. */
  readonly idempotencyKey: string | null;
}

/** What became of an invocation. */
export type Invocation =
  | { readonly kind: "started"; readonly runId: RunId }
  /** The run that the idempotency key has started before; null when that one waits in a debounce or a batch, or has waited. */
  | { readonly kind: "repeated"; readonly runId: RunId | null }
  /** It waits in a debounce or a batch, whose run is not made yet. */
  | { readonly kind: "debounced" | "batched" }
  | { readonly kind: "rateLimited" }
  /** A run was recorded and will never be called. */
  | { readonly kind: "skipped"; readonly runId: RunId }
  /** Flow control let no run be made, for another reason. */
  | { readonly kind: "dropped"; readonly reason: string };

/** Answer to a registration. */
export interface RegisterAnswer {
  readonly modified: boolean;
  readonly appId: AppId;
}

/** Adding, syncing and removing apps. */
export interface AppControl {
  /** Adds the URL if it is new and syncs it. The app's problem, if any, is in the result. */
  add(url: string): Promise<App>;
  sync(appId: AppId): Promise<App>;
  /** Gives an app another URL; it is synced there when it is next looked at. APP_NOT_FOUND when there is none. */
  move(appId: AppId, url: string): Promise<App>;
  /** APP_NOT_FOUND when there is none. Archives its functions. */
  remove(appId: AppId): Promise<void>;
  removeByUrl(url: string): Promise<void>;
  /** As `FunctionControl.pause` with all functions of the app, those it registers later included. APP_NOT_FOUND. */
  pause(appId: AppId): Promise<void>;
  /** Functions that were paused by themselves stay so. APP_NOT_FOUND. */
  resume(appId: AppId): Promise<void>;
}

/** Cancelling many runs of a function at once. */
export interface CancellationControl {
  /**
   * Cancels the unfinished runs of the period. Resolves when that is sure to happen, not when it has. FUNCTION_NOT_FOUND,
   * CANCELLATION_INVALID, EXPRESSION_INVALID.
   */
  ask(request: CancellationRequest): Promise<Cancellation>;
  /** Counts the runs that the same request would cancel now, and cancels none. As `ask` in what it rejects with. */
  preview(request: CancellationRequest): Promise<CancellationPreview>;
  /** Forgets a cancellation; one that goes on stops where it is. CANCELLATION_NOT_FOUND. */
  remove(id: string): Promise<void>;
}

/** Which runs are to be cancelled. */
export interface CancellationRequest {
  readonly functionSlug: string;
  readonly startedAfter: Millis | null;
  /** Not in the future: runs that are made later are not concerned. */
  readonly startedBefore: Millis;
  /** An expression about the run's `event`; null: every run. */
  readonly if: string | null;
}

/** What a cancellation would hit. */
export interface CancellationPreview {
  readonly runs: number;
  /** Unfinished runs of the period that were looked at, the newest first. */
  readonly looked: number;
  /** There are more, which were not looked at. */
  readonly isMore: boolean;
}

/** Limits of single functions in place of those that hold for all, until the server is started again. For test suites. */
export interface LimitControl {
  set(limit: LimitName, functionId: string, max: number): void;
  /** False when there was none. */
  clear(limit: LimitName, functionId: string): boolean;
}

/** What a function's runs may have: steps, and bytes of events and step results. */
export type LimitName = "steps" | "stateBytes";

/** What people do to a function as a whole. All reject with FUNCTION_NOT_FOUND for an unknown slug. */
export interface FunctionControl {
  /**
   * Calls in flight end, nothing else of the function is called until it is resumed; waits go on and sleeps end
   * meanwhile, new runs are recorded as skipped. Costs no attempts. Pausing twice changes nothing.
   */
  pause(slug: string): Promise<void>;
  resume(slug: string): Promise<void>;
  /** Cancels every run made until now that has not started. Resolves when that is sure to happen, not when it has. */
  dropBacklog(slug: string): Promise<void>;
  /** Gives every run made until now that has not started to another function, as `dropBacklog` in time. */
  moveBacklog(slug: string, to: string): Promise<void>;
}

/** The sweeps that remove what is over. */
export interface RetentionStatus {
  /** Null when nothing is ever removed. */
  readonly policy: RetentionPolicy | null;
  readonly isSweeping: boolean;
  /** Null while a sweep is going on, and without a policy. */
  readonly nextSweepAt: Millis | null;
  readonly lastSweep: {
    readonly startedAt: Millis;
    readonly endedAt: Millis;
    readonly removed: RemovedRows;
  } | null;
  /** Since the server has started, a sweep that is going on included. */
  readonly removed: RemovedRows;
}

/** Something that was committed and that a page may show. */
export interface LiveChange {
  readonly runs: readonly { readonly id: RunId; readonly status: RunStatus }[];
  readonly hasNewEvents: boolean;
  readonly haveAppsChanged: boolean;
}

/** Pushes what was committed, in order, without blocking commits. */
export interface LiveFeed {
  /** Returns the function that ends the subscription. */
  subscribe(listener: (change: LiveChange) => void): () => void;
}

/** Settings of the runtime; every limit has a default in `limits.ts`. */
export interface RuntimeSettings {
  readonly serverKind: "dev" | "cloud";
  /** Bare hex or prefixed; requests to apps are signed with it. Null: unsigned. */
  readonly signingKey: string | null;
  /** Taken as well, and tried at apps that refuse the first: the old key, while keys are changed. */
  readonly signingKeyFallback: string | null;
  readonly limits: RunLimits;
  /** What one request with events may hold. */
  readonly eventLimits: EventLimits;
  /** Apps are asked to register in their answer to a sync. */
  readonly syncInBand: boolean;
  readonly retrySchedule: "doubling" | "hosted";
  /** Fixed delay between attempts; wins over the schedule. */
  readonly retryIntervalMs: number | null;
  readonly retryJitter: boolean;
  /** Serve URLs to sync at start. */
  readonly appUrls: readonly string[];
  /** Look for apps on local ports while none is synced. */
  readonly discover: boolean;
  /** An extra port to probe (`$PORT`). */
  readonly discoverPorts: readonly number[];
  /** Try apps whose last sync failed again this often; null: never (tests that move the clock). */
  readonly syncRetryMs: number | null;
  /** Re-sync healthy apps this often; null: never. */
  readonly pollIntervalMs: number | null;
  readonly cronMissedTick: "latest" | "none";
  readonly callsPerAppMax: number;
  readonly callTimeoutMs: number;
  /** Events that may be taken and not stored yet, not counting the list that passes it; more is SERVER_BUSY. */
  readonly eventsWaitingMax: number;
  /**
   * For this long after the start, a call that nobody listens for is made again without costing the run an attempt:
   * server and apps are commonly started together, in any order.
   */
  readonly startupGraceMs: number;
  /** A first call that lasts longer makes its run `running`; of a shorter one only the answer tells. 0: every first call does. */
  readonly shownRunningAfterMs: number;
  /** How long what is over is kept; null: for good, and nothing looks for it (tests that move the clock). */
  readonly retention: RetentionPolicy | null;
  /** Index texts in the background. False: nothing works behind the back of a test, and searches see the newest 500 rows. */
  readonly indexesTexts: boolean;
  /**
   * For this long an app that nobody listens for is waited for: its calls are held and cost their runs no attempts. Past it,
   * or with 0, a refused call is a failed attempt.
   */
  readonly appWaitMs: number;
  /**
   * Says whether an event's own time means "now". Never, on a wall clock; with a virtual one, times that an
   * SDK took from the real clock do (design: Time).
   */
  readonly countsAsNow: (ts: Millis) => boolean;
}

/** Thrown by `Runtime` methods. */
export type RuntimeError = StepwrightError;
