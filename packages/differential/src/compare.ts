// Compares what the two sides have recorded of a scenario. Neither of them is right: what differs is told.
import { isDeepStrictEqual } from "node:util";
import { compareTimes } from "./compare-times.ts";
import type { RunRecord, ScenarioRecord, StepRecord } from "./record.ts";

/** What it is that differs. */
export type DifferenceKind =
  | "runs"
  | "status"
  | "output"
  | "error"
  | "invoker"
  | "steps"
  | "attempts"
  | "order"
  | "executions"
  | "calls"
  | "events"
  | "time";

/** One difference. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The run and the step, or the scenario. */
  readonly where: string;
  readonly engine: unknown;
  readonly server: unknown;
}

/** The two sides. */
export interface Sides<T> {
  readonly engine: T;
  readonly server: T;
}

/** Lists all differences, in the order of runs and steps. */
export function compareScenarios({ engine, server }: Sides<ScenarioRecord>): readonly Difference[] {
  const runs = namesOfBoth(engine.runs, server.runs).flatMap((where) => {
    const [one, other] = [engine.runs[where], server.runs[where]];
    if (one === undefined || other === undefined) return differ("runs", where, presence(one), presence(other));
    return compareRuns(where, { engine: one, server: other });
  });
  return [...runs, ...differ("events", "the scenario", ...onlyIn(engine.events, server.events))];
}

function compareRuns(where: string, { engine, server }: Sides<RunRecord>): readonly Difference[] {
  return [
    ...differ("status", where, engine.status, server.status),
    ...differ("output", where, engine.output, server.output),
    ...differ("error", where, engine.error, server.error),
    ...differ("invoker", where, engine.invokedBy, server.invokedBy),
    ...namesOfBoth(engine.steps, server.steps).flatMap((label) =>
      compareSteps(`${where}, ${label}`, { engine: engine.steps[label], server: server.steps[label] }),
    ),
    ...differ("order", where, ...onlyIn(engine.order, server.order)),
    ...differ("executions", where, engine.executions, server.executions),
    ...differ("calls", where, engine.calls, server.calls),
    ...compareTimes(engine, server).map(({ what, ...sides }) => ({
      kind: "time" as const,
      where: `${where}, ${what}`,
      ...sides,
    })),
  ];
}

function compareSteps(where: string, { engine, server }: Sides<StepRecord | undefined>): readonly Difference[] {
  if (engine === undefined || server === undefined) return differ("steps", where, presence(engine), presence(server));
  const { attempts, ...one } = engine;
  const { attempts: otherAttempts, ...other } = server;
  return [...differ("steps", where, one, other), ...differ("attempts", where, attempts, otherAttempts)];
}

function differ(kind: DifferenceKind, where: string, engine: unknown, server: unknown): readonly Difference[] {
  return isDeepStrictEqual(engine, server) ? [] : [{ kind, where, engine, server }];
}

function presence(record: RunRecord | StepRecord | undefined): string {
  return record === undefined ? "is not there" : `is there, ${record.status}`;
}

/** What each list has and the other has not: of long lists that differ in a line, the line is what people look for. */
function onlyIn(one: readonly string[], other: readonly string[]): [readonly string[], readonly string[]] {
  return [one.filter((name) => !other.includes(name)), other.filter((name) => !one.includes(name))];
}

function namesOfBoth(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
}
