// Delays before attempts, over many runs. Of one delay nobody can tell whether the server has waited for longer or the machine
// was busy; of many that are the same by the virtual clock, the quickest tells.
import type { Sides } from "./compare.ts";
import type { ScenarioRecord } from "./record.ts";

/** Fewer delays say nothing. */
const samplesMin = 10;

/** What the quickest may be more: less than the second that the schedules differ by. */
export const quickestMoreMsMax = 900;

/** All delays that are the same by the virtual clock. */
export interface RetryDelay {
  readonly delayMs: number;
  readonly count: number;
  /** How much longer the quickest of them was on the server. */
  readonly quickestMoreMs: number;
  readonly isLate: boolean;
}

/** Lists the delays of which there are enough, the shortest first. */
export function retryDelays(scenarios: readonly Sides<ScenarioRecord>[]): readonly RetryDelay[] {
  const found = new Map<number, number[]>();
  for (const { delayMs, moreMs } of scenarios.flatMap((scenario) => delaysOf(scenario))) {
    found.set(delayMs, [...(found.get(delayMs) ?? []), moreMs]);
  }
  return [...found]
    .filter(([, more]) => more.length >= samplesMin)
    .sort(([one], [other]) => one - other)
    .map(([delayMs, more]) => {
      const quickestMoreMs = Math.min(...more);
      return { delayMs, count: more.length, quickestMoreMs, isLate: quickestMoreMs > quickestMoreMsMax };
    });
}

/** Writes them, a line each. */
export function printDelays(delays: readonly RetryDelay[]): string {
  return delays
    .map(
      ({ delayMs, count, quickestMoreMs, isLate }) =>
        `${String(count).padStart(6)} delays of ${delayMs} ms, on the server ${quickestMoreMs} ms more at least${isLate ? ": TOO LATE" : ""}`,
    )
    .join("\n");
}

function delaysOf({ engine, server }: Sides<ScenarioRecord>): readonly { delayMs: number; moreMs: number }[] {
  return Object.entries(engine.runs).flatMap(([run, { times }]) =>
    Object.entries(times.steps).flatMap(([label, { delaysMs }]) =>
      delaysMs.flatMap((delayMs, index) => {
        const real = server.runs[run]?.times.steps[label]?.delaysMs[index];
        return real === undefined ? [] : [{ delayMs, moreMs: real - delayMs }];
      }),
    ),
  );
}
