// The published SDKs: how long a run of 20 steps takes, and how many runs of 3 steps a second can have, beside the ceiling of
// the SDK itself: the same app called directly by a process that stores nothing.
import type { Bed } from "../bed.ts";
import type { Rate, TimedLatency } from "../compare-with-floor.ts";
import { type Figure, figure } from "../figure.ts";
import { latencyOf } from "../latency.ts";
import type { Context, Scenario, Size } from "../scenario.ts";
import type { Major, SdkApp } from "../sdk/sdk-app.ts";
import { keepInFlight } from "../throughput.ts";
import { warmUpCount } from "../warm-up.ts";

const inFlight = 64;
const stepsOfFast = 3;
const throughputRuns: Readonly<Record<Size, number>> = { smoke: 5, full: 1_500 };
const latencyRuns: Readonly<Record<Size, number>> = { smoke: 2, full: 100 };

export const publishedSdks: Scenario = {
  name: "sdk",
  about:
    "Runs of apps with SDK v4 and v3 as they are published: 20 steps one at a time, 3 steps with 64 runs in flight.",
  measure: async (context) => [...(await measureMajor(context, "v4")), ...(await measureMajor(context, "v3"))],
};

async function measureMajor(context: Context, major: Major): Promise<readonly Figure[]> {
  const id = `sdk-${major}`;
  const measure = async (bed: Bed<SdkApp>) => ({
    rate: await measureRate(bed, context.size),
    latency: await measureLatency(bed, latencyRuns[context.size]),
  });
  const ceiling = await context.withSdk(major, "ceiling", `${id}-ceiling`, measure);
  const server = await context.withSdk(major, "server", id, measure);
  return [
    figure({
      id: `${id}/20-steps`,
      title: `SDK ${major}, run of 20 steps`,
      value: server.latency.p50,
      unit: "ms",
      p99: server.latency.p99,
      cpuMicros: server.latency.cpuMicros,
      cpuPer: "run",
      reference: {
        name: "ceiling",
        value: ceiling.latency.p50,
        p99: ceiling.latency.p99,
        cpuMicros: ceiling.latency.cpuMicros,
      },
      counts: { measured: server.latency.count },
    }),
    figure({
      id: `${id}/3-steps`,
      title: `SDK ${major}, runs of 3 steps`,
      value: server.rate.perSecond,
      unit: "per s",
      cpuMicros: server.rate.cpuMicros,
      cpuPer: "run",
      reference: { name: "ceiling", value: ceiling.rate.perSecond, p99: null, cpuMicros: ceiling.rate.cpuMicros },
      counts: server.rate.counts,
    }),
  ];
}

async function measureRate(bed: Bed<SdkApp>, size: Size): Promise<Rate> {
  const seen = new Set<string>();
  const flight = keepInFlight({
    warmUpRuns: warmUpCount(size, stepsOfFast + 1),
    runs: throughputRuns[size],
    inFlight,
    unitsPerRun: 1,
    window: bed.window,
    startRun: () => bed.send(`bench/steps-${stepsOfFast}`),
  });
  let ended = 0;
  bed.app.onEnd((runId) => {
    seen.add(runId);
    ended += 1;
    flight.ended();
  });
  return { ...(await flight.measured), counts: { runs: seen.size, ended } };
}

async function measureLatency(bed: Bed<SdkApp>, count: number): Promise<TimedLatency> {
  const warmUp = Math.ceil(count / 10);
  const latencies: number[] = [];
  for (let run = 0; run < count + warmUp; run += 1) {
    if (run === warmUp) bed.window.open();
    const ended = Promise.withResolvers<number>();
    const start = performance.now();
    bed.app.onEnd(() => ended.resolve(performance.now() - start));
    await bed.send("bench/steps-20");
    const latency = await ended.promise;
    if (run >= warmUp) latencies.push(latency);
  }
  return { ...latencyOf(latencies), cpuMicros: bed.window.close(count).cpuMicros };
}
