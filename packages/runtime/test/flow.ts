// What tests of flow control need: calls that hang until the test answers them, and what became of events and runs.
import type { EventId, JsonObject, JsonValue, RunId } from "@stepwright/protocol";
import type { Storage } from "@stepwright/storage";
import { createManualClock } from "./manual-clock.ts";
import { openShop, type OpenRuntime } from "./open-runtime.ts";
import { type AppAnswer, type AppCall, done, type Handler, ops, registration, type TestFunction } from "./test-app.ts";

/** Calls that are not answered before the test says so. */
export interface HeldCalls {
  readonly handle: Handler;
  /** Oldest first. */
  readonly inFlight: readonly AppCall[];
  readonly mostInFlight: number;
  /** Answers the oldest call, or the oldest one of a run. */
  answer(answer?: AppAnswer, runId?: RunId): void;
  /** Answers all calls, now and from now on. */
  letGo(): void;
  /** Resolves as soon as so many hang. */
  hanging(count: number): Promise<void>;
}

interface Held {
  readonly call: AppCall;
  readonly resolve: (answer: AppAnswer) => void;
}

/** Holds calls. */
export function holdCalls(): HeldCalls {
  let held: Held[] = [];
  let most = 0;
  let isLetGo = false;
  let watchers: { readonly count: number; readonly resolve: () => void }[] = [];
  return {
    handle(call) {
      if (isLetGo) return done();
      return new Promise<AppAnswer>((resolve) => {
        held.push({ call, resolve });
        most = Math.max(most, held.length);
        for (const watcher of watchers) if (held.length >= watcher.count) watcher.resolve();
        watchers = watchers.filter((watcher) => held.length < watcher.count);
      });
    },
    get inFlight() {
      return held.map((one) => one.call);
    },
    get mostInFlight() {
      return most;
    },
    answer(answer = done(), runId) {
      const one = held.find(({ call }) => runId === undefined || call.runId === runId);
      if (one === undefined) throw new Error("no call is in flight");
      held = held.filter((other) => other !== one);
      one.resolve(answer);
    },
    letGo() {
      isLetGo = true;
      for (const one of held) one.resolve(done());
      held = [];
    },
    hanging: (count) =>
      held.length >= count ? Promise.resolve() : new Promise((resolve) => watchers.push({ count, resolve })),
  };
}

/** An answer that sleeps, once; then `after` answers. */
export function sleepOnce(duration: string, after: Handler = () => done()): Handler {
  return (call) =>
    "z" in call.steps ? after(call) : ops({ op: "Sleep", id: "z", name: duration, displayName: "z", opts: {} });
}

/** An answer that invokes a function, and ends with what came of it. */
export function invokeOnce(slug: string, data: JsonValue = {}, timeout = "1h"): Handler {
  return ({ steps }) =>
    "i" in steps
      ? done(steps["i"] ?? null)
      : ops({
          op: "InvokeFunction",
          id: "i",
          name: "i",
          displayName: "i",
          opts: { function_id: slug, payload: { data }, timeout },
        });
}

/** How many calls of these runs are in hand, and how many wait. */
export async function callsOf(
  storage: Storage,
  runIds: readonly RunId[],
): Promise<{ readonly inHand: number; readonly waiting: number }> {
  const items = (await Promise.all(runIds.map((runId) => storage.runs.items(runId)))).flat();
  const calls = items.filter((item) => item.kind === "call");
  const inHand = calls.filter((item) => item.isLeased).length;
  return { inHand, waiting: calls.length - inHand };
}

/** Statuses of runs, in order. */
export async function statusesOf(storage: Storage, runIds: readonly RunId[]): Promise<readonly (string | undefined)[]> {
  const runs = await Promise.all(runIds.map((runId) => storage.runs.get(runId)));
  return runs.map((run) => run?.status);
}

/** What became of an event: statuses of its runs, kinds of its drops, and where it waits. */
export async function fateOf({ storage }: Pick<OpenRuntime, "storage">, eventId: EventId): Promise<readonly string[]> {
  const event = await storage.events.byInternalId(eventId);
  if (event === null) throw new Error("the event is stored");
  const { windows, batches, drops } = await storage.flow.ofEvent(event.seq);
  const runs = await storage.runs.startedBy(eventId);
  return [
    ...runs.map((run) => `run ${run.status}`),
    ...drops.map((drop) => `drop ${drop.reason.kind}`),
    ...windows.map(() => "waits in window"),
    ...batches.map(() => "waits in batch"),
  ];
}

/** `data` of every event of a call, as the app sees them. */
export function dataOf(call: AppCall | undefined): readonly JsonValue[] {
  if (call === undefined) throw new Error("there was a call");
  const { events } = JSON.parse(call.body) as { readonly events: readonly { readonly data: JsonValue }[] };
  return events.map((event) => event.data);
}

const second = 1_000;
const other: TestFunction = { name: "other", handle: () => done() };

/** Opens a shop on a clock that stands still; `pass` moves it on, `remove` syncs the app without the functions. */
export async function openShopOnClock(functions: readonly TestFunction[]) {
  const clock = createManualClock();
  const opened = await openShop(functions, { clock });
  const pass = async (seconds: number) => {
    clock.move(seconds * second);
    await opened.runtime.idle();
  };
  const remove = async () => {
    const { functions: left } = registration("shop", opened.app.url, [other]);
    opened.app.registersAt(opened.runtime, { functions: left as JsonObject[] });
    await opened.runtime.apps.add(opened.app.url);
  };
  return { ...opened, clock, pass, remove };
}
