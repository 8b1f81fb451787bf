// Sleepers: runs that all wake within one minute, evenly spread. How late are they called, and what does one cost?
import type { Bed } from "../bed.ts";
import { type Figure, figure } from "../figure.ts";
import { latencyOf } from "../latency.ts";
import { residentMegabytes } from "../process-meter.ts";
import type { Context, Scenario, Size } from "../scenario.ts";
import { untilQuiet } from "../server-api.ts";

interface Shape {
  readonly sleepers: number;
  /** In which they wake. */
  readonly spreadMs: number;
  /** Runs without a step, to see how fast this machine puts a run to sleep: all must be asleep before the first wakes. */
  readonly trials: number;
}

const shapes: Readonly<Record<Size, Shape>> = {
  smoke: { sleepers: 100, spreadMs: 500, trials: 100 },
  full: { sleepers: 100_000, spreadMs: 60_000, trials: 4_000 },
};
// The machine may be slower in the next minute than it was in the last.
const leadFactor = 1.7;
const leadMinMs = 2_000;

export const sleepers: Scenario = {
  name: "sleepers",
  about: "100,000 sleeping runs that wake within a minute: how late they are called, their memory, CPU time per wake.",
  measure: (context) => context.on("server", "sleepers", (bed) => measure(bed, shapes[context.size], context)),
};

async function measure(
  bed: Bed,
  { sleepers: count, spreadMs, trials }: Shape,
  { size }: Context,
): Promise<readonly Figure[]> {
  const leadMs = leadFactor * count * ((await timeOfTrials(bed, trials)) / trials) + leadMinMs;
  const firstWakeAt = Date.now() + Math.ceil(leadMs);
  const asleep = new Set<string>();
  const allAsleep = Promise.withResolvers<void>();
  const allAwake = Promise.withResolvers<void>();
  const lateness: number[] = [];
  const awake = new Set<string>();
  bed.app.onCall((call) => {
    if (!call.isLast) {
      asleep.add(call.runId);
      if (asleep.size === count) allAsleep.resolve();
      return;
    }
    if (lateness.length === 0) bed.window.open();
    lateness.push(Date.now() - Date.parse(String(call.data["wakeAt"])));
    awake.add(call.runId);
    if (awake.size === count) allAwake.resolve();
  });
  await bed.sendAll(
    Array.from({ length: count }, (_, number) => {
      const wakeAt = new Date(firstWakeAt + Math.floor((number * spreadMs) / count)).toISOString();
      return { name: "bench/sleep", data: { wakeAt } };
    }),
  );
  await allAsleep.promise;
  await untilQuiet(bed.subject, "bench-sleep");
  // Then figures mean nothing. Those of a smoke run never do, and nothing that depends on time may fail it.
  if (size === "full" && Date.now() > firstWakeAt) throw new Error(`${count} runs were not asleep within ${leadMs} ms`);
  const resident = residentMegabytes(bed.subject.pid);
  await allAwake.promise;
  const { cpuMicros } = bed.window.close(count);
  const { p50, p99 } = latencyOf(lateness);
  const words = `${count.toLocaleString("en")} sleepers`;
  const counts = {
    asleep: asleep.size,
    awake: awake.size,
    calls: lateness.length,
    early: lateness.filter((ms) => ms < 0).length,
  };
  return [
    figure({
      id: "sleepers/lateness",
      title: `lateness of ${words} in ${spreadMs / 1_000} s`,
      value: p50,
      unit: "ms",
      p99,
      cpuMicros,
      cpuPer: "wake",
      counts,
    }),
    figure({
      id: "sleepers/memory",
      title: `memory of the server, ${words}`,
      value: resident,
      unit: "MB",
    }),
  ];
}

async function timeOfTrials(bed: Bed, trials: number): Promise<number> {
  const all = Promise.withResolvers<void>();
  let called = 0;
  bed.app.onCall(() => {
    called += 1;
    if (called === trials) all.resolve();
  });
  const start = performance.now();
  await bed.sendAll(Array.from({ length: trials }, () => ({ name: "bench/steps-0", data: {} })));
  await all.promise;
  return performance.now() - start;
}
