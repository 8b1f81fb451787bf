// Idle: memory and CPU of a server that has nothing to do, with no app connected, on a fresh folder and on a big database.
// `start` does not poll apps unless it is told to, so this is what `--no-poll` is for `dev`.
import { setTimeout as delay } from "node:timers/promises";
import { type Figure, figure } from "../figure.ts";
import { residentMegabytes, spentBy } from "../process-meter.ts";
import type { Context, Scenario, Size } from "../scenario.ts";
import { startSubject } from "../subject.ts";

const storedRuns: Readonly<Record<Size, number>> = { smoke: 200, full: 1_000_000 };
// What a start leaves to do is over by then; the minute that is watched has what a server does every minute.
const settleMs: Readonly<Record<Size, number>> = { smoke: 100, full: 30_000 };
const watchMs: Readonly<Record<Size, number>> = { smoke: 400, full: 60_000 };

export const idle: Scenario = {
  name: "idle",
  about: "Memory and CPU of a server that nobody asks for anything.",
  async measure(context) {
    const stored = storedRuns[context.size];
    return [
      ...(await idleFigures(context, { id: "fresh", words: "a fresh folder" })),
      ...(await context.databases.withCopy(stored, (dataDir) =>
        idleFigures(context, { id: String(stored), words: `${stored.toLocaleString("en")} stored runs`, dataDir }),
      )),
    ];
  },
};

async function idleFigures(
  { size, synchronous }: Context,
  { id, words, dataDir }: { readonly id: string; readonly words: string; readonly dataDir?: string },
): Promise<readonly Figure[]> {
  const subject = await startSubject({
    kind: "server",
    synchronous,
    ...(dataDir === undefined ? {} : { dataDir }),
  });
  try {
    await delay(settleMs[size]);
    const begunAt = performance.now();
    const before = spentBy(subject.pid).cpuMicros;
    await delay(watchMs[size]);
    const after = spentBy(subject.pid).cpuMicros;
    const elapsedMicros = (performance.now() - begunAt) * 1_000;
    const cpu = before === null || after === null ? Number.NaN : ((after - before) / elapsedMicros) * 100;
    const resident = residentMegabytes(subject.pid);
    return [
      figure({ id: `idle/${id}/cpu`, title: `CPU of an idle server, ${words}`, value: cpu, unit: "%" }),
      figure({ id: `idle/${id}/memory`, title: `memory of an idle server, ${words}`, value: resident, unit: "MB" }),
    ];
  } finally {
    await subject.stop();
  }
}
