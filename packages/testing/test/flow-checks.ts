// What users see of flow control, whichever SDK their functions are written with.
import { createTestEngine, type FetchHandler, type TestEngine } from "@stepwright/testing";
import { describe, expect, onTestFinished, test } from "vitest";

/** When a function was called, in seconds from the start of the test, and with which `n`s. */
export interface Note {
  readonly fn: string;
  readonly at: number;
  readonly n: readonly unknown[];
}

/** What the functions of the test are made with. */
export interface Bench {
  readonly engine: TestEngine;
  /** Writes down that a function does its work. */
  note(fn: string, events: readonly { readonly data?: unknown }[]): void;
  /** Goes in, and stays until the test opens the door. */
  enter(): Promise<void>;
}

/** What the checks use. */
interface Desk extends Bench {
  notes(fn: string): readonly Note[];
  /** Resolves when so many are inside. */
  inside(count: number): Promise<void>;
  letOut(): void;
  readonly mostInside: number;
}

const monday = new Date("2026-11-23T08:00:00Z");

async function openDesk(serve: (bench: Bench) => FetchHandler): Promise<Desk> {
  const engine = await createTestEngine({ now: monday });
  onTestFinished(() => engine.stop());
  const all: Note[] = [];
  const door = Promise.withResolvers<void>();
  let isInside = 0;
  let mostInside = 0;
  let watchers: { readonly count: number; readonly resolve: () => void }[] = [];
  const desk: Desk = {
    engine,
    note(fn, events) {
      const n = events.map(({ data }) => (data as { readonly n?: unknown } | undefined)?.n);
      all.push({ fn, at: (engine.clock.now() - monday.getTime()) / 1_000, n });
    },
    notes: (fn) => all.filter((note) => note.fn === fn),
    async enter() {
      isInside += 1;
      mostInside = Math.max(mostInside, isInside);
      for (const watcher of watchers) if (isInside >= watcher.count) watcher.resolve();
      watchers = watchers.filter((watcher) => isInside < watcher.count);
      await door.promise;
      isInside -= 1;
    },
    inside: (count) =>
      isInside >= count ? Promise.resolve() : new Promise((resolve) => watchers.push({ count, resolve })),
    letOut: () => door.resolve(),
    get mostInside() {
      return mostInside;
    },
  };
  await engine.register(serve(desk));
  return desk;
}

async function sendEach({ engine }: Desk, name: string, list: readonly object[]): Promise<readonly string[]> {
  // Some wait in a function until the test lets them out.
  const { ids } = await engine.send(
    list.map((data) => ({ name, data })),
    { settle: false },
  );
  return ids;
}

async function statuses({ engine }: Desk, eventIds: readonly string[]): Promise<readonly string[]> {
  const runs = await engine.runs();
  return eventIds.map((id) => runs.find(({ details }) => details.trigger.eventId === id)?.status ?? "none");
}

/** When each call was, and for which events. */
function times(notes: readonly Note[]): readonly (readonly [number, readonly unknown[]])[] {
  return notes.map(({ at, n }) => [at, n]);
}

/** Describes what the functions of an app do that is written with one SDK. */
export function describeFlowControl(sdk: string, serve: (bench: Bench) => FetchHandler): void {
  describe(`flow control with ${sdk}`, () => {
    test("concurrency lets two in at once, and one of each user", async () => {
      const desk = await openDesk(serve);
      const ids = await sendEach(desk, "desk", [{ user: "a" }, { user: "a" }, { user: "b" }, { user: "c" }]);
      await desk.inside(2);
      // Whatever is committed after a call has gone out comes after the note that its run has started.
      await desk.engine.send({ name: "unheard" }, { settle: false });
      expect(await desk.engine.runs({ function: "desk", status: "queued" })).toHaveLength(2);
      desk.letOut();
      await desk.engine.clock.settle();
      expect(await statuses(desk, ids)).toEqual(ids.map(() => "completed"));
      expect(desk.mostInside).toBe(2);
    });

    test("a throttle spreads starts, and a priority says who is next", async () => {
      const desk = await openDesk(serve);
      await sendEach(desk, "throttle", [{ n: 1 }, { n: 2 }, { n: 3, vip: true }]);
      await desk.engine.clock.advance("1m");
      const order = desk.notes("throttle");
      expect(order.map(({ at }) => at)).toEqual([0, 10, 20]);
      // The three are of one commit, so that the last of them overtakes the others.
      expect(order[0]?.n).toEqual([3]);
    });

    test("a rate limit lets one start per minute and leaves no run of the others", async () => {
      const desk = await openDesk(serve);
      const ids = await sendEach(desk, "rate-limit", [{ n: 1 }, { n: 2 }]);
      await desk.engine.clock.advance("1m");
      const more = await sendEach(desk, "rate-limit", [{ n: 3 }]);
      await desk.engine.clock.settle();
      expect(await statuses(desk, [...ids, ...more])).toEqual(["completed", "none", "completed"]);
    });

    test("idempotency starts one run per value and day", async () => {
      const desk = await openDesk(serve);
      const ids = await sendEach(desk, "idempotency", [{ order: 1 }, { order: 1 }, { order: 2 }, {}, {}]);
      await desk.engine.clock.advance("1d");
      const more = await sendEach(desk, "idempotency", [{ order: 1 }]);
      await desk.engine.clock.settle();
      const expected = ["completed", "none", "completed", "completed", "completed", "completed"];
      expect(await statuses(desk, [...ids, ...more])).toEqual(expected);
    });

    test("a debounce takes the last event after its period, or at its timeout", async () => {
      const desk = await openDesk(serve);
      await sendEach(desk, "debounce", [{ n: 1 }]);
      await desk.engine.clock.advance("3s");
      await sendEach(desk, "debounce", [{ n: 2 }]);
      await desk.engine.clock.advance("1m");
      expect(times(desk.notes("debounce"))).toEqual([[8, [2]]]);
      for (let n = 0; n < 14; n += 1) {
        await sendEach(desk, "debounce", [{ n }]);
        await desk.engine.clock.advance("1s");
      }
      expect(times(desk.notes("debounce"))[1]).toEqual([75, [11]]);
    });

    test("a batch is started when it is full or old enough, per user and without what is urgent", async () => {
      const desk = await openDesk(serve);
      await sendEach(desk, "batch", [
        { n: 1, user: "a" },
        { n: 2, user: "b" },
        { n: 3, user: "a" },
        { n: 4, user: "a", urgent: true },
        { n: 5, user: "a" },
      ]);
      await desk.engine.clock.settle();
      expect(new Set(times(desk.notes("batch")).map(([, n]) => n.join()))).toEqual(new Set(["4", "1,3,5"]));
      await desk.engine.clock.advance("10s");
      expect(times(desk.notes("batch")).at(-1)).toEqual([10, [2]]);
    });

    test("a singleton skips what comes while it goes on", async () => {
      const desk = await openDesk(serve);
      const ids = await sendEach(desk, "skip", [{}, {}]);
      await desk.engine.clock.advance("1h");
      const more = await sendEach(desk, "skip", [{}]);
      await desk.engine.clock.advance("1h");
      expect(await statuses(desk, [...ids, ...more])).toEqual(["completed", "skipped", "completed"]);
    });

    test("a singleton cancels what goes on for what comes", async () => {
      const desk = await openDesk(serve);
      const first = await sendEach(desk, "take-over", [{}]);
      await desk.engine.clock.advance("30m");
      const next = await sendEach(desk, "take-over", [{}]);
      await desk.engine.clock.advance("1h");
      expect(await statuses(desk, [...first, ...next])).toEqual(["cancelled", "completed"]);
    });

    test("a run that waits for its throttle is cancelled by its start timeout, or by an event", async () => {
      const desk = await openDesk(serve);
      const ids = await sendEach(desk, "late", [{ n: 1 }, { n: 2 }, { n: 3 }]);
      await desk.engine.clock.settle();
      const waiting = (await statuses(desk, ids)).indexOf("queued");
      await sendEach(desk, "late/stop", [{ n: waiting + 1 }]);
      await desk.engine.clock.settle();
      const count = async (wanted: string) => (await statuses(desk, ids)).filter((status) => status === wanted).length;
      expect([await count("completed"), await count("cancelled"), await count("queued")]).toEqual([1, 1, 1]);
      await desk.engine.clock.advance("10s");
      expect(await count("cancelled")).toBe(2);
      await desk.engine.clock.advance("2h");
      expect(desk.notes("late")).toHaveLength(1);
    });

    test("a step that invokes a function over its rate limit throws what the caller can catch", async () => {
      const desk = await openDesk(serve);
      const [id = ""] = await sendEach(desk, "caller", [{}]);
      await desk.engine.clock.settle();
      const run = (await desk.engine.runs()).find(({ details }) => details.trigger.eventId === id);
      expect(run).toMatchObject({ status: "completed", output: ["called", "invoked function is rate limited"] });
    });
  });
}
