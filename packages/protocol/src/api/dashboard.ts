// The JSON of the server's own API under `/api`: what the dashboard reads and sends.
// Times are integer milliseconds UTC; payloads are JSON values; lists are keyset pages.
import type { TransportErrorCode } from "../function-error.ts";
import type { JsonValue } from "../json.ts";
import type { doingKinds } from "./doing-kinds.ts";

/** One page of a list. Pass `nextCursor` back as `?cursor=`; null on the last page. */
export interface ApiPage<T> {
  readonly items: readonly T[];
  /** A page of a search may be short, or empty, and have one all the same: the next page looks further. */
  readonly nextCursor: string | null;
  /** Of a list with `?search=`: what was not looked at. */
  readonly search?: ApiSearchGaps;
}

/** What a search has not looked at. */
export interface ApiSearchGaps {
  /** Rows that are not indexed yet, about: the index follows behind, and is far behind after an update or a flood. */
  readonly notIndexed: number;
  /** A beginning of a word that too many words have: only some of them were looked for. */
  readonly tooShort: string | null;
}

/** Status of a run. */
export type ApiRunStatus = "queued" | "running" | "completed" | "failed" | "cancelled" | "skipped";

/** `GET /api/info`. */
export interface ApiInfo {
  readonly version: string;
  readonly mode: "dev" | "start";
  readonly startedAt: number;
  /** Null for a database in memory. */
  readonly dataDir: string | null;
  readonly isDiscovering: boolean;
  /** What time it is by a clock that stands still unless a test moves it; null: that of the world. */
  readonly virtualNow: number | null;
  /** True when the page must send `POST /api/login` first. */
  readonly needsLogin: boolean;
  readonly queue: { readonly due: number; readonly future: number; readonly setAside: number };
  readonly runs: Readonly<Record<ApiRunStatus, number>>;
}

/** A row of `GET /api/set-aside?cursor=&limit=50`: work that could not be processed, the newest first. */
export interface ApiSetAside {
  readonly id: string;
  /** What was to be done, such as `call`, `wake` or `match`. */
  readonly kind: string;
  /** The run that stands still because of it; null when it is about none. */
  readonly runId: string | null;
  readonly reason: string;
  readonly at: number;
}

/** `POST /api/set-aside/retry?cursor=&limit=50`: what came of trying the items of that page again. */
export interface ApiRetried {
  readonly retried: number;
  /** Items that stay where they are, and why. */
  readonly refused: readonly { readonly id: string; readonly code: string; readonly error: string }[];
  /** Null when that was the last page. */
  readonly nextCursor: string | null;
}

/** `GET /api/retention`: how long what is over is kept, and what was removed. Durations in milliseconds; null keeps it for good. */
export interface ApiRetention {
  readonly keeps: {
    readonly completed: number | null;
    readonly failed: number | null;
    readonly cancelled: number | null;
    readonly skipped: number | null;
    readonly events: number | null;
  };
  readonly isSweeping: boolean;
  readonly nextSweepAt: number | null;
  readonly lastSweep: {
    readonly startedAt: number;
    readonly endedAt: number;
    readonly removed: ApiRemovedRows;
  } | null;
  /** Since the server has started. */
  readonly removed: ApiRemovedRows;
  /** Size of the database. */
  readonly bytes: number;
  /** Of it, what removed rows have left free for new ones. */
  readonly freeBytes: number;
}

/** `POST /api/retention/sweep`: begins a sweep unless one is going on. */
export interface ApiSweep {
  /** One is going on now; false when nothing is ever removed. */
  readonly isSweeping: boolean;
}

/** Numbers of rows. */
export interface ApiRemovedRows {
  readonly runs: number;
  readonly steps: number;
  readonly spans: number;
  readonly events: number;
  readonly keys: number;
}

/** A row of `GET /api/runs?id=A,B&status=failed,running&function=SLUG&app=NAME&event=NAME&from=MS&to=MS&search=TEXT&cursor=&limit=50`. */
export interface ApiRunRow {
  readonly id: string;
  readonly status: ApiRunStatus;
  readonly functionSlug: string;
  readonly functionName: string;
  readonly appName: string;
  readonly trigger: ApiTriggerOfRun;
  readonly queuedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** First line of the error message of a failed run, or the reason of a cancelled one. */
  readonly summary: string | null;
  /** What an unfinished run is doing; null when it has ended. */
  readonly activity: ApiActivity | null;
}

/** What an unfinished run is doing in one word: a call before a wait, where it has several things open. */
export interface ApiActivity {
  readonly kind: "queued" | "calling" | "retrying" | "sleeping" | "waiting";
  /** When it is due, tried again, wakes or times out; null while it is called, and for a wait without end. */
  readonly until: number | null;
  /** Why it has not gone out although it is due; null when nothing is in its way. The run itself says who holds it. */
  readonly waitsFor: Pick<ApiWaitsFor, "text" | "until"> | null;
}

/** What started a run. */
export interface ApiTriggerOfRun {
  readonly eventName: string;
  readonly eventId: string;
  readonly cron: string | null;
}

/** An error as the user's function threw it, or what is told in its place when the app did not answer. */
export interface ApiError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | null;
  readonly cause: JsonValue | null;
  /** Why the app's SDK gave no answer; null for what the user's code threw. */
  readonly noAnswer: ApiNoAnswer | null;
}

/** Why a call brought no answer of an SDK. `foreign_status`: somebody answered an error status in its place. */
export type ApiNoAnswer = TransportErrorCode | "foreign_status";

/** `GET /api/runs/:id`. */
export interface ApiRun extends ApiRunRow {
  readonly output: JsonValue | null;
  readonly error: ApiError | null;
  readonly events: readonly ApiEvent[];
  readonly steps: readonly ApiStep[];
  /** What an unfinished run is doing or waiting for, soonest first. */
  readonly doing: readonly ApiDoing[];
  readonly invokedBy: { readonly runId: string; readonly stepId: string } | null;
  /** The first run of all that it was started again from, at once or through others. */
  readonly originalRunId: string | null;
  /** Runs that were started again from this one, the newest first, at most a hundred. */
  readonly reruns: readonly { readonly runId: string; readonly status: ApiRunStatus; readonly queuedAt: number }[];
  readonly functionVersion: number;
  readonly metadata: readonly ApiMetadata[];
}

/** What was attached to a run or to one of its steps: values of one kind, such as `inngest.score` or `userland.order`. */
export interface ApiMetadata {
  /** Id or name of the step, as whoever attached it calls it; null: the run. */
  readonly stepId: string | null;
  /** Counts from 0; null: the step as a whole. */
  readonly attempt: number | null;
  /** A span of the user's own within the attempt. */
  readonly spanId: string | null;
  readonly kind: string;
  readonly values: { readonly [key: string]: JsonValue };
  readonly updatedAt: number;
}

/** Which unfinished runs of a function are cancelled together: body of `POST /api/cancellations` and of `POST /api/cancellations/preview`. */
export interface ApiCancellationRequest {
  /** Slug of the function. */
  readonly function: string;
  /** Runs made at this time or later; absent: however old. */
  readonly from?: number;
  /** Runs made before this time, which is not in the future; absent: all that there are. */
  readonly to?: number;
  /** An expression about the run's first `event`; absent: every run. */
  readonly if?: string;
}

/** A row of `GET /api/cancellations?cursor=&limit=50`, the newest first, and the answer of `POST /api/cancellations` and `GET /api/cancellations/:id`. */
export interface ApiCancellation {
  readonly id: string;
  /** Null when the function is gone. */
  readonly functionSlug: string | null;
  readonly from: number | null;
  readonly to: number;
  readonly if: string | null;
  readonly createdAt: number;
  /** Null while it goes on. `DELETE /api/cancellations/:id` stops it where it is, and forgets it. */
  readonly endedAt: number | null;
  /** Runs cancelled so far. */
  readonly cancelled: number;
}

/** `POST /api/cancellations/preview`: what a cancellation would hit now. */
export interface ApiCancellationPreview {
  readonly runs: number;
  /** Runs that were looked at, the newest first; of more than these nothing is known when `isMore`. */
  readonly looked: number;
  readonly isMore: boolean;
}

/** One step of a run, in order of start. `function` is the code outside steps: it shows only if an attempt of it failed or it ended the run. */
export interface ApiStep {
  readonly id: string;
  readonly name: string;
  readonly kind: "step" | "sleep" | "wait" | "invoke" | "signal" | "gateway" | "function";
  readonly status: "queued" | "running" | "waiting" | "retrying" | "completed" | "failed" | "timedOut" | "cancelled";
  readonly queuedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly input: JsonValue | null;
  readonly output: JsonValue | null;
  readonly error: ApiError | null;
  readonly attempts: readonly ApiAttempt[];
  /** When the next attempt is due, while retrying. */
  readonly nextAttemptAt: number | null;
  readonly maxAttempts: number;
  /** By kind: sleep `{until}`, wait `{event,expression,until,matchedEventId?}`, invoke `{functionId,until,eventId?,childRunId?}`, signal `{signal,until}`, gateway `{url,method,isInference?}`. */
  readonly detail: { readonly [key: string]: JsonValue };
}

/** One try. `attempt` counts from 0. */
export interface ApiAttempt {
  readonly attempt: number;
  readonly status: "completed" | "failed";
  readonly queuedAt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly error: ApiError | null;
}

/** One thing an unfinished run has in the queue or waits for. */
export interface ApiDoing {
  readonly kind: (typeof doingKinds)[number];
  /** A step that failed inside a call of the function is named, too: that call is what is made again. */
  readonly stepId: string | null;
  readonly stepName: string | null;
  /** When it is due, wakes or times out. */
  readonly at: number | null;
  readonly attempt: number;
  readonly event: string | null;
  readonly expression: string | null;
  /** Why a due call has not gone out; null when nothing is in its way. */
  readonly waitsFor: ApiWaitsFor | null;
}

/** What a due call waits for. */
export interface ApiWaitsFor {
  /** For example `waiting for concurrency limit 2 on key user-7`, or `waiting: the function is paused`. */
  readonly text: string;
  /** What of it is in the way: `concurrency limit 2 on key user-7`, `the function is paused`. */
  readonly obstacle: string;
  /** When it may go, where that is known. */
  readonly until: number | null;
  /** Some of the runs that hold what it waits for. */
  readonly holders: readonly string[];
}

/** `GET /api/functions/:slug/queue`: the calls of a function that have not ended. */
export interface ApiFunctionQueue {
  readonly pausedAt: number | null;
  readonly inFlight: number;
  /** Due, and waiting for the app or for a limit. */
  readonly waiting: number;
  /** Retries and starts whose time has not come. */
  readonly future: number;
  /** Debounces that wait until no other event comes: one start each. */
  readonly debounced: number;
  /** Events in batches that have not started. */
  readonly batched: number;
  /** The first hundred lines of calls that wait for the same, the longest waiting first. */
  readonly lines: readonly {
    readonly keys: readonly string[];
    readonly waitsFor: ApiWaitsFor;
    readonly count: number;
  }[];
}

/** `GET /api/events/:internalId` and the events of a run. */
export interface ApiEvent {
  readonly internalId: string;
  readonly id: string;
  readonly name: string;
  readonly data: JsonValue;
  readonly user: JsonValue;
  readonly ts: number;
  readonly v: string | null;
  readonly receivedAt: number;
}

/** A row of `GET /api/events?name=&from=&to=&internal=true&search=&cursor=&limit=`, and `GET /api/events/:id` with `data`. */
export interface ApiEventRow extends Omit<ApiEvent, "data" | "user"> {
  readonly runs: readonly { readonly runId: string; readonly functionSlug: string; readonly status: ApiRunStatus }[];
}

/** `GET /api/events/:id`. */
export interface ApiEventDetail extends ApiEvent {
  readonly runs: ApiEventRow["runs"];
  /** Runs that it went on with (`stepId` is the wait that it ended) or cancelled (null). At most a hundred. */
  readonly matches: readonly {
    readonly runId: string;
    readonly functionSlug: string;
    readonly status: ApiRunStatus;
    readonly stepId: string | null;
    /** Null also where the event ended the waits of many runs: only the first ones are named. */
    readonly stepName: string | null;
  }[];
  /** What became of it in functions that it started no run of, or not yet. */
  readonly fates: readonly ApiFate[];
}

/** An event in a function that it started no run of. */
export interface ApiFate {
  readonly functionSlug: string;
  readonly kind: "debouncing" | "batching" | "notStarted";
  /** How or why, such as `rate limited on key user-7`. */
  readonly text: string;
  /** When it starts, or when the next event would be let through. */
  readonly until: number | null;
}

/** `GET /api/functions` is `{ items: ApiFunction[] }`; `GET /api/functions/:slug` one of them. */
export interface ApiFunction {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly appId: string;
  readonly appName: string;
  readonly version: number;
  /** Since when it makes no calls and skips new runs; null when it works. `POST /api/functions/:slug/pause` and `/resume`. */
  readonly pausedAt: number | null;
  /** Who has paused it: people the function itself, or the whole app it belongs to, or both. */
  readonly pausedBy: readonly ("function" | "app")[];
  readonly retries: number;
  readonly triggers: readonly ApiTrigger[];
  /** The stored configuration, as JSON. */
  readonly config: JsonValue;
}

/** One trigger. `nextAt` for crons. */
export interface ApiTrigger {
  readonly kind: "event" | "cron";
  readonly event: string | null;
  readonly expression: string | null;
  readonly cron: string | null;
  readonly timeZone: string | null;
  readonly nextAt: number | null;
}

/** `GET /api/apps` is `{ items: ApiApp[] }`. `POST /api/apps {url}` adds one, `POST /api/apps/:id/sync` syncs it now, `DELETE /api/apps/:id` removes it. */
export interface ApiApp {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly status: "synced" | "failed" | "pending";
  readonly sdk: string | null;
  readonly framework: string | null;
  readonly appVersion: string | null;
  /** What the app calls the environment it runs in. */
  readonly env: string | null;
  readonly problem: {
    readonly code: string;
    readonly message: string;
    readonly httpStatus: number | null;
    readonly bodyExcerpt: string | null;
  } | null;
  readonly syncedAt: number | null;
  readonly triedAt: number | null;
  /** Since when all its functions are paused, those it registers later included. `POST /api/apps/:id/pause` and `/resume`. */
  readonly pausedAt: number | null;
  readonly functionCount: number;
}

/** Body of `POST /api/events`: an event or a list, as for `/e/KEY`. Answers 200 `{ ids: string[] }`. */
export interface ApiSent {
  readonly ids: readonly string[];
}

/**
 * `GET /api/live` (server-sent events). Each message's data is one of these; changes are
 * coalesced to at most one message per 50 ms. On `reset` (or a reconnect) refetch everything shown.
 */
export type ApiLiveMessage =
  | {
      readonly kind: "changes";
      /** Runs that changed, with their status now. */
      readonly runs: readonly { readonly id: string; readonly status: ApiRunStatus }[];
      readonly hasNewEvents: boolean;
      readonly haveAppsChanged: boolean;
    }
  | { readonly kind: "reset" };
