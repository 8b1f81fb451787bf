// Slow calls: what 5,000 calls that an app takes its time for cost the server in memory, and whether short calls feel them.
import { setTimeout as delay } from "node:timers/promises";
import type { Bed } from "../bed.ts";
import { type Figure, figure } from "../figure.ts";
import { type Latency, latencyOf } from "../latency.ts";
import type { Measured } from "../measured-window.ts";
import { residentMegabytes } from "../process-meter.ts";
import type { CallListener, SeenCall } from "../raw-app.ts";
import type { Context, Scenario, Size } from "../scenario.ts";
import { keepInFlight } from "../throughput.ts";
import { warmUpCount } from "../warm-up.ts";

const slowCallCount: Readonly<Record<Size, number>> = { smoke: 50, full: 5_000 };
const shortRuns: Readonly<Record<Size, number>> = { smoke: 10, full: 600 };
/** How long each of them takes at least. */
const callMs: Readonly<Record<Size, number>> = { smoke: 200, full: 10_000 };
const shortInFlight = 64;
/** Runs of three steps for each that is measured alone, and the calls of both. */
const runsBesideOne = 4;
const callsPerRun = 4;
const callsPerShort = 1 + runsBesideOne * callsPerRun;

interface Short {
  readonly latency: Latency;
  readonly rate: Measured;
}

export const slowCalls: Scenario = {
  name: "slow-calls",
  about: "5,000 calls of 10 s in flight: their memory, and the latency and rate of short calls with and without them.",
  measure: (context) =>
    context.on("server", "slow-calls", (bed) => measure(bed, context), {
      serverArgs: ["--calls-per-app", String(slowCallCount[context.size] + 2 * shortInFlight)],
    }),
};

async function measure(bed: Bed, { size }: Context): Promise<readonly Figure[]> {
  const count = slowCallCount[size];
  const listeners = holdLongCalls(bed);
  // Once to warm up: code that is compiled later would make the second measurement look faster than the first.
  await measureShort(bed, listeners, warmUpCount(size, callsPerShort));
  const before = await measureShort(bed, listeners, shortRuns[size]);
  const residentBefore = residentMegabytes(bed.subject.pid);
  await bed.sendAll(Array.from({ length: count }, () => ({ name: "bench/long", data: {} })));
  await listeners.untilHeld(count);
  const [during] = await Promise.all([measureShort(bed, listeners, shortRuns[size]), delay(callMs[size])]);
  const resident = residentMegabytes(bed.subject.pid);
  const released = listeners.release();
  const words = `beside ${count.toLocaleString("en")} slow ones`;
  return [
    figure({
      id: "slow-calls/memory",
      title: `memory of ${count.toLocaleString("en")} calls in flight`,
      value: resident - residentBefore,
      unit: "MB",
      counts: { held: released },
    }),
    figure({
      id: "slow-calls/first-call",
      title: `event to first call, ${words}`,
      value: during.latency.p50,
      unit: "ms",
      p99: during.latency.p99,
      reference: { name: "without", value: before.latency.p50, p99: before.latency.p99, cpuMicros: null },
      counts: { measured: during.latency.count },
    }),
    figure({
      id: "slow-calls/calls",
      title: `calls, runs of 3 steps, ${words}`,
      value: during.rate.perSecond,
      unit: "per s",
      cpuMicros: during.rate.cpuMicros,
      cpuPer: "call",
      reference: { name: "without", value: before.rate.perSecond, p99: null, cpuMicros: before.rate.cpuMicros },
    }),
  ];
}

interface Listeners {
  /** Hears of short calls. */
  onShort(listener: CallListener): void;
  untilHeld(count: number): Promise<void>;
  /** Lets all long calls end; returns how many there were. */
  release(): number;
}

function holdLongCalls(bed: Bed): Listeners {
  const released = Promise.withResolvers<void>();
  const held = new Set<string>();
  let short: CallListener = () => undefined;
  let onHeld = (): void => undefined;
  bed.app.onCall((call: SeenCall) => {
    if (call.functionId !== "bench-long") return short(call);
    held.add(call.runId);
    onHeld();
    return released.promise;
  });
  return {
    onShort(listener) {
      short = listener;
    },
    untilHeld: (count) =>
      new Promise((resolve) => {
        onHeld = () => {
          if (held.size === count) resolve();
        };
        onHeld();
      }),
    release() {
      released.resolve();
      return held.size;
    },
  };
}

async function measureShort(bed: Bed, listeners: Listeners, runs: number): Promise<Short> {
  const latencies: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const called = Promise.withResolvers<number>();
    const start = performance.now();
    listeners.onShort((call) => called.resolve(call.at - start));
    await bed.send("bench/steps-0");
    latencies.push(await called.promise);
  }
  const flight = keepInFlight({
    warmUpRuns: Math.ceil(runs / 10),
    runs: runs * runsBesideOne,
    inFlight: shortInFlight,
    unitsPerRun: callsPerRun,
    window: bed.window,
    startRun: () => bed.send("bench/steps-3"),
  });
  listeners.onShort((call) => {
    if (call.isLast) flight.ended();
  });
  return { latency: latencyOf(latencies), rate: await flight.measured };
}
