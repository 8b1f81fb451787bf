// The handles of runs that a test holds.
import type { ApiRun, ApiStep } from "@stepwright/protocol";
import { historyOf } from "./history.ts";
import { waterfall } from "./report/waterfall.ts";
import { describeRun } from "./run-reader.ts";
import { isEnded } from "./run-status.ts";
import type { TestRun, TestStep } from "./test-run.ts";

/** What handles need of the engine. */
export interface RunKeeper {
  /** Waits for the end of the run, as the engine was told to. Throws with the reason why it does not come. */
  waitForEnd(runId: string): Promise<unknown>;
  cancel(runId: string): Promise<void>;
  rerun(runId: string, options: { readonly fromStep?: string; readonly data?: object }): Promise<TestRun>;
  /** What the clock shows. */
  now(): number;
  /** Folder for runs that a matcher failed on. */
  readonly saveFailedRunsTo: string | undefined;
}

/** A handle, and the way to show it what has become of its run. */
export interface RunHandle {
  readonly run: TestRun;
  update(details: ApiRun): void;
}

/** A run has not ended as a test expected it to. */
export class RunNotCompletedError extends Error {
  override readonly name = "RunNotCompletedError";
  /** The run as it was then. */
  readonly run: ApiRun;

  constructor(message: string, run: ApiRun) {
    super(message);
    this.run = run;
  }
}

/** Makes the handle of a run. */
export function createRunHandle(first: ApiRun, keeper: RunKeeper): RunHandle {
  let details = first;
  let seenAt = keeper.now();

  const ended = async (): Promise<TestRun> => {
    await keeper.waitForEnd(details.id);
    return run;
  };

  const run: TestRun = {
    get id() {
      return details.id;
    },
    get functionSlug() {
      return details.functionSlug;
    },
    get status() {
      return details.status;
    },
    get output() {
      return details.output;
    },
    get error() {
      return details.error;
    },
    get steps() {
      return details.steps.filter(tellsSomething).map(stepOf);
    },
    get details() {
      return details;
    },
    get seenAt() {
      return seenAt;
    },
    saveFailedRunsTo: keeper.saveFailedRunsTo,
    step: (id, index = 0) => findStep(details, id, index),
    history: () => historyOf(details),
    ended,
    async result<T>() {
      await ended();
      if (details.status !== "completed")
        throw new RunNotCompletedError(`${failureOf(details)}\n\n${String(run)}`, details);
      // The test knows what its function returns.
      return details.output as T;
    },
    cancel: () => keeper.cancel(details.id),
    rerun: (options = {}) => keeper.rerun(details.id, options),
    toString: () => waterfall(details, { now: seenAt }),
  };

  return {
    run,
    update(now) {
      details = now;
      seenAt = keeper.now();
    },
  };
}

function failureOf(run: ApiRun): string {
  if (!isEnded(run)) return describeRun(run);
  const why = run.error === null ? (run.summary ?? "") : `${run.error.name}: ${run.error.message}`;
  return `the run of ${run.functionSlug} ended as ${run.status}${why === "" ? "" : `: ${why}`}`;
}

/** Whether code outside steps simply ran is told or not as the SDK calls, and says nothing. */
function tellsSomething({ kind, status, attempts }: ApiStep): boolean {
  return kind !== "function" || status !== "completed" || attempts.length > 1;
}

function stepOf(step: ApiStep): TestStep {
  const { kind, status, input, output, error, startedAt, endedAt } = step;
  return {
    id: step.name,
    kind,
    status,
    input,
    output,
    error,
    attempts: step.attempts.length,
    tries: step.attempts,
    durationMs: endedAt === null ? null : endedAt - (startedAt ?? step.queuedAt),
    details: step,
  };
}

function findStep(run: ApiRun, id: string, index: number): TestStep {
  const same = run.steps.filter(({ name }) => name === id);
  const found = same[index];
  if (found !== undefined) return stepOf(found);
  const names = [...new Set(run.steps.map(({ name }) => `"${name}"`))].join(", ");
  const those = names === "" ? "it has no steps yet" : `its steps are ${names}`;
  const what =
    same.length === 0 ? `has no step "${id}"` : `has step "${id}" ${same.length} times, so there is none at ${index}`;
  throw new Error(`the run of ${run.functionSlug} ${what}; ${those}`);
}
