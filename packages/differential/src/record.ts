// What is compared of a scenario: everything that both sides have in common, under names that do not depend on
// ids and times. The times are kept beside it, in milliseconds from the start of the run.
import type { ApiError, ApiRun, ApiStep, JsonValue } from "@stepwright/protocol";
import { isTimeStep, pathOf, runKey, timeStep } from "./names.ts";
import type { Ledger } from "./ledger.ts";
import { neutral } from "./neutral.ts";
import type { Observed } from "./observed.ts";
import { allParts, appOf, type Program, type Scenario } from "./program.ts";
import { sequencePairs } from "./sequence-pairs.ts";
import { stepLabel } from "./step-labels.ts";

/** One scenario on one side. */
export interface ScenarioRecord {
  readonly runs: Readonly<Record<string, RunRecord>>;
  /** Events received, with how often each: `name path ×2`. */
  readonly events: readonly string[];
}

/** One run. */
export interface RunRecord {
  readonly status: string;
  readonly output: JsonValue | null;
  readonly error: ErrorRecord | null;
  /** The run whose step has invoked it. */
  readonly invokedBy: string | null;
  readonly steps: Readonly<Record<string, StepRecord>>;
  /** Pairs of neighbours in the program, and whether they came in this order. */
  readonly order: readonly string[];
  /** The code of steps that the app executed, with how often each: `id ×2`. */
  readonly executions: readonly string[];
  /**
   * How often the app was called; null where it is up to the machine. With version 1 of the request every completion in
   * a parallel group asks for a call, and those that come while one waits or goes on share the next.
   */
  readonly calls: number | null;
  readonly times: RunTimes;
}

/** One step. */
export interface StepRecord {
  readonly kind: string;
  readonly status: string;
  readonly input: JsonValue | null;
  readonly output: JsonValue | null;
  readonly error: ErrorRecord | null;
  /** How each attempt came out. */
  readonly attempts: readonly string[];
  /** The run that it has invoked. */
  readonly invoked: string | null;
  /** The event or signal that it waits for. */
  readonly awaited: string | null;
}

/** An error without its stack. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
}

/** When things were, in milliseconds from the run's start. */
export interface RunTimes {
  readonly durationMs: number;
  readonly steps: Readonly<Record<string, StepTimes>>;
}

/** When a step was. */
export interface StepTimes {
  readonly startedMs: number;
  readonly endedMs: number;
  /**
   * How long a sleep or a wait lasts at most: from its start to the time that was set for it. Of a sleep until a time, from
   * the time that was asked for. Null for other steps.
   */
  readonly plannedMs: number | null;
  /** From the end of each attempt to the start of the next one. */
  readonly delaysMs: readonly number[];
}

/** SDKs report when a step was in fractions of milliseconds. */
const roundingMs = 1;

/** Makes the record. */
export function recordScenario(scenario: Scenario, { runs, events, ledger }: Observed): ScenarioRecord {
  const keys = keysOf(scenario, runs);
  return {
    runs: Object.fromEntries(
      runs
        .map((run) => [keys.get(run.id) ?? run.id, recordRun(scenario, run, { keys, ledger })] as const)
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    ),
    events: counted(events.map(({ name, data }) => `${name} ${pathOf(data)}`)),
  };
}

/** Names the runs by function and path; a second run with the same path, which must not be, by its number as well. */
function keysOf(scenario: Scenario, runs: readonly ApiRun[]): ReadonlyMap<string, string> {
  const taken = new Map<string, number>();
  return new Map(
    runs.map((run) => {
      const key = runKey(functionOf(scenario, run), pathOf(run.events[0]?.data));
      const before = taken.get(key) ?? 0;
      taken.set(key, before + 1);
      return [run.id, before === 0 ? key : `${key} (${before + 1})`];
    }),
  );
}

function functionOf(scenario: Scenario, run: ApiRun): string {
  return run.functionSlug.slice(appOf(scenario).length + 1);
}

function recordRun(
  scenario: Scenario,
  run: ApiRun,
  { keys, ledger }: { readonly keys: ReadonlyMap<string, string>; readonly ledger: Ledger },
): RunRecord {
  const key = keys.get(run.id) ?? run.id;
  const steps = Object.fromEntries(
    run.steps.map((step) => [stepLabel(step), step] as const).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
  const times = timesOf(run, steps);
  const program = scenario.programs.find(({ id }) => id === functionOf(scenario, run));
  return {
    status: run.status,
    output: neutral(run.output),
    error: recordError(run.error),
    invokedBy: run.invokedBy === null ? null : (keys.get(run.invokedBy.runId) ?? "unknown"),
    steps: mapValues(steps, (step) => recordStep(step, keys)),
    order: program === undefined ? [] : orderOf(program, { times, executions: ledger.executions(key) }),
    executions: counted(ledger.executions(key)),
    calls: areCallsFolded(scenario, program) ? null : ledger.calls(key),
    times,
  };
}

function recordStep(step: ApiStep, keys: ReadonlyMap<string, string>): StepRecord {
  const { childRunId, event, signal } = step.detail;
  return {
    kind: step.kind,
    status: step.status,
    input: neutral(step.input),
    // What reads the clock for a sleep returns a time.
    output: isTimeStep(step.name) ? "(time)" : neutral(step.output),
    error: recordError(step.error),
    attempts: step.attempts.map(
      ({ attempt, status, error }) => `${attempt} ${status}${error === null ? "" : ` ${error.name}: ${error.message}`}`,
    ),
    invoked: typeof childRunId === "string" ? (keys.get(childRunId) ?? "unknown") : null,
    awaited: [event, signal].find((one) => typeof one === "string") ?? null,
  };
}

function recordError(error: ApiError | null): ErrorRecord | null {
  return error === null ? null : { name: error.name, message: error.message };
}

function timesOf(run: ApiRun, steps: Readonly<Record<string, ApiStep>>): RunTimes {
  const startAt = run.startedAt ?? run.queuedAt;
  return {
    durationMs: (run.endedAt ?? startAt) - startAt,
    steps: mapValues(steps, (step) => ({
      startedMs: (step.startedAt ?? step.queuedAt) - startAt,
      endedMs: (step.endedAt ?? step.queuedAt) - startAt,
      plannedMs: plannedMs(step, steps),
      delaysMs: step.attempts.slice(1).map(({ startedAt }, index) => startedAt - (step.attempts[index]?.endedAt ?? 0)),
    })),
  };
}

function plannedMs(step: ApiStep, steps: Readonly<Record<string, ApiStep>>): number | null {
  const { until } = step.detail;
  if (typeof until !== "number") return null;
  const startedAt = step.startedAt ?? step.queuedAt;
  const asked = steps[timeStep(stepLabel(step))]?.output;
  // A time that has passed when the function comes to ask for it ends the sleep at once.
  return until - (typeof asked === "string" ? Math.max(Date.parse(asked), startedAt) : startedAt);
}

/** SDK v3 has version 1. */
function areCallsFolded({ mode }: Scenario, program: Program | undefined): boolean {
  return mode === "v3" && program?.parts.flatMap(allParts).some(({ kind }) => kind === "parallel") === true;
}

/** By the times of both, and by when the app executed them: by the virtual clock much happens in the same millisecond. */
function orderOf(
  program: Program,
  { times, executions }: { readonly times: RunTimes; readonly executions: readonly string[] },
): readonly string[] {
  return sequencePairs(program).flatMap(({ before, after }) => {
    const [one, other] = [times.steps[before], times.steps[after]];
    if (one === undefined || other === undefined) return [];
    const wasExecutedLater = executions.includes(after) && executions.lastIndexOf(before) > executions.indexOf(after);
    const isInOrder = one.endedMs <= other.startedMs + roundingMs && !wasExecutedLater;
    return [isInOrder ? `${before} before ${after}` : `${after} began before ${before} had ended`];
  });
}

function counted(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => (count === 1 ? name : `${name} ×${count}`)).sort();
}

function mapValues<T, R>(record: Readonly<Record<string, T>>, map: (value: T) => R): Readonly<Record<string, R>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
