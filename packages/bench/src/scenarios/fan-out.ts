// Fan-out: 10,000 events at once that start a run each, and one event that ends the waits of 10,000 runs.
import type { Bed } from "../bed.ts";
import { rateBesideFloor, type Rate } from "../compare-with-floor.ts";
import { type Figure, figure } from "../figure.ts";
import type { Context, Scenario, Size } from "../scenario.ts";
import { untilQuiet } from "../server-api.ts";

const runs: Readonly<Record<Size, number>> = { smoke: 600, full: 10_000 };

export const fanOut: Scenario = {
  name: "fan-out",
  about: "10,000 events sent at once, until the last of their runs is called; one event that 10,000 runs wait for.",
  async measure(context) {
    const count = runs[context.size];
    const words = count.toLocaleString("en");
    const given = { id: "fan-out/starts", title: `runs started by ${words} events at once`, per: "run" };
    return [
      await rateBesideFloor(context, given, (bed) => measureStarts(bed, count)),
      await resumesFigure(context, count, `runs resumed by one event, ${words} waiting`),
    ];
  },
};

async function measureStarts(bed: Bed, count: number): Promise<Rate> {
  bed.window.open();
  const calls = await seeAllRuns(bed, count, () =>
    bed.sendAll(Array.from({ length: count }, (_, number) => ({ name: "bench/steps-0", data: { number } }))),
  );
  return { ...bed.window.close(count), counts: { runs: count, calls } };
}

async function resumesFigure(context: Context, count: number, title: string): Promise<Figure> {
  const rate = await context.on("server", "fan-out/resumes", (bed) => measureResumes(bed, count));
  const { perSecond, cpuMicros, counts } = rate;
  return figure({ id: "fan-out/resumes", title, value: perSecond, unit: "per s", cpuMicros, cpuPer: "run", counts });
}

async function measureResumes(bed: Bed, count: number): Promise<Rate> {
  await seeAllRuns(bed, count, () =>
    bed.sendAll(Array.from({ length: count }, () => ({ name: "bench/group", data: { group: 1 } }))),
  );
  await untilQuiet(bed.subject, "bench-group");
  bed.window.open();
  const calls = await seeAllRuns(bed, count, () => bed.send("bench/go", { group: 1 }));
  return { ...bed.window.close(count), counts: { runs: count, calls } };
}

/** Waits until this many different runs were called; returns how many calls that took. */
async function seeAllRuns(bed: Bed, count: number, begin: () => Promise<void>): Promise<number> {
  const seen = new Set<string>();
  const all = Promise.withResolvers<void>();
  let calls = 0;
  bed.app.onCall((call) => {
    calls += 1;
    seen.add(call.runId);
    if (seen.size === count) all.resolve();
  });
  await begin();
  await all.promise;
  return calls;
}
