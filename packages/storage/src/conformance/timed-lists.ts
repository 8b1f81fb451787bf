// Runs in the order of their times, counts, and reads of several rows at once.
import { isEnded, type Run, type RunStatus, type Transition } from "@stepwright/engine";
import { asFunctionId, millis } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import type { CountedPiece, EventFilter, RunPosition, Storage, TimedRunFilter } from "../storage.ts";
import { after, appId, apply, event, fn, functionId, otherAppId, run, runId, start } from "./samples.ts";
import { applied, commit, opened, type OpenStorage } from "./subject.ts";

const statuses: readonly RunStatus[] = ["queued", "running", "completed", "failed", "cancelled", "skipped"];
const otherFunctionId = asFunctionId("33333333-3333-5333-8333-333333333333");
const second = 1_000;
const all = { from: millis(0), before: millis(start + 1_000_000 * second) };

// Runs end in another order than they began in, several at the same moment.
const runs: readonly Run[] = Array.from({ length: 60 }, (_, number) => {
  const status = statuses[number % 6] ?? "queued";
  const queuedAt = after(number * second);
  return run(number, {
    queuedAt,
    status,
    functionId: number % 4 === 0 ? otherFunctionId : functionId,
    appId: number % 4 === 0 ? otherAppId(1) : appId,
    startedAt: status === "queued" ? null : millis(queuedAt + (number % 3) * second),
    endedAt: isEnded(status) ? millis(start + (100 + ((number * 7) % 11)) * second) : null,
  });
});

const times = ["queuedAt", "startedAt", "endedAt"] as const;
const conditions: readonly [string, Partial<TimedRunFilter>][] = [
  ["nothing", {}],
  ["a status", { statuses: ["failed"] }],
  ["statuses, one named twice", { statuses: ["failed", "completed", "failed"] }],
  ["no status at all", { statuses: [] }],
  ["a function", { functionIds: [functionId] }],
  ["two functions and a status", { functionIds: [functionId, otherFunctionId], statuses: ["completed"] }],
  ["no function at all", { functionIds: [] }],
  ["an app", { appIds: [appId] }],
  ["no app at all", { appIds: [] }],
  ["an app and statuses", { appIds: [otherAppId(1)], statuses: ["cancelled", "completed"] }],
  ["an app and a function of another", { appIds: [appId], functionIds: [otherFunctionId] }],
  ["an app and its function", { appIds: [appId], functionIds: [functionId] }],
  ["more functions than an index is asked for", { functionIds: [functionId, ...unknownFunctions(80)] }],
  ["a period", { from: after(10 * second), before: after(104 * second) }],
  ["what there is none of", { functionIds: [asFunctionId("none")] }],
];

/** Describes the lists and counts. */
export function describeTimedLists(open: OpenStorage): void {
  const filled = async (): Promise<Storage> => {
    const { storage } = await opened(open);
    await commit(storage, [functions, ...runs.map(create)]);
    return storage;
  };

  describe.each(times)("runs in the order of %s", (time) => {
    test.each(conditions)("by %s are all there, in both directions, and are counted", async (_name, condition) => {
      const storage = await filled();
      const filter: TimedRunFilter = { time, ...all, ...condition };
      const expected = runs.filter((made) => fits(made, filter)).toSorted((a, b) => timeOf(a, time) - timeOf(b, time));
      for (const limit of [1, 7, 100]) {
        for (const direction of ["asc", "desc"] as const) {
          const found = await pagesOf((after) => storage.runs.byTime(filter, { direction, after, limit }));
          expect(found.every((page) => page.length <= limit)).toBe(true);
          const ids = found.flat().map((one) => one.id);
          expect(ids).toEqual((direction === "asc" ? expected : expected.toReversed()).map((one) => one.id));
        }
      }
      expect(await countOf((cursor) => storage.runs.countByTime(filter, cursor))).toBe(expected.length);
    });
  });

  test("a run moves to its place when it starts and when it ends", async () => {
    const { storage } = await opened(open);
    await commit(storage, [create(run(1)), create(run(2))]);
    const listed = async (time: (typeof times)[number]) => {
      const page = await storage.runs.byTime({ time, ...all }, { direction: "asc", after: null, limit: 10 });
      return page.items.map((one) => one.id);
    };
    expect(await listed("startedAt")).toEqual([]);
    await applied(storage, { kind: "updateRun", run: run(2, { status: "running", startedAt: after(5), version: 2 }) });
    await applied(storage, { kind: "updateRun", run: run(1, { status: "running", startedAt: after(9), version: 2 }) });
    expect(await listed("startedAt")).toEqual([runId(2), runId(1)]);
    await applied(storage, {
      kind: "updateRun",
      run: run(2, { status: "completed", startedAt: after(5), endedAt: after(20), version: 3 }),
    });
    expect(await listed("startedAt")).toEqual([runId(2), runId(1)]);
    expect(await listed("endedAt")).toEqual([runId(2)]);
    expect(await storage.runs.get(runId(2))).toMatchObject({ startedAt: after(5), endedAt: after(20), version: 3 });
  });

  describe("several rows at once", () => {
    test("the runs that there are", async () => {
      const storage = await filled();
      const found = await storage.runs.byIds([runId(3, after(3 * second)), runId(999), runId(3, after(3 * second))]);
      expect(found.map((one) => one.id)).toEqual([runId(3, after(3 * second))]);
      expect(await storage.runs.byIds([])).toEqual([]);
    });

    test("the events of runs, in order", async () => {
      const { storage } = await opened(open);
      await commit(storage, [batch(1, [5, 4, 6]), batch(2, [7])]);
      const found = await storage.runs.eventsOf([runId(2), runId(1), runId(9)]);
      expect(found.get(runId(1))?.map(({ id }) => id)).toEqual(["event-5", "event-4", "event-6"]);
      expect(found.get(runId(2))?.map(({ id }) => id)).toEqual(["event-7"]);
      expect(found.size).toBe(2);
    });

    test("the events that report the ends of runs", async () => {
      const { storage } = await opened(open);
      const names = ["inngest/function.failed", "inngest/function.finished"];
      for (const [number, name] of names.entries())
        await applied(storage, { kind: "putEvent", event: event(number, { name, data: null, lifecycleOf: runId(1) }) });
      expect([...(await storage.events.endsOf([runId(1), runId(2)]))]).toEqual([[runId(1), event(1).internalId]]);
    });
  });

  describe("the number of events", () => {
    const names = ["shop/order.placed", "shop/order.paid", "inngest/function.finished"];
    const events = Array.from({ length: 40 }, (_, number) =>
      // Every fifth was stored out of its order, by less than a minute.
      event(number, {
        name: names[number % 3] ?? "",
        receivedAt: after((number * 60 - (number % 5 === 0 ? 50 : 0)) * second),
      }),
    );
    const filters: readonly [string, EventFilter][] = [
      ["nothing", {}],
      ["nothing, ours included", { includeInternal: true }],
      ["a name", { name: "shop/order.paid" }],
      ["a name of ours", { name: "inngest/function.finished" }],
      ["a name of ours, included", { name: "inngest/function.finished", includeInternal: true }],
      ["a time from", { receivedFrom: after(10 * 60 * second) }],
      ["a time before", { receivedBefore: after(10 * 60 * second) }],
      ["a period", { receivedFrom: after(599 * second), receivedBefore: after(1_750 * second), includeInternal: true }],
      [
        "a name and a period",
        { name: "shop/order.placed", receivedFrom: after(0), receivedBefore: after(601 * second) },
      ],
    ];
    test.each(filters)("by %s is that of the list", async (_name, filter) => {
      const { storage } = await opened(open);
      await commit(
        storage,
        events.map((sent) => apply({ kind: "putEvent", event: sent })),
      );
      const listed = await storage.events.list(filter, { cursor: null, limit: 100 });
      expect(await countOf((cursor) => storage.events.count(filter, cursor))).toBe(listed.items.length);
    });
  });
}

const functions: Transition = {
  guards: [],
  effects: [
    { id: functionId, appId },
    { id: otherFunctionId, appId: otherAppId(1) },
  ].map((owned) => ({ kind: "putFunction", fn: fn({ ...owned, slug: owned.id }) })),
};

function create(made: Run): Transition {
  return apply({ kind: "createRun", run: made, events: [], idempotencyKey: null, keyExpiresAt: null });
}

function batch(number: number, events: readonly number[]): Transition {
  return {
    guards: [],
    effects: events.map((sent) => ({ kind: "putEvent", event: event(sent) })),
    children: [
      apply({
        kind: "createRun",
        run: run(number),
        events: events.map((_, index) => ({ kind: "inTransition", index })),
        idempotencyKey: null,
        keyExpiresAt: null,
      }),
    ],
  };
}

function unknownFunctions(count: number) {
  return Array.from({ length: count }, (_, number) => asFunctionId(`unknown-${number}`));
}

function timeOf(made: Run, time: (typeof times)[number]): number {
  return made[time] ?? Number.NaN;
}

function fits(made: Run, filter: TimedRunFilter): boolean {
  const at = made[filter.time];
  return (
    at !== null &&
    at >= filter.from &&
    at < filter.before &&
    (filter.statuses?.includes(made.status) ?? true) &&
    (filter.functionIds?.includes(made.functionId) ?? true) &&
    (filter.appIds?.includes(made.appId) ?? true)
  );
}

async function pagesOf(
  read: (after: RunPosition | null) => ReturnType<Storage["runs"]["byTime"]>,
): Promise<readonly (readonly Run[])[]> {
  const pages: (readonly Run[])[] = [];
  let after: RunPosition | null = null;
  do {
    const page: Awaited<ReturnType<typeof read>> = await read(after);
    pages.push(page.items);
    after = page.next;
  } while (after !== null);
  return pages;
}

async function countOf(read: (cursor: string | null) => Promise<CountedPiece>): Promise<number> {
  let count = 0;
  let cursor: string | null = null;
  do {
    const piece: CountedPiece = await read(cursor);
    count += piece.count;
    cursor = piece.nextCursor;
  } while (cursor !== null);
  return count;
}
