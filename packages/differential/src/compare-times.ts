// Compares virtual times with real ones. A machine can be slow and never fast, so nothing may take less time on the server than
// by the virtual clock, and how much more it may take is generous. What the engine decides and no machine can delay, such as
// until when a step sleeps, is the same to the millisecond.
import type { Sides } from "./compare.ts";
import type { RunRecord, StepTimes } from "./record.ts";

/**
 * What may be more in real time. A machine that is busy with other things has been seen to be late by eighteen seconds. What
 * waits for longer than it should is found by what is planned, and by the quickest of many (`retry-delays.ts`).
 */
export const lateMsMax = 30_000;

/** What may be less: both ends of a duration are rounded to milliseconds. */
export const earlyMsMax = 5;

/**
 * What a delay before an attempt may be less. A time that an app asks for counts from the arrival of its answer, and the
 * attempt ends when the answer is decided on; schedules differ by seconds.
 */
export const decidingMsMax = 500;

/** A time that differs. */
export interface TimeDifference extends Sides<string> {
  readonly what: string;
}

/** Lists what differs in the times of a run. */
export function compareTimes(engine: RunRecord, server: RunRecord): readonly TimeDifference[] {
  return [
    ...compareElapsed("duration", engine.times.durationMs, server.times.durationMs),
    ...Object.entries(engine.times.steps).flatMap(([label, one]) => {
      const other = server.times.steps[label];
      return other === undefined ? [] : compareSteps(label, one, other);
    }),
  ];
}

function compareSteps(label: string, engine: StepTimes, server: StepTimes): readonly TimeDifference[] {
  const planned =
    Math.abs((engine.plannedMs ?? 0) - (server.plannedMs ?? 0)) <= earlyMsMax
      ? []
      : [{ what: `${label}, planned duration`, engine: ms(engine.plannedMs), server: ms(server.plannedMs) }];
  return [
    ...planned,
    // From the start of the run: branches end in the same order, unless the machine is later than they are apart.
    ...compareElapsed(`${label}, end`, engine.endedMs, server.endedMs),
    ...engine.delaysMs.flatMap((delay, index) =>
      compareElapsed(
        `${label}, delay before attempt ${index + 1}`,
        delay,
        server.delaysMs[index] ?? delay,
        decidingMsMax,
      ),
    ),
  ];
}

function compareElapsed(
  what: string,
  engine: number,
  server: number,
  lessMsMax: number = earlyMsMax,
): readonly TimeDifference[] {
  const isFine = server >= engine - lessMsMax && server <= engine + lateMsMax;
  return isFine ? [] : [{ what, engine: ms(engine), server: ms(server) }];
}

function ms(duration: number | null): string {
  return duration === null ? "none" : `${duration} ms`;
}
