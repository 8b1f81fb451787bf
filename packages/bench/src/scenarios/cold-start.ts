// Cold start: from the start of the process until it says that it listens and works, on a fresh folder and on big databases.
// Recovery: from the start after a crash until the calls that were in flight are made again.
import { latencyOf } from "../latency.ts";
import { type Figure, figure } from "../figure.ts";
import { startRawApp } from "../raw-app.ts";
import type { Context, Scenario, Size } from "../scenario.ts";
import { createSender } from "../sender.ts";
import { startSubject, type Subject } from "../subject.ts";

const storedRuns: Readonly<Record<Size, readonly number[]>> = { smoke: [200], full: [10_000, 1_000_000] };
const starts: Readonly<Record<Size, number>> = { smoke: 1, full: 7 };
const callsInFlight: Readonly<Record<Size, number>> = { smoke: 10, full: 100 };

export const coldStart: Scenario = {
  name: "cold-start",
  about:
    "From the start of the process until it listens; and after a crash, until the calls that were in flight are made again.",
  async measure(context) {
    const { databases, size } = context;
    const figures: Figure[] = [await startFigure(context, { id: "fresh", words: "a fresh folder" })];
    for (const stored of storedRuns[size]) {
      const words = `${stored.toLocaleString("en")} stored runs`;
      await databases.withCopy(stored, async (dataDir) => {
        figures.push(await startFigure(context, { id: String(stored), words, dataDir }));
        figures.push(await recoveryFigure(context, { id: String(stored), words, dataDir }));
      });
    }
    return figures;
  },
};

interface Where {
  readonly id: string;
  readonly words: string;
  /** Absent: a fresh folder for each start. */
  readonly dataDir?: string;
}

async function startFigure({ size, synchronous }: Context, { id, words, dataDir }: Where): Promise<Figure> {
  const times: number[] = [];
  for (let start = 0; start < starts[size]; start += 1) {
    const subject = await startSubject({ kind: "server", synchronous, ...(dataDir === undefined ? {} : { dataDir }) });
    times.push(subject.startMs);
    await subject.stop();
  }
  const { p50, max, count } = latencyOf(times);
  return figure({
    id: `cold-start/${id}`,
    title: `cold start, ${words}`,
    value: p50,
    unit: "ms",
    p99: max,
    counts: { starts: count },
  });
}

async function recoveryFigure({ size, synchronous }: Context, where: Where): Promise<Figure> {
  const { id, words, dataDir = "" } = where;
  const count = callsInFlight[size];
  const first = await startSubject({ kind: "server", synchronous, dataDir });
  const app = await startRawApp(first);
  try {
    await fetch(app.url, { method: "PUT" });
    const held = await holdCalls(app, first, count);
    await first.kill();
    const seenAgain = seeAgain(app, held);
    const begunAt = performance.now();
    const second = await startSubject({ kind: "server", synchronous, dataDir });
    try {
      const { firstAt, lastAt } = await seenAgain;
      return figure({
        id: `recovery/${id}`,
        title: `crash to ${count} calls made again, ${words}`,
        value: lastAt - begunAt,
        unit: "ms",
        p99: null,
        counts: { inFlight: held.size, madeAgain: held.size, firstAfterMs: Math.round(firstAt - begunAt) },
      });
    } finally {
      await second.stop();
    }
  } finally {
    await app.close();
  }
}

type App = Awaited<ReturnType<typeof startRawApp>>;

/** Brings this many calls into flight that are not answered; returns their runs. */
async function holdCalls(app: App, subject: Subject, count: number): Promise<ReadonlySet<string>> {
  const held = new Set<string>();
  const all = Promise.withResolvers<void>();
  app.onCall((call) => {
    held.add(call.runId);
    if (held.size === count) all.resolve();
    return new Promise(() => undefined);
  });
  const sender = createSender(subject);
  await sender.sendAll(Array.from({ length: count }, () => ({ name: "bench/long", data: {} })));
  await all.promise;
  await sender.close();
  return held;
}

/** Waits until each of these runs is called once more. */
function seeAgain(app: App, held: ReadonlySet<string>): Promise<{ readonly firstAt: number; readonly lastAt: number }> {
  const missing = new Set(held);
  let firstAt: number | null = null;
  return new Promise((resolve) => {
    app.onCall(({ runId, at }) => {
      if (!missing.delete(runId)) return;
      firstAt ??= at;
      if (missing.size === 0) resolve({ firstAt, lastAt: at });
    });
  });
}
