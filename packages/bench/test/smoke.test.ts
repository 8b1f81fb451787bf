// Every scenario at a tiny size, judged by what was counted: all runs started and ended, each once, nothing lost.
// How long anything took is no concern of a test. Needs the built server.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabases } from "../src/big-database/databases.ts";
import type { Figure } from "../src/figure.ts";
import { contextOf } from "../src/run-scenarios.ts";
import { scenarios } from "../src/scenarios/index.ts";

const scenarioMs = 60_000;

const databases = createDatabases(null);
const context = contextOf({ size: "smoke", synchronous: "full", profileFolder: null }, databases);

beforeAll(() => databases.prepare(200), scenarioMs);
afterAll(() => databases.close());

/** Counts that each figure must have, and no others but those of bytes. */
const counts: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "ingest/single": { events: 129, runs: 0 },
  "ingest/batch-unmatched": { events: 1_700, runs: 0 },
  "ingest/batch-matched": { events: 1_700, runs: 1_700 },
  "calls/0-steps": { runs: 61, ended: 61, calls: 61 },
  "calls/3-steps": { runs: 16, ended: 16, calls: 64 },
  "calls/20-steps": { runs: 4, ended: 4, calls: 84 },
  "calls/10-parallel": { runs: 6, ended: 6, calls: expect.toSatisfy(isBetween(72, 132)) },
  steps: { measured: 50 },
  "first-call": { measured: 10 },
  parallel: { measured: 3 },
  "checkpoint/1": { runs: 3, ended: 3, calls: 3 },
  "checkpoint/10": { runs: 5, ended: 5, calls: 5 },
  "sdk-v4/20-steps": { measured: 2 },
  "sdk-v4/3-steps": { runs: 6, ended: 6 },
  "sdk-v3/20-steps": { measured: 2 },
  "sdk-v3/3-steps": { runs: 6, ended: 6 },
  "slow-calls/memory": { held: 50 },
  "slow-calls/first-call": { measured: 10 },
  "slow-calls/calls": {},
  "fan-out/starts": { runs: 600, calls: 600 },
  "fan-out/resumes": { runs: 600, calls: 600 },
  "sleepers/lateness": { asleep: 100, awake: 100, calls: 100, early: 0 },
  "sleepers/memory": {},
  "starts/1": { measured: 5 },
  "starts/50": { measured: 5 },
  "waiting/10/resume": { measured: 5 },
  "waiting/100/resume": { measured: 5 },
  "waiting/10/memory": { parked: 10 },
  "waiting/100/memory": { parked: 100 },
  "retention/commit": { measured: 5 },
  "retention/delay": {},
  "retention/steps": { measured: 50 },
  "retention/calls": { runs: 6, ended: 6, calls: 24 },
  "retention/rows": { runs: 198, steps: 84, spans: 282, events: 410, keys: 0 },
  "cold-start/fresh": { starts: 1 },
  "cold-start/200": { starts: 1 },
  "recovery/200": { inFlight: 10, madeAgain: 10, firstAfterMs: expect.any(Number) },
};

const seen = new Set<string>();

describe.each(scenarios)("$name", ({ measure }) => {
  test("loses nothing and does nothing twice", { timeout: scenarioMs }, async () => {
    const figures = await measure(context);
    expect(figures).not.toEqual([]);
    expect(figures.filter((figure) => Number.isNaN(figure.value))).toEqual([]);
    for (const figure of figures) {
      seen.add(figure.id);
      const { id } = figure;
      const expected = counts[id];
      if (expected !== undefined) expect({ id, ...countsOf(figure) }).toEqual({ id, ...expected });
    }
  });
});

test("the counts above are of figures that there are", () => {
  expect(Object.keys(counts).filter((id) => !seen.has(id))).toEqual([]);
});

function countsOf(figure: Figure): Readonly<Record<string, number>> {
  const { writtenBytes: _, ...rest } = figure.counts;
  return rest;
}

function isBetween(least: number, most: number): (value: number) => boolean {
  return (value) => value >= least && value <= most;
}
