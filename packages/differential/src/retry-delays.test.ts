// Whether a schedule is another one or the machine is busy.
import { expect, test } from "vitest";
import type { ScenarioRecord } from "./record.ts";
import { retryDelays } from "./retry-delays.ts";

test("the quickest of many delays tells whether the server waits for longer", () => {
  const engine = records(Array.from({ length: 12 }, () => 1_000));
  const busy = records([1_400, ...Array.from({ length: 11 }, () => 9_000)]);
  expect(retryDelays([{ engine, server: busy }])).toEqual([
    { delayMs: 1_000, count: 12, quickestMoreMs: 400, isLate: false },
  ]);
  const otherSchedule = records(Array.from({ length: 12 }, () => 2_003));
  expect(retryDelays([{ engine, server: otherSchedule }])).toMatchObject([{ quickestMoreMs: 1_003, isLate: true }]);
});

test("a few delays are no evidence", () => {
  expect(retryDelays([{ engine: records([1_000]), server: records([2_000]) }])).toEqual([]);
});

/** One run whose steps have each been tried twice, after these delays. */
function records(delays: readonly number[]): ScenarioRecord {
  const times = delays.map((delay, index) => [
    `step-${index}`,
    { startedMs: 0, endedMs: delay, plannedMs: null, delaysMs: [delay] },
  ]);
  const run = {
    status: "completed",
    output: null,
    error: null,
    invokedBy: null,
    steps: {},
    order: [],
    executions: [],
    calls: null,
    times: { durationMs: 0, steps: Object.fromEntries(times) },
  };
  return { runs: { "f0 @ e0": run }, events: [] };
}
