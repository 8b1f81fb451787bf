// Random histories of every feature at once, with kills at any moment: what was accepted ends in exactly one way, and
// nothing is left behind that holds anybody up.
import { expiredBy, type RetentionPolicy } from "@stepwright/engine";
import type { EventId } from "@stepwright/protocol";
import { examineDatabase } from "@stepwright/storage-sqlite";
import { expect, it } from "vitest";
import { fateOf, invokeOnce, sleepOnce } from "./flow.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";
import { addApp, openRuntime, type OpenRuntime } from "./open-runtime.ts";
import { done, ops, stepRun, type TestFunction } from "./test-app.ts";
import { tempFile } from "./temp-file.ts";

const key = "event.data.user";
const hour = 3_600_000;
const nap = sleepOnce("3s");

const functions: readonly [TestFunction, ...TestFunction[]] = [
  {
    name: "calls",
    flow: { concurrency: [{ limit: 2 }, { limit: 1, key }] },
    handle: ({ steps }) => ("a" in steps ? done() : ops(stepRun("a", 1))),
  },
  { name: "runs", flow: { concurrency: { fn: [{ limit: 1, key }] } }, handle: nap },
  { name: "shared", flow: { concurrency: { limit: 1, key: "'all'", scope: "account" } }, handle: nap },
  { name: "throttle", flow: { throttle: { limit: 1, period: "2s", key } }, handle: () => done() },
  { name: "rate", flow: { rateLimit: { limit: 1, period: "4s", key } }, handle: () => done() },
  { name: "debounce", flow: { debounce: { period: "2s", timeout: "5s", key } }, handle: nap },
  { name: "batch", flow: { batchEvents: { maxSize: 3, timeout: "4s", key } }, handle: nap },
  { name: "skip", flow: { singleton: { mode: "skip", key } }, handle: nap },
  { name: "cancel", flow: { singleton: { mode: "cancel", key } }, handle: nap },
  // Each event names the function that is invoked.
  {
    name: "caller",
    handle(call) {
      const { target } = call.data;
      return invokeOnce(`shop-${typeof target === "string" ? target : ""}`, { user: "a" }, "9s")(call);
    },
  },
  {
    name: "late",
    flow: { throttle: { limit: 1, period: "30s" }, timeouts: { start: "5s", finish: "2s" } },
    handle: nap,
  },
];

/** Numbers from 0 to 1, the same for the same seed. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    // A linear congruential generator: enough to mix a history.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface History {
  readonly opened: OpenRuntime;
  readonly clock: ManualClock;
  readonly sent: EventId[];
  readonly send: (name: string, user: string, target?: string) => Promise<void>;
  /** Lets time pass until nothing is left to do. */
  readonly finish: () => Promise<void>;
}

/** What happens by the chances of the seed; `look` is called before each step with the server of that moment. */
async function history(seed: number, look: (opened: OpenRuntime, file: string) => Promise<void>): Promise<History> {
  const chance = chances(seed);
  const oneOf = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(chance() * list.length)] ?? list[0];
  const file = tempFile();
  const clock = createManualClock();
  // Little room, so that runs wait for that as well.
  const settings = { callsPerAppMax: 3 };
  let opened: OpenRuntime = await openRuntime({ file, clock, settings });
  await addApp(opened, "shop", functions);
  const sent: EventId[] = [];
  const send = async (name: string, user: string, target = "calls") => {
    sent.push(await opened.send(`test/${name}`, { data: { user, target } }));
    clock.move(1);
  };
  for (let n = 0; n < 25; n += 1) {
    await look(opened, file);
    const what = chance();
    if (what < 0.08) {
      const statuses = ["queued", "running"] as const;
      const { items } = await opened.storage.runs.list({ statuses }, { cursor: null, limit: 20 });
      const [first, ...rest] = items;
      if (first !== undefined) await opened.runtime.cancelRun(oneOf([first, ...rest]).id);
    } else if (what < 0.6) {
      const { name } = oneOf(functions);
      const user = oneOf(["a", "b"]);
      const target = oneOf(functions).name;
      for (let more = Math.floor(chance() * 4); more >= 0; more -= 1)
        await send(name, user, target === "caller" ? "calls" : target);
    } else if (what < 0.8) {
      clock.move(oneOf([500, 2_000, 5_000]));
      await opened.runtime.idle();
    } else {
      if (chance() < 0.5) await opened.runtime.idle();
      await opened.storage.close();
      opened = await openRuntime({ file, clock, settings });
    }
  }
  const finish = async () => {
    for (let second = 0; second < 240; second += 1) {
      clock.move(1_000);
      await opened.runtime.idle();
      const { queued, running } = await opened.storage.runs.countByStatus();
      const { future } = await opened.storage.queue.depth();
      if (queued + running + future === 0) break;
    }
    await look(opened, file);
  };
  await finish();
  return { opened, clock, sent, send, finish };
}

const seeds = Array.from({ length: 12 }, (_, seed) => seed);

/** The index goes a little further at each step, and is left in the middle by whatever comes next. */
async function examine({ storage }: OpenRuntime, file: string): Promise<void> {
  await storage.search.catchUp({ weightMax: 8 });
  expect(examineDatabase({ file, isFull: false }).findings).toEqual([]);
}

it.each(seeds)(
  "history %i: whatever is killed when, each event ends in one run, batch or record, and every run ends",
  async (seed) => {
    const { opened, clock, sent, send, finish } = await history(seed, examine);
    const fates = await Promise.all(sent.map((id) => fateOf(opened, id)));
    const unended = fates.filter((fate) => fate.length !== 1 || /wait|queued|running/u.test(fate.join()));
    expect(unended).toEqual([]);
    expect(await opened.storage.queue.depth()).toEqual({ due: 0, future: 0, setAside: 0 });

    // No slot, lock or pace of what is over is in the way of what comes now.
    clock.move(hour);
    const before = sent.length;
    for (const { name } of functions) await send(name, "a");
    await finish();
    const last = await Promise.all(sent.slice(before).map((id) => fateOf(opened, id)));
    expect(last).toEqual(functions.map(({ name }) => [name === "late" ? "run cancelled" : "run completed"]));
  },
  60_000,
);

it.each(seeds)(
  "history %i: what is over may be removed at any moment, and what goes on misses nothing",
  async (seed) => {
    const removed = { runs: 0, events: 0 };
    const sweepAndExamine = async (opened: OpenRuntime, file: string) => {
      for (const expired of expiredBy(keepNothing, opened.runtime.now())) {
        const piece = await opened.storage.retention.sweep({ expired, cursor: null, weightMax: 10_000 });
        removed.runs += piece.removed.runs;
        removed.events += piece.removed.events;
      }
      await examine(opened, file);
    };
    const { opened, clock, sent, send, finish } = await history(seed, sweepAndExamine);
    expect(await opened.storage.queue.depth()).toEqual({ due: 0, future: 0, setAside: 0 });
    expect(opened.complaints).toEqual([]);
    expect(removed.runs).toBeGreaterThan(5);
    expect(removed.events).toBeGreaterThan(5);

    clock.move(hour);
    const before = sent.length;
    for (const { name } of functions) await send(name, "a");
    const accepted = (await Promise.all(sent.slice(before).map((id) => fateOf(opened, id)))).flat();
    expect(accepted).toHaveLength(functions.length);
    await finish();
    const left = await opened.storage.runs.list({}, { cursor: null, limit: 9 });
    expect(left.items).toEqual([]);
  },
  60_000,
);

/** The shortest that data can be kept. */
const keepNothing: RetentionPolicy = { runs: { completed: 0, failed: 0, cancelled: 0, skipped: 0 }, events: 0 };
