// Sleepers: runs that all wake within one minute, evenly spread. How late are they called, and what does one cost?
import type { Bed } from "../bed.ts";
import { type Figure, figure } from "../figure.ts";
import { latencyOf } from "../latency.ts";
import { residentBytes } from "../process-meter.ts";
import type { Scenario, Size } from "../scenario.ts";
import { untilQuiet } from "../server-api.ts";

interface Shape {
  readonly sleepers: number;
  /** In which they wake. */
  readonly spreadMs: number;
  /** From sending the first event to the first that wakes: all must be asleep by then. */
  readonly leadMs: number;
}

const shapes: Readonly<Record<Size, Shape>> = {
  smoke: { sleepers: 100, spreadMs: 500, leadMs: 1_500 },
  full: { sleepers: 100_000, spreadMs: 60_000, leadMs: 180_000 },
};
const bytesPerMegabyte = 1_000_000;

export const sleepers: Scenario = {
  name: "sleepers",
  about: "100,000 sleeping runs that wake within a minute: how late they are called, their memory, CPU time per wake.",
  measure: (context) => context.on("server", "sleepers", (bed) => measure(bed, shapes[context.size])),
};

async function measure(bed: Bed, { sleepers: count, spreadMs, leadMs }: Shape): Promise<readonly Figure[]> {
  const firstWakeAt = Date.now() + leadMs;
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
  if (Date.now() > firstWakeAt) throw new Error(`${count} runs were not asleep within ${leadMs} ms: give more time`);
  const resident = residentBytes(bed.subject.pid);
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
      value: (resident ?? Number.NaN) / bytesPerMegabyte,
      unit: "MB",
    }),
  ];
}
