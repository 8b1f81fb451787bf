// The tests of one major of the SDK: the scenarios of its seeds, on both sides, compared.
import { beforeAll, describe, expect, test, vi } from "vitest";
import { type Comparison, compareSides, type Major, majorOf } from "../src/differential.ts";
import { countNames, printMix, shortfalls } from "../src/mix.ts";
import type { RunRecord } from "../src/record.ts";
import { reportDifferences } from "../src/report.ts";
import { printDelays, retryDelays } from "../src/retry-delays.ts";
import { testedScenarios } from "./tested-scenarios.ts";

/** Runs and steps that must have come to these ends, at least: programs can hold a thing that is never reached. */
export type Reached = Readonly<Record<string, number>>;

/** Describes the tests of a major. */
export function describeSameOnBoth(major: Major, reached: Reached): void {
  const scenarios = testedScenarios.filter((scenario) => majorOf(scenario) === major);

  describe(`SDK ${major}`, () => {
    // The server works in real time, for as long as the longest scenario takes.
    vi.setConfig({ hookTimeout: 180_000 });
    let comparisons: readonly Comparison[] = [];
    beforeAll(async () => {
      comparisons = await compareSides(scenarios);
    });

    test.each(scenarios.map(({ seed }, index) => ({ seed, index })))(
      "the scenario of seed $seed is the same on the engine for tests and on the server",
      ({ index }) => {
        const comparison = comparisons[index];
        expect(comparison).toBeDefined();
        if (comparison === undefined) return;
        if (comparison.differences.length > 0)
          expect.fail(reportDifferences(comparison.scenario, comparison.differences));
        expect(Object.keys(comparison.server.runs).length).toBeGreaterThan(0);
      },
    );

    test("the functions were run, and all kinds of steps came to all kinds of ends", () => {
      const runs = comparisons.flatMap(({ server }) => Object.entries(server.runs));
      const functions = new Set(
        comparisons.flatMap(({ scenario, server }) =>
          Object.keys(server.runs)
            .map((key) => key.split(" ")[0])
            .filter((fn) => scenario.programs.some(({ id }) => id === fn))
            .map((fn) => `${scenario.seed} ${fn}`),
        ),
      );
      const counts = countNames([
        ...runs.flatMap(([key, run]) => namesOfRun(key, run)),
        ...[...functions].map(() => "functions"),
      ]);
      process.stdout.write(`reached with SDK ${major}, ${runs.length} runs\n${printMix(counts)}\n`);
      expect(shortfalls(counts, reached)).toEqual([]);
    });

    test("what is tried again is tried as soon on the server, but for the time that the machine takes", () => {
      const delays = retryDelays(comparisons);
      process.stdout.write(`delays before attempts with SDK ${major}\n${printDelays(delays)}\n`);
      expect(delays.map(({ delayMs }) => delayMs)).toEqual(expect.arrayContaining([1_000, 2_000]));
      expect(delays.filter(({ isLate }) => isLate)).toEqual([]);
    });
  });
}

function namesOfRun(key: string, run: RunRecord): readonly string[] {
  return [
    ...(key.includes("-failure @") ? ["runs of onFailure"] : []),
    `runs: ${run.status}`,
    ...Object.values(run.steps).map(({ kind, status }) => `steps: ${kind} ${status}`),
    ...Object.values(run.steps)
      .filter(({ attempts }) => attempts.length > 1)
      .map(({ kind }) => `steps: ${kind} tried again`),
    ...(run.invokedBy === null ? [] : ["runs that were invoked"]),
  ];
}
