// The published SDKs: how long a run of 20 steps takes, and how many runs of 3 steps a second can have, beside the ceiling of
// the SDK itself: the same app called directly by a process that stores nothing.
import type { Bed } from "../bed.ts";
import type { Rate, TimedLatency } from "../compare-with-floor.ts";
import { type Figure, figure } from "../figure.ts";
import { latencyOf } from "../latency.ts";
import type { Context, Scenario, Size } from "../scenario.ts";
import type { Major, SdkApp } from "../sdk/sdk-app.ts";
import { keepInFlight } from "../throughput.ts";

const inFlight = 64;
const throughputRuns: Readonly<Record<Size, number>> = { smoke: 5, full: 1_500 };
const latencyRuns: Readonly<Record<Size, number>> = { smoke: 2, full: 100 };

export const publishedSdks: Scenario = {
  name: "sdk",
  about:
    "Runs of apps with SDK v4 and v3 as they are published: 20 steps one at a time, 3 steps with 64 runs in flight.",
  measure: async (context) => [...(await measureMajor(context, "v4")), ...(await measureMajor(context, "v3"))],
};

async function measureMajor(context: Context, major: Major): Promise<readonly Figure[]> {
  const runs = throughputRuns[context.size];
  const id = `sdk-${major}`;
  const rates = {
    ceiling: await context.withSdk(major, "ceiling", `${id}/3-steps-ceiling`, (bed) => measureRate(bed, runs)),
    server: await context.withSdk(major, "server", `${id}/3-steps`, (bed) => measureRate(bed, runs)),
  };
  const count = latencyRuns[context.size];
  const latencies = {
    ceiling: await context.withSdk(major, "ceiling", `${id}/20-steps-ceiling`, (bed) => measureLatency(bed, count)),
    server: await context.withSdk(major, "server", `${id}/20-steps`, (bed) => measureLatency(bed, count)),
  };
  return [
    figure({
      id: `${id}/20-steps`,
      title: `SDK ${major}, run of 20 steps`,
      value: latencies.server.p50,
      unit: "ms",
      p99: latencies.server.p99,
      cpuMicros: latencies.server.cpuMicros,
      cpuPer: "run",
      reference: {
        name: "ceiling",
        value: latencies.ceiling.p50,
        p99: latencies.ceiling.p99,
        cpuMicros: latencies.ceiling.cpuMicros,
      },
      counts: { measured: latencies.server.count },
    }),
    figure({
      id: `${id}/3-steps`,
      title: `SDK ${major}, runs of 3 steps`,
      value: rates.server.perSecond,
      unit: "per s",
      cpuMicros: rates.server.cpuMicros,
      cpuPer: "run",
      reference: { name: "ceiling", value: rates.ceiling.perSecond, p99: null, cpuMicros: rates.ceiling.cpuMicros },
      counts: rates.server.counts,
    }),
  ];
}

async function measureRate(bed: Bed<SdkApp>, runs: number): Promise<Rate> {
  const seen = new Set<string>();
  const flight = keepInFlight({
    runs,
    inFlight,
    unitsPerRun: 1,
    window: bed.window,
    startRun: () => bed.send("bench/steps-3"),
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
