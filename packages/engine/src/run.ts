// What a run is: its row, its status machine, and the small bookkeeping that
// decides when the app has to be called next.
import type { AppId, EventId, FunctionId, JsonText, Millis, QueueItemId, RunId, StepId } from "@stepwright/protocol";
import type { RunFlow } from "./flow/run-flow.ts";

/** QUEUED -> RUNNING -> COMPLETED | FAILED | CANCELLED; terminal statuses never change. */
export type RunStatus = "queued" | "running" | "completed" | "failed" | "cancelled" | "skipped";

/** Says whether a run with this status has ended. */
export function isEnded(status: RunStatus): boolean {
  return status !== "queued" && status !== "running";
}

/** A step of a run that waits for another run. */
export interface Invoker {
  readonly runId: RunId;
  readonly stepId: StepId;
}

/** One run as it is stored. */
export interface Run {
  readonly id: RunId;
  readonly functionId: FunctionId;
  readonly appId: AppId;
  /** Slug at the time the run was created; it outlives the function. */
  readonly functionSlug: string;
  readonly functionVersion: number;
  readonly status: RunStatus;
  /** Name of the first triggering event; `inngest/scheduled.timer` for cron runs. */
  readonly triggerName: string;
  /** Internal id of the first triggering event. */
  readonly triggerEventId: EventId;
  readonly cron: string | null;
  readonly batchId: string | null;
  readonly originalRunId: RunId | null;
  /** The step of another run that invoked this one; it is resumed when this run ends. */
  readonly invokedBy: Invoker | null;
  readonly queuedAt: Millis;
  readonly startedAt: Millis | null;
  readonly endedAt: Millis | null;
  /** The function's result; null until completed. */
  readonly output: JsonText | null;
  /** `{error,name,message,stack?,cause?}` of a failed run, or `{reason}` of a cancelled or skipped one. */
  readonly error: JsonText | null;
  /** Raised by every commit that changes the run; a decision names the version it read (design: optimistic concurrency). */
  readonly version: number;
  /** What was evaluated when it was made; null for a function without such limits. */
  readonly flow: RunFlow | null;
  readonly progress: RunProgress;
}

/** The part of a run that only the engine reads. Stored as one JSON value. */
export interface RunProgress {
  /** -1 until the first 206, then what the SDK's header said, for good (sdk-protocol.md §5.3). */
  readonly requestVersion: number;
  /** Sent as `disable_immediate_execution` while parallel steps are outstanding. */
  readonly forceStepPlan: boolean;
  /** Members of the current parallel group without a result (request version 2 and up). */
  readonly pending: readonly StepId[];
  /** Open steps whose completion calls the app at once, whatever else is pending. */
  readonly race: readonly StepId[];
  /** The discovery call that is queued, in flight or waiting to be retried: at most one, so discoveries never overlap. */
  readonly discovery: { readonly itemId: QueueItemId; readonly retryAt: Millis | null } | null;
  /** Steps finished by anything but the discovery call itself; a discovery that did not see them all is followed by another. */
  readonly completions: number;
  /** Race mode: discoveries still owed, one per completion. */
  readonly owed: number;
  /** Number of queue items made so far, for their ids. */
  readonly itemsMade: number;
  /** Characters of events and step results: a lower bound of their bytes that costs nothing to know. */
  readonly stateLength: number;
  /** Answers since the last result that brought nothing; absent means none. */
  readonly idleAnswers?: number;
  /** Arguments, a JSON array, that one step is given in place of its own; absent in a run that was not started again from a step. */
  readonly input?: StepInput;
  /** Deferred function calls recorded so far, by hashed id (sdk-protocol.md §15). */
  readonly defers: Readonly<Record<string, DeferState>>;
}

/** Arguments that somebody gave a step in place of its own. */
export interface StepInput {
  readonly stepId: StepId;
  /** A JSON array. */
  readonly value: JsonText;
  /** Put in place here and kept from the app: published SDKs take a step that they are told arguments of for known, and ask for nothing. */
  readonly isOurs?: true;
}

/** A `DeferAdd` that was accepted or refused. */
export interface DeferState {
  readonly functionSlug: string;
  readonly input: JsonText;
  readonly status: "live" | "aborted" | "rejected";
}

/** The progress of a run that has not been called yet. */
export const initialProgress: RunProgress = {
  requestVersion: -1,
  forceStepPlan: false,
  pending: [],
  race: [],
  discovery: null,
  completions: 0,
  owed: 0,
  itemsMade: 0,
  stateLength: 0,
  defers: {},
};

/** Every step that waits for the run: whoever invoked it, and with a batch all who did. */
export function invokersOf(run: Pick<Run, "invokedBy" | "flow">): readonly Invoker[] {
  return [...(run.invokedBy === null ? [] : [run.invokedBy]), ...(run.flow?.invokers ?? [])];
}
