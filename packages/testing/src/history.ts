// What happened to a run, in the order in which it did.
import type { ApiError, ApiRun, ApiStep } from "@stepwright/protocol";
import type { HistoryEntry } from "./test-run.ts";

type What = HistoryEntry["what"];

/** Gives the history of a run, oldest first; what happened at one time in the order of its steps. */
export function historyOf(run: ApiRun): readonly HistoryEntry[] {
  const own = (at: number | null, what: What, error: ApiError | null = null): readonly HistoryEntry[] =>
    at === null ? [] : [entry({ at, what, error })];
  const before = [...own(run.queuedAt, "queued"), ...own(run.startedAt, "started")];
  const steps = run.steps.flatMap(stepHistory).toSorted((one, other) => one.at.getTime() - other.at.getTime());
  const { status } = run;
  const isOver = status !== "queued" && status !== "running";
  return [...before, ...steps, ...(isOver ? own(run.endedAt, status, run.error) : [])];
}

function entry(o: {
  readonly at: number;
  readonly what: What;
  readonly step?: string;
  readonly attempt?: number;
  readonly error?: ApiError | null;
}): HistoryEntry {
  const message = o.error == null ? null : `${o.error.name}: ${o.error.message}`.split("\n", 1)[0];
  return {
    at: new Date(o.at),
    what: o.what,
    step: o.step ?? null,
    attempt: o.attempt ?? null,
    error: message ?? null,
  };
}

function stepHistory(step: ApiStep): readonly HistoryEntry[] {
  const began = startOf(step);
  const tries = step.attempts.flatMap(({ attempt, status, startedAt, endedAt, error }) => [
    entry({ at: startedAt, what: "stepStarted", step: step.name, attempt }),
    ...(status === "failed"
      ? [entry({ at: endedAt, what: "stepFailedAttempt", step: step.name, attempt, error })]
      : []),
  ]);
  const end = endOf(step);
  return [
    ...(tries.length === 0 ? [entry({ at: step.startedAt ?? step.queuedAt, what: began, step: step.name })] : tries),
    ...(end === null || step.endedAt === null
      ? []
      : [entry({ at: step.endedAt, what: end, step: step.name, error: step.error })]),
  ];
}

function startOf({ kind }: ApiStep): What {
  if (kind === "sleep") return "sleepStarted";
  return isWait(kind) ? "waitStarted" : "stepStarted";
}

/** Null for what has not ended, or ended with its run. */
function endOf({ kind, status }: ApiStep): What | null {
  switch (status) {
    case "timedOut":
      return "waitTimedOut";
    case "failed":
      return "stepFailed";
    case "completed":
      if (kind === "sleep") return "sleepEnded";
      return isWait(kind) ? "waitEnded" : "stepCompleted";
    default:
      return null;
  }
}

function isWait(kind: ApiStep["kind"]): boolean {
  return kind === "wait" || kind === "invoke" || kind === "signal";
}
