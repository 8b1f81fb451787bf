// What a test does with the engine.
import type { PendingWork } from "@stepwright/http";
import type { ApiEventRow, ApiRunStatus, JsonValue } from "@stepwright/protocol";
import type { LevelWithSilent } from "pino";
import type { FetchHandler, RouteHandlers } from "./in-process-apps.ts";
import type { TestClock } from "./test-clock.ts";
import type { TestRun } from "./test-run.ts";

/** A client of the SDK, v3 or v4: what `new Inngest({ id })` makes. */
export interface SdkClient {
  readonly id: string;
}

/** A function of the SDK, v3 or v4: what `client.createFunction` makes. */
export interface SdkFunction {
  id(prefix?: string): string;
}

/** A function, by itself or by its id: `"welcome"` where one app is tested, or `"shop-welcome"`. */
export type FunctionRef = SdkFunction | string;

/** A handler that `serve` of the SDK has made, or the URL of an app in another process. */
export type AppRef = string | FetchHandler | RouteHandlers;

/** How a test engine starts. */
export interface TestEngineOptions {
  /** The client that the functions are made with. It talks to the engine until the engine is stopped. */
  readonly client?: SdkClient;
  /** Functions of `client`; default: all that it has created. */
  readonly functions?: readonly SdkFunction[];
  /** `serve` of `inngest/edge`, where the tests have more than one SDK installed; default: that of `inngest`. */
  readonly serve?: (options: never) => FetchHandler;
  /** More apps. Their clients are to be given `engine.clientOptions`, or `INNGEST_DEV` with `engine.url`. */
  readonly apps?: readonly AppRef[];
  /** What time it is at first; default: the time of the real world. */
  readonly now?: string | number | Date;
  /** What ids and jitter are drawn from; the same seed gives the same ones. Default 1. */
  readonly seed?: number;
  /** Awaiting a run jumps to the next timer by itself. Default true. */
  readonly autoAdvance?: boolean;
  /** Retry delays grow by up to a tenth by chance, as on the real server. Default false: they are the same in each test. */
  readonly retryJitter?: boolean;
  /** Real milliseconds that an app may take to answer one call. Default 4,000, less than test runners give a test. */
  readonly callTimeoutMs?: number;
  /** Real milliseconds that awaiting a run may take, however far the clock jumps. Default 4,000. */
  readonly waitTimeoutMs?: number;
  /** Jumps of the clock while a run is awaited; more is taken for a function that never ends. Default 10,000. */
  readonly jumpsMax?: number;
  /** Hears of each time that the clock shows: `(date) => vi.setSystemTime(date)` lets `Date` follow inside functions. */
  readonly onTime?: (now: Date) => void;
  /** Folder for files of runs that a matcher failed on, which the dashboard opens. Default: `STEPWRIGHT_FAILED_RUNS`, or none. */
  readonly saveFailedRunsTo?: string;
  /** What the engine writes to stdout; default `"silent"`. */
  readonly logLevel?: LevelWithSilent;
}

/** An event to send. `ts` in milliseconds; one in the future starts its runs when the clock gets there. */
export interface TestEvent {
  readonly name: string;
  readonly data?: object;
  readonly id?: string;
  readonly ts?: number;
  readonly user?: object;
  readonly v?: string;
}

/** Events that were sent, and what they started. */
export interface SentEvents {
  readonly ids: readonly string[];
  /** All runs that they started, oldest first. */
  runs(): Promise<readonly TestRun[]>;
  /** The one run that they started, of one function where it is given. Throws when there is none, or more than one. */
  run(fn?: FunctionRef): Promise<TestRun>;
}

/** The engine in a test: the real runtime on SQLite in memory, without ports or keys. */
export interface TestEngine extends AsyncDisposable {
  readonly clock: TestClock;
  readonly queue: TestQueue;
  readonly faults: Faults;
  /** Where it can be reached: a made-up address until `listen`, unless apps are given by URL. */
  readonly url: string;
  /** Options for clients that the engine does not attach by itself: `new Inngest({ id: "shop", ...engine.clientOptions })`. */
  readonly clientOptions: {
    readonly baseUrl: string;
    readonly isDev: true;
    readonly eventKey: string;
    readonly fetch: typeof fetch;
  };
  /** Folder for files of runs that a matcher failed on; undefined: none. */
  readonly saveFailedRunsTo: string | undefined;
  /** Adds an app, or syncs one again. Throws with the reason when it cannot be synced. */
  register(app: AppRef): Promise<void>;
  /**
   * Sends events; resolves once they are stored and all that is due has been done. Throws for invalid ones. With `settle: false` it
   * waits for nothing else, where functions wait for the test.
   */
  send(events: TestEvent | readonly TestEvent[], options?: { readonly settle?: boolean }): Promise<SentEvents>;
  /** Starts one function with these data, whatever its triggers are. */
  invoke(fn: FunctionRef, data?: object): Promise<TestRun>;
  /** Starts a function as its cron trigger would at this moment. Throws when it has none. */
  cron(fn: FunctionRef): Promise<TestRun>;
  run(runId: string): Promise<TestRun>;
  /** Runs that fit all that is given, oldest first. */
  runs(filter?: RunFilter): Promise<readonly TestRun[]>;
  /** Events that were received, from the test or from functions, oldest first; without those of the engine unless `internal`. */
  events(filter?: { readonly name?: string; readonly internal?: boolean }): Promise<readonly ReceivedEvent[]>;
  /** Says what a step of a function does instead of what it does. Of all functions, when only the step is given. */
  stub(fn: FunctionRef, stepId: string): StepStub;
  stub(stepId: string): StepStub;
  /** Takes all stubs back. */
  unstub(): void;
  /** Kills the engine and starts it again on the same store: what was committed is there, what was in flight is done again. */
  crash(): Promise<void>;
  /** Forgets everything but the apps: events, runs, stubs, faults. The clock stays where it is. */
  reset(): Promise<void>;
  /** Listens on 127.0.0.1 for clients and apps in other processes; returns the URL. `port` default: any free one. */
  listen(port?: number): Promise<string>;
  /** Ends it and lets go of the client. Handlers that are still at work are given up. */
  stop(): Promise<void>;
}

/** Which runs to look at. */
export interface RunFilter {
  readonly function?: FunctionRef;
  /** Name of the triggering event. */
  readonly event?: string;
  readonly status?: ApiRunStatus | readonly ApiRunStatus[];
}

/** An event that the engine has received. */
export interface ReceivedEvent extends Pick<ApiEventRow, "id" | "name" | "ts" | "receivedAt"> {
  readonly data: JsonValue;
  readonly user: JsonValue;
}

/** What a step does instead of what it does. Failures come first, then what is returned, or the step itself. */
export interface StepStub {
  /** Ends with this value; the code of the step does not run. Of an `invoke`, a wait or a gateway call as well. */
  returns(value: unknown): StepStub;
  /** Fails so often, then goes on as told, or as written. `times` default: always. `retriable: false` fails it at once. */
  fails(options?: { readonly times?: number; readonly error?: Error | string; readonly retriable?: boolean }): StepStub;
  /** Takes so long by the virtual clock. */
  takes(duration: string | number): StepStub;
}

/** The work that waits. Named after what ActiveJob's test helpers do. */
export interface TestQueue {
  /** Calls nothing any more, of these functions or of all: runs are made and wait. */
  pause(...fns: readonly FunctionRef[]): Promise<void>;
  resume(...fns: readonly FunctionRef[]): Promise<void>;
  /** Does what is due in a paused queue, of these functions or of all, and what comes of it; then it is paused as before. */
  drain(options?: { readonly only?: FunctionRef | readonly FunctionRef[] }): Promise<void>;
  /** Cancels all unfinished runs, of these functions or of all. Returns how many. */
  clear(...fns: readonly FunctionRef[]): Promise<number>;
  /** How many things are pending, of these functions or of all. */
  size(...fns: readonly FunctionRef[]): Promise<number>;
  /** What unfinished runs are to do or wait for, soonest first. */
  pending(...fns: readonly FunctionRef[]): Promise<readonly PendingWork[]>;
}

/** Which calls a fault hits; all, where nothing is given. */
export interface FaultTarget {
  readonly function?: FunctionRef;
  /** Calls of this step alone. A step that runs within a call of its function cannot be told apart, so its function then plans steps one by one. */
  readonly step?: string;
  /** How many calls it hits. Default 1. */
  readonly times?: number;
}

/** Faults between the engine and the apps. */
export interface Faults {
  /** The app does its work, and its answer is lost. */
  drop(target?: FaultTarget): void;
  /** The call arrives twice; one of the answers is taken. */
  duplicate(target?: FaultTarget): void;
  /** The answer takes so long by the virtual clock. */
  delay(duration: string | number, target?: FaultTarget): void;
  /** Something in between answers with this status. */
  answer(status: number, target?: FaultTarget): void;
  /** Nobody listens at the app any more; at all apps, where none is given by its id. */
  appGoesAway(appId?: string): void;
  appComesBack(appId?: string): void;
  /** Each call is dropped, doubled or delayed with these probabilities, drawn from the seed; the engine's seed by default. */
  random(options: {
    readonly drop?: number;
    readonly duplicate?: number;
    readonly delay?: number;
    readonly seed?: number;
  }): void;
  /** Takes all faults back. */
  clear(): void;
}
