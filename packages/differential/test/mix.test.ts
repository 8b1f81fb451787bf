// What the tested seeds contain, and what the generator promises about every seed.
import { expect, test } from "vitest";
import { type Cost, programCost } from "../src/cost.ts";
import { functionsPerScenario, generateScenario, generateScenarios, isStaged } from "../src/generate.ts";
import { countMix, printMix, shortfalls } from "../src/mix.ts";
import { allParts, type Scenario } from "../src/program.ts";
import { testedScenarios } from "./tested-scenarios.ts";

/** The mix that the tests have, at least. */
const least: Readonly<Record<string, number>> = {
  "scenarios that are answered": 15,
  "scenarios whose runs are awaited": 8,
  functions: 120,
  "functions on v3": 60,
  "functions on v4": 30,
  "functions on v4-without-checkpointing": 25,
  "functions, end: returns": 70,
  "functions, end: throws": 5,
  "functions, end: refuses": 5,
  "functions, end: isCancelled": 5,
  "functions with onFailure": 30,
  "errors of steps that nobody catches": 5,
  "hiccups of functions": 10,
  "hiccups of functions with RetryAfterError": 3,
  "steps: returns": 100,
  "steps: flaky": 20,
  "steps: fails": 10,
  "steps: refuses": 40,
  "steps: asksForTime": 10,
  "sleeps: sleep": 100,
  "sleeps: sleepUntil": 20,
  "waits for events: answered by a branch": 15,
  "waits for events: answered from outside": 30,
  "waits for events: answered too late": 10,
  "waits for events: timed out": 20,
  "waits for signals: answered by a branch": 15,
  "waits for signals: answered from outside": 15,
  "waits for signals: timed out": 10,
  invokes: 20,
  "answers by a step": 20,
  "answers by an invoked function": 30,
  "invokes that time out": 15,
  sends: 30,
  loops: 20,
  catches: 80,
  "parallel groups": 80,
  "parallel groups in others": 10,
  "parallel groups that are rejected": 5,
};

test("the tested seeds contain the stated mix", () => {
  const mix = countMix(testedScenarios);
  process.stdout.write(`${testedScenarios.length} scenarios\n${printMix(mix)}\n`);
  expect(shortfalls(mix, least)).toEqual([]);
});

test("a seed gives the same scenario each time, and another seed another one", () => {
  expect(generateScenario(7)).toEqual(generateScenario(7));
  expect(generateScenario(7).programs).not.toEqual(generateScenario(11).programs);
});

test("scenarios of any seed plan no more than half a minute, and their functions start others behind them only", () => {
  for (const scenario of generateScenarios({ from: 1, to: 500 })) {
    expect(scenario.programs).toHaveLength(functionsPerScenario);
    expect(planned(scenario), `seconds of seed ${scenario.seed}`).toBeLessThanOrEqual(30);
    for (const [index, { parts }] of scenario.programs.entries()) {
      const started = parts.flatMap(allParts).flatMap((part) => {
        if (part.kind === "invoke") return [part.fn];
        return part.kind === "send" ? part.fns : [];
      });
      const behind = scenario.programs.slice(index + 1).map(({ id }) => id);
      expect(behind).toEqual(expect.arrayContaining(started));
    }
  }
});

test("step ids are unique within a function", () => {
  for (const { programs } of generateScenarios({ from: 1, to: 500 })) {
    for (const { parts } of programs) {
      const ids = parts.flatMap(allParts).flatMap((part) => ("id" in part ? [part.id] : []));
      expect(new Set(ids).size).toBe(ids.length);
    }
  }
});

/** Seconds of all functions one after another: no chain of them is longer. */
function planned(scenario: Scenario): number {
  const functions = new Map<string, Cost>();
  const costs = { functions, isStaged: isStaged(scenario.mode) };
  for (const program of scenario.programs.toReversed()) functions.set(program.id, programCost(program, costs));
  return [...functions.values()].reduce((sum, { seconds }) => sum + seconds, 0);
}
