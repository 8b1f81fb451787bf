// Builds databases with many stored runs: the real runtime on the real store, with an app in the same process and a clock that
// walks through the last thirty days. So each row is one that the server writes; only HTTP is left out.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseEvents, parseRegister } from "@stepwright/protocol";
import { type AppClient, createRandom, createRuntime, defaultSettings, type Runtime } from "@stepwright/runtime";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import { pino } from "pino";
import { readCall, registrationOf, wireAnswer } from "../raw-wire.ts";
import type { SentEvent } from "../sender.ts";
import { createHistoryClock } from "./history-clock.ts";

/** Where runs are made. */
export interface BuildOptions {
  /** A data folder, made if it is not there; what is in it stays. */
  readonly folder: string;
  readonly runs: number;
  /** Told now and then how many are made. */
  readonly onProgress?: (made: number) => void;
}

const day = 86_400_000;
const historyDays = 30;
// As many as are taken in at a time: enough to fill commits, few enough to spread over the days.
const runsPerRound = 640;

/**
 * What a hundred runs are: mostly short ones that completed, some that failed, one that is cancelled and one that waits.
 * The functions differ, so that lists by function, event and status have much and little to find.
 */
const mixture: readonly { readonly event: string; readonly part: number }[] = [
  { event: "bench/steps-0", part: 62 },
  { event: "bench/steps-1", part: 24 },
  { event: "bench/steps-3", part: 6 },
  { event: "bench/failing", part: 6 },
  { event: "bench/wait", part: 2 },
];
// It has no divisor in common with 100: neighbours differ, and a hundred runs in a row are the whole mixture.
const spread = 37;
const kinds = mixture.flatMap(({ event, part }) => Array.from({ length: part }, () => event));

/** Adds runs to a database. Takes about two minutes per 100,000. */
export async function buildDatabase({ folder, runs, onProgress }: BuildOptions): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const begin = Date.now() - historyDays * day;
  const clock = createHistoryClock(begin);
  const storage = openSqliteStorage({ file: join(folder, "main.db"), synchronous: "normal", now: clock.now() });
  const runtime = createRuntime({
    ports: { clock, random: createRandom(), appClient: inProcessApp, storage },
    settings: { ...defaultSettings, syncRetryMs: null, retryJitter: false, callsPerAppMax: runsPerRound },
    log: pino({ level: "silent" }),
  });
  await runtime.start();
  await registerApp(runtime);
  for (let made = 0; made < runs;) {
    const count = Math.min(runsPerRound, runs - made);
    clock.moveTo(begin + Math.floor((historyDays * day * made) / runs));
    await makeRuns(runtime, made, count);
    made += count;
    if (made % (runsPerRound * 100) === 0) onProgress?.(made);
  }
  await runtime.stop({ graceMs: 0 });
  await storage.close();
}

async function registerApp(runtime: Runtime): Promise<void> {
  const parsed = parseRegister(registrationOf("http://127.0.0.1:9/api/inngest"));
  if (parsed.kind === "rejected") throw parsed.error;
  await runtime.register(parsed.request);
}

/** Sends events, waits for the end of their runs, and cancels those that are to be cancelled. */
async function makeRuns(runtime: Runtime, from: number, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => eventOf(from + index));
  const parsed = parseEvents(JSON.stringify(events));
  if (parsed.kind === "rejected") throw parsed.error;
  const ids = await runtime.ingest(parsed.events, { seed: null });
  await runtime.idle();
  const cancelled = ids.filter((_, index) => isCancelled(from + index));
  for (const eventId of cancelled) {
    const [run] = await runtime.storage.runs.startedBy(eventId);
    if (run !== undefined) await runtime.cancelRun(run.id);
  }
  await runtime.idle();
}

/** The event that starts run `number`. */
export function eventOf(number: number): SentEvent {
  return { name: kindOf(number), data: { key: number, user: number % 1_000 } };
}

/** Whether run `number` is cancelled while it waits: one of the two in a hundred that do. */
export function isCancelled(number: number): boolean {
  return (number * spread) % kinds.length === kinds.length - 1;
}

function kindOf(number: number): string {
  return kinds[(number * spread) % kinds.length] ?? "bench/steps-0";
}

/** The raw app without HTTP in between. */
const inProcessApp: AppClient = {
  async request({ url, body }) {
    const { pathname, search } = new URL(url);
    return { kind: "response", ...wireAnswer(readCall(pathname + search, body ?? "").answer) };
  },
  isPortOpen: async () => false,
  isReachable: async () => true,
  close: async () => undefined,
};
