// Everything a decision can change, and the transition that carries it to the store.
import type { IndexTerm } from "@stepwright/expressions";
import type { AppId, FunctionConfig, FunctionId, JsonText, Millis, QueueItemId, RunId } from "@stepwright/protocol";
import type { Cancellation } from "./cancellation.ts";
import type { EventRef, NewEvent } from "./event.ts";
import type { Admission } from "./flow/admission.ts";
import type { BatchedEvent, OpenBatch } from "./flow/batch.ts";
import type { DebounceWindow } from "./flow/debounce.ts";
import type { Drop } from "./flow/drop.ts";
import type { AppSpan, AppSpanLimits } from "./app-span.ts";
import type { MetadataChange } from "./metadata.ts";
import type { NewPause } from "./pause.ts";
import type { NewQueueItem } from "./queue-item.ts";
import type { Run } from "./run.ts";
import type { Span } from "./span.ts";
import type { StepResult } from "./step.ts";

/** One change. `Storage.commit` applies a transition's list in order, all or none. */
export type Effect =
  | { readonly kind: "putEvent"; readonly event: NewEvent }
  /** Inserts a run, its events in order, and remembers its idempotency key until `keyExpiresAt`. */
  | {
      readonly kind: "createRun";
      readonly run: Run;
      readonly events: readonly EventRef[];
      readonly idempotencyKey: string | null;
      readonly keyExpiresAt: Millis | null;
    }
  /** Overwrites status, times, output, error, version and progress. An ended run loses its queue items, pauses and open spans' claim to be open. */
  | { readonly kind: "updateRun"; readonly run: Run }
  /** Gives a run to another function: overwrites what says whose it is and what limits it is under, and frees its lock. */
  | { readonly kind: "moveRun"; readonly run: Run }
  /** Stores a step's result; the first one for an id wins. */
  | { readonly kind: "putStep"; readonly runId: RunId; readonly step: StepResult }
  | { readonly kind: "putPause"; readonly pause: NewPause }
  | { readonly kind: "closePause"; readonly pauseId: NewPause["id"] }
  /** Closes the pause and enqueues `item` if the pause is still open; otherwise does nothing. */
  | { readonly kind: "resolvePause"; readonly pauseId: NewPause["id"]; readonly item: NewQueueItem }
  | { readonly kind: "enqueue"; readonly item: NewQueueItem }
  /**
   * Enqueues the match of an event that no function was registered for at `registryVersion`: only if a pause waits for
   * events of its name, or the registry has changed since.
   */
  | {
      readonly kind: "enqueueIfAwaited";
      readonly item: NewQueueItem;
      readonly eventName: string;
      readonly registryVersion: number;
    }
  | { readonly kind: "dequeue"; readonly itemId: QueueItemId }
  /** Gives the lease back; the item is due again at `at`. */
  | { readonly kind: "reschedule"; readonly itemId: QueueItemId; readonly at: Millis; readonly attempt: number }
  /** Sets the attempt of a leased item back to 0 without giving up its lease: a checkpoint has made progress. */
  | { readonly kind: "resetAttempt"; readonly itemId: QueueItemId }
  /** Takes the signal name from its open waiter, which then only times out. */
  | { readonly kind: "releaseSignal"; readonly signal: string }
  /** Gives a leased item other work, time and lane (a cron's next tick, a match that goes on) and its lease back. */
  | { readonly kind: "replaceWork"; readonly item: NewQueueItem }
  /** Takes an item that cannot be processed out of the queue, visible with its reason (design guarantee 5). */
  | { readonly kind: "setAside"; readonly itemId: QueueItemId; readonly reason: string; readonly at: Millis }
  /** An item that was set aside is tried again, or of no use any more: it is no longer shown. */
  | { readonly kind: "forgetSetAside"; readonly itemId: QueueItemId }
  | { readonly kind: "putSpan"; readonly span: Span }
  /** Ends an open span (a wait); merges `detail` into the stored one. */
  | {
      readonly kind: "endSpan";
      readonly runId: RunId;
      readonly spanId: string;
      readonly status: Span["status"];
      readonly endedAt: Millis;
      readonly error: JsonText | null;
      readonly detail: JsonText;
    }
  | { readonly kind: "putApp"; readonly app: App }
  | { readonly kind: "removeApp"; readonly appId: AppId; readonly at: Millis }
  | { readonly kind: "putFunction"; readonly fn: FunctionRecord }
  | { readonly kind: "archiveFunction"; readonly functionId: FunctionId; readonly at: Millis }
  /** Starts a function as far as its flow control lets it; decided by `admit` on what the commit finds. */
  | { readonly kind: "admit"; readonly admission: Admission }
  /** Remembers a key as `createRun` does, for what is no run yet. */
  | { readonly kind: "putKey"; readonly key: string; readonly expiresAt: Millis }
  /** Theoretical arrival time of a rate limit. */
  | { readonly kind: "putArrival"; readonly id: string; readonly arrivalAt: number }
  /** Opens a window, or puts a later event into it. */
  | { readonly kind: "putWindow"; readonly window: DebounceWindow }
  | { readonly kind: "removeWindow"; readonly windowId: string }
  /** Adds an event to a batch; `batch` has it counted. */
  | { readonly kind: "putBatched"; readonly batch: OpenBatch; readonly batched: BatchedEvent }
  | { readonly kind: "removeBatch"; readonly batchId: string }
  /** Gives a singleton's lock to a run, whoever has it; it is free again when the run ends. */
  | { readonly kind: "takeLock"; readonly id: string; readonly runId: RunId }
  | { readonly kind: "recordDrop"; readonly drop: Drop }
  /**
   * Changes metadata of a run, by `changedMetadata` on what the commit finds. Nothing happens when the run is gone, or would
   * have more than `bytesMax` of it.
   */
  | {
      readonly kind: "changeMetadata";
      readonly runId: RunId;
      readonly change: MetadataChange;
      readonly bytesMax: number;
      readonly at: Millis;
    }
  /** Keeps spans of an app's own, in order, as far as they are within the limits. Nothing happens when the run is gone. */
  | {
      readonly kind: "putAppSpans";
      readonly runId: RunId;
      readonly spans: readonly AppSpan[];
      readonly limits: AppSpanLimits;
    }
  /** Stores a bulk cancellation, and forgets the oldest ended ones over `keptMax`. */
  | { readonly kind: "putCancellation"; readonly cancellation: Cancellation; readonly keptMax: number }
  /** Notes how far a bulk cancellation has come; nothing happens when it was removed. */
  | {
      readonly kind: "noteCancellation";
      readonly id: string;
      readonly cancelled: number;
      readonly endedAt: Millis | null;
    }
  | { readonly kind: "removeCancellation"; readonly id: string }
  /** Remembers the tick that a cron chain has fired or passed over. */
  | { readonly kind: "putCron"; readonly schedule: CronSchedule }
  | { readonly kind: "removeCron"; readonly functionId: FunctionId; readonly cron: string };

/** What must hold for a transition to be applied. */
export type Guard =
  | { readonly kind: "lease"; readonly itemId: QueueItemId; readonly generation: number }
  | { readonly kind: "runVersion"; readonly runId: RunId; readonly version: number }
  | { readonly kind: "pauseOpen"; readonly pauseId: NewPause["id"] }
  /** No queue item has this id, leased or not. */
  | { readonly kind: "itemAbsent"; readonly itemId: QueueItemId }
  /** The item is there and nobody has its lease. */
  | { readonly kind: "itemWaiting"; readonly itemId: QueueItemId }
  /** The item was set aside, and nobody has tried it again. */
  | { readonly kind: "itemSetAside"; readonly itemId: QueueItemId }
  | { readonly kind: "keyFree"; readonly key: string; readonly now: Millis }
  | { readonly kind: "signalFree"; readonly signal: string }
  /** No pause for this event, found by these probes, is newer than the match that read them. */
  | {
      readonly kind: "noNewerPauses";
      readonly eventName: string;
      readonly probes: readonly IndexTerm[];
      readonly afterSeq: number;
    }
  /** The batch is there and has this many events: none came in after they were read. */
  | { readonly kind: "batchSize"; readonly batchId: string; readonly count: number }
  /** Apps and functions are as they were when the decision read them. */
  | { readonly kind: "registryVersion"; readonly version: number };

/**
 * The unit of commit. Guards are checked first; if one fails nothing of this
 * transition is applied and its children are not looked at. Children follow a
 * parent that was applied, each with an outcome of its own: a run that exists
 * already must not undo the event that would have started it again.
 */
export interface Transition {
  readonly guards: readonly Guard[];
  readonly effects: readonly Effect[];
  readonly children?: readonly Transition[];
  /** Applied in place of the effects when a guard does not hold, where that is worth a record. */
  readonly otherwise?: readonly Effect[];
}

/** One serve endpoint. */
export interface App {
  readonly id: AppId;
  /** The app id of the SDK client; for an app that never synced, its URL. */
  readonly name: string;
  readonly url: string;
  readonly sdk: string | null;
  readonly framework: string | null;
  readonly appVersion: string | null;
  /** What it calls the environment it runs in; absent when it does not say. There is one environment here, whatever that is. */
  readonly env?: string;
  /** Checksum of the last accepted sync; null before the first. */
  readonly checksum: string | null;
  readonly status: "synced" | "failed" | "pending";
  /** Why the last sync failed. */
  readonly problem: AppProblem | null;
  readonly createdAt: Millis;
  /** Last successful sync. */
  readonly syncedAt: Millis | null;
  /** Last attempt of any outcome. */
  readonly triedAt: Millis | null;
  /** Since when all its functions are paused, whatever is said of each; null when they are not. */
  readonly pausedAt: Millis | null;
}

/** Why an app could not be synced, kept and shown. */
export interface AppProblem {
  /** A code of the error table, for example `APP_UNREACHABLE`. */
  readonly code: string;
  readonly message: string;
  readonly httpStatus: number | null;
  readonly bodyExcerpt: string | null;
}

/** A function as it is stored: the configuration, its version, and whether it still exists. */
export interface FunctionRecord {
  readonly id: FunctionId;
  readonly appId: AppId;
  readonly slug: string;
  /** Raised by every change of the configuration; past versions are kept. */
  readonly version: number;
  readonly config: FunctionConfig;
  readonly createdAt: Millis;
  readonly updatedAt: Millis;
  readonly archivedAt: Millis | null;
  /** Since when the function makes no calls and new runs are skipped; null when it works (semantics.md §10.3). */
  readonly pausedAt: Millis | null;
  /** The same for its app. Only the registry says so: it is kept with the app, not with the function. */
  readonly appPausedAt?: Millis;
  /** Whoever drives the runtime holds back its calls: a test. Only the registry says so. */
  readonly isHeldBack?: boolean;
}

/** One cron chain: a function and one of its expressions. */
export interface CronSchedule {
  readonly functionId: FunctionId;
  /** The expression as the user wrote it, time zone prefix included. */
  readonly cron: string;
  readonly nextAt: Millis | null;
  readonly lastTickAt: Millis | null;
}
