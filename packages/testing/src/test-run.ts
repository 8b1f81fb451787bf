// What a test sees of a run and its steps.
import type { ApiAttempt, ApiError, ApiRun, ApiRunStatus, ApiStep, JsonValue } from "@stepwright/protocol";

/** A run. Its properties say how it was when the engine last came to rest: after each awaited call of the engine. */
export interface TestRun {
  readonly id: string;
  /** `<app>-<function>`. */
  readonly functionSlug: string;
  readonly status: ApiRunStatus;
  /** What the function returned; null while it has not. */
  readonly output: JsonValue | null;
  readonly error: ApiError | null;
  /** In order of start. Code outside steps is one of them if it failed or was retried; its kind is `function`. */
  readonly steps: readonly TestStep[];
  /** Everything that the dashboard shows of the run. */
  readonly details: ApiRun;
  /** What the clock showed when the run was looked at last, in milliseconds since 1970. */
  readonly seenAt: number;
  /** Folder for the file of the run when a matcher fails on it; undefined: none. */
  readonly saveFailedRunsTo: string | undefined;
  /**
   * Finds a step by the id that the function gives it. Of several with the same id the first, or the one `index` counts from 0.
   * Throws when there is none, and names those that there are.
   */
  step(id: string, index?: number): TestStep;
  /** What happened, oldest first, with virtual times. */
  history(): readonly HistoryEntry[];
  /**
   * Waits for the end, jumping from timer to timer unless the engine was told not to, and returns what the function returned.
   * Throws `RunNotCompletedError` when it fails, is cancelled or skipped, or when only something from outside can go on with it.
   */
  result<T = unknown>(): Promise<T>;
  /** As `result`, but any end will do. Returns this run. */
  ended(): Promise<TestRun>;
  /** Cancels it; does nothing when it has ended. */
  cancel(): Promise<void>;
  /** Runs it again from the beginning, or from a step; returns the new run. */
  rerun(options?: { readonly fromStep?: string; readonly data?: object }): Promise<TestRun>;
  /** The run as a small text waterfall. */
  toString(): string;
}

/** A step of a run. */
export interface TestStep {
  /** As the function gives it. */
  readonly id: string;
  readonly kind: ApiStep["kind"];
  readonly status: ApiStep["status"];
  readonly input: JsonValue | null;
  readonly output: JsonValue | null;
  readonly error: ApiError | null;
  /** How often it was tried. */
  readonly attempts: number;
  /** Each try with its times and error. */
  readonly tries: readonly ApiAttempt[];
  /** Virtual milliseconds from its start to its end; null while it has not ended. */
  readonly durationMs: number | null;
  readonly details: ApiStep;
}

/** One thing that happened to a run. */
export interface HistoryEntry {
  readonly at: Date;
  readonly what:
    | "queued"
    | "started"
    | "stepStarted"
    | "stepFailedAttempt"
    | "stepCompleted"
    | "stepFailed"
    | "sleepStarted"
    | "sleepEnded"
    | "waitStarted"
    | "waitEnded"
    | "waitTimedOut"
    | "completed"
    | "failed"
    | "cancelled"
    | "skipped";
  /** Id of the step; null for the run as a whole. */
  readonly step: string | null;
  /** Counts from 0; null where there are no attempts. */
  readonly attempt: number | null;
  /** First line of the error, where there is one. */
  readonly error: string | null;
}
