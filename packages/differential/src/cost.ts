// What generated code costs, about: seconds that people wait for, and runs that a machine has to work on. The generator keeps
// within both.
//
import { type Part, partsIn, type Program, type StepOutcome } from "./program.ts";

/** From the start of a run to its end, and the run itself with all that come of it. */
export interface Cost {
  readonly seconds: number;
  readonly runs: number;
}

/** What the cost of code depends on. */
export interface Costs {
  /** Costs of functions that it may start, by the ids of their programs. */
  readonly functions: ReadonlyMap<string, Cost>;
  /**
   * Whether the branches of a group go on together, each time when the slowest of them is through with a step: so it is with
   * version 2 of the request. A group of chains then takes up to the sum of them.
   */
  readonly isStaged: boolean;
}

/** The cost of a run of a function. */
export function programCost(program: Omit<Program, "id">, others: Costs): Cost {
  const { parts, retries, handlesFailure } = program;
  const costs = parts.map((part) => partCost(part, { retries, others }));
  return {
    seconds: endingSeconds(program) + sum(costs.map(({ seconds }) => seconds)),
    runs:
      1 +
      (handlesFailure ? 1 : 0) +
      (program.ending.kind === "isCancelled" ? 1 : 0) +
      sum(costs.map(({ runs }) => runs)),
  };
}

/** The cost of one part of it. */
export function partCost(part: Part, { retries, others }: { readonly retries: number; readonly others: Costs }): Cost {
  return { seconds: partSeconds(part, retries, others), runs: partRuns(part, others) };
}

function endingSeconds({ ending, retries }: Pick<Program, "ending" | "retries">): number {
  switch (ending.kind) {
    case "returns":
    case "refuses":
      return 0;
    case "throws":
      return retrySeconds(retries);
    case "isCancelled":
      return 1;
  }
}

function partRuns(part: Part, others: Costs): number {
  const inner = sum(partsIn(part).map((one) => partRuns(one, others)));
  if (part.kind === "invoke") return others.functions.get(part.fn)?.runs ?? 1;
  if (part.kind === "answer") return part.invokedSeconds === null ? 0 : 1;
  if (part.kind === "send") return sum(part.fns.map((fn) => others.functions.get(fn)?.runs ?? 1));
  return part.kind === "loop" ? part.times * inner : inner;
}

function partSeconds(part: Part, retries: number, others: Costs): number {
  const inner = (one: Part): number => partSeconds(one, retries, others);
  switch (part.kind) {
    case "step":
      return outcomeSeconds(part.outcome, retries);
    case "sleep":
    case "sleepUntil":
      return part.seconds;
    case "wait":
      return part.answerer === "nobody" ? part.timeoutSeconds : 0;
    case "invoke":
      return Math.min(others.functions.get(part.fn)?.seconds ?? 0, part.timeoutSeconds ?? Infinity);
    case "hiccup":
      return part.retryAfterSeconds ?? retrySeconds(part.times);
    case "answer":
      return part.invokedSeconds ?? 0;
    case "send":
      return 0;
    case "sequence":
      return sum(part.parts.map(inner));
    case "parallel":
      return others.isStaged ? sum(part.branches.map(inner)) : Math.max(...part.branches.map(inner));
    case "caught":
      return inner(part.part);
    case "loop":
      return part.times * inner(part.part);
  }
}

/** The schedule of both sides, which doubles: 1 s, 2 s, 4 s. */
function retrySeconds(retries: number): number {
  return 2 ** retries - 1;
}

function outcomeSeconds(outcome: StepOutcome, retries: number): number {
  switch (outcome.kind) {
    case "returns":
    case "refuses":
      return 0;
    case "flaky":
      return retrySeconds(outcome.times);
    case "fails":
      return retrySeconds(retries);
    case "asksForTime":
      return outcome.seconds;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
