// Lists: keyset pages that are complete and free of duplicates, whatever the filter and whatever comes in meanwhile.
import type { RunStatus, Transition } from "@stepwright/engine";
import { asFunctionId, millis } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import type { EventFilter, Page, RunFilter, Storage } from "../storage.ts";
import { after, apply, appId, createRun, event, functionId, otherAppId, run, start } from "./samples.ts";
import { applied, commit, opened, type OpenStorage } from "./subject.ts";

const statuses: readonly RunStatus[] = ["queued", "running", "completed", "failed", "cancelled", "skipped"];
const otherFunctionId = asFunctionId("other");
const hour = 3_600_000;

/** Describes the lists of runs and events. */
export function describeLists(open: OpenStorage): void {
  describe("the list of runs", () => {
    const filters: readonly [string, RunFilter][] = [
      ["nothing", {}],
      ["one status", { statuses: ["failed"] }],
      ["several statuses", { statuses: ["running", "failed", "completed"] }],
      ["a status named twice", { statuses: ["failed", "failed"] }],
      ["no status at all", { statuses: [] }],
      ["a function", { functionId }],
      ["an app", { appId }],
      ["a trigger", { triggerName: "inngest/scheduled.timer" }],
      ["a function and statuses", { functionId: otherFunctionId, statuses: ["queued", "cancelled"] }],
      ["an app and a status", { appId: otherAppId(1), statuses: ["completed"] }],
      ["a trigger and a status", { triggerName: "shop/order.placed", statuses: ["skipped"] }],
      ["a time from", { queuedFrom: millis(start + 20 * hour) }],
      ["a time before", { queuedBefore: millis(start + 20 * hour) }],
      ["a period", { queuedFrom: millis(start + 10 * hour), queuedBefore: millis(start + 11 * hour) }],
      [
        "a period and a status",
        {
          queuedFrom: millis(start + 5 * hour),
          queuedBefore: millis(start + 30 * hour),
          statuses: ["failed", "queued"],
        },
      ],
      [
        "everything at once",
        {
          functionId,
          appId,
          triggerName: "shop/order.placed",
          statuses: ["queued", "running"],
          queuedFrom: start,
          queuedBefore: millis(start + 40 * hour),
        },
      ],
      ["what there is none of", { functionId: asFunctionId("none") }],
    ];
    const runs = Array.from({ length: 48 }, (_, index) =>
      run(index, {
        queuedAt: millis(start + index * hour),
        status: statuses[index % 6] ?? "queued",
        functionId: index % 4 === 0 ? otherFunctionId : functionId,
        appId: index % 3 === 0 ? otherAppId(1) : appId,
        triggerName: index % 5 === 0 ? "inngest/scheduled.timer" : "shop/order.placed",
      }),
    );
    const create = (made: (typeof runs)[number]): Transition =>
      apply({ kind: "createRun", run: made, events: [], idempotencyKey: null, keyExpiresAt: null });

    test.each(filters)("by %s has every run that fits, newest first", async (_name, filter) => {
      const { storage } = await opened(open);
      await commit(storage, runs.map(create));
      const expected = runs
        .filter((made) => fits(made, filter))
        .map((made) => made.id)
        .toReversed();
      for (const limit of [1, 3, 100]) {
        const pages = await pagesOf((cursor) => storage.runs.list(filter, { cursor, limit }));
        expect(pages.flat().map((found) => found.id)).toEqual(expected);
        expect(pages.every((page) => page.length <= limit)).toBe(true);
      }
    });

    test("follows a run from status to status", async () => {
      const { storage } = await opened(open);
      await applied(storage, createRun(1));
      await applied(storage, { kind: "updateRun", run: run(1, { status: "running", version: 2 }) });
      const count = async (filter: RunFilter): Promise<number> =>
        (await storage.runs.list(filter, { cursor: null, limit: 10 })).items.length;
      expect(await count({ statuses: ["queued"] })).toBe(0);
      expect(await count({ functionId, statuses: ["queued"] })).toBe(0);
      expect(await count({ statuses: ["running"] })).toBe(1);
      expect(await count({ appId, statuses: ["running"] })).toBe(1);
    });

    test("neither repeats nor loses a run while others come in", async () => {
      const { storage } = await opened(open);
      await commit(storage, runs.slice(0, 24).map(create));
      const extra = runs.slice(24);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Page<{ readonly id: string }> = await storage.runs.list({}, { cursor, limit: 5 });
        seen.push(...page.items.map((found) => found.id));
        cursor = page.nextCursor;
        const next = extra.shift();
        if (next !== undefined) await commit(storage, [create(next)]);
      } while (cursor !== null);
      expect(seen).toEqual(
        runs
          .slice(0, 24)
          .map((made) => made.id)
          .toReversed(),
      );
    });

    test("has at most 100 on a page, and says whether more follow", async () => {
      const { storage } = await opened(open);
      await commit(
        storage,
        Array.from({ length: 101 }, (_, index) => apply(createRun(index))),
      );
      const first = await storage.runs.list({}, { cursor: null, limit: 1_000 });
      expect(first.items).toHaveLength(100);
      expect(await storage.runs.list({}, { cursor: first.nextCursor, limit: 1 })).toMatchObject({
        items: [{}],
        nextCursor: null,
      });
    });
  });

  describe("the list of events", () => {
    const filters: readonly [string, EventFilter][] = [
      ["nothing", {}],
      ["nothing, ours included", { includeInternal: true }],
      ["a name", { name: "shop/order.paid" }],
      ["a name of ours", { name: "inngest/function.finished" }],
      ["a name of ours, included", { name: "inngest/function.finished", includeInternal: true }],
      ["a time from", { receivedFrom: millis(start + 20 * hour) }],
      ["a time before", { receivedBefore: millis(start + 20 * hour) }],
      [
        "a period",
        { receivedFrom: millis(start + 10 * hour), receivedBefore: millis(start + 12 * hour), includeInternal: true },
      ],
      [
        "a name and a period",
        {
          name: "shop/order.placed",
          receivedFrom: millis(start + 3 * hour),
          receivedBefore: millis(start + 33 * hour),
        },
      ],
      ["what there is none of", { name: "none" }],
      ["a time that has not come", { receivedFrom: millis(start + 1_000 * hour) }],
      ["a time before all", { receivedBefore: start }],
    ];
    const names = ["shop/order.placed", "shop/order.paid", "inngest/function.finished"];
    const events = Array.from({ length: 40 }, (_, index) =>
      event(index, { name: names[index % 3] ?? "", receivedAt: millis(start + index * hour) }),
    );

    test.each(filters)("by %s has every event that fits, newest first", async (_name, filter) => {
      const { storage } = await opened(open);
      await commit(
        storage,
        events.map((sent) => apply({ kind: "putEvent", event: sent })),
      );
      const expected = events
        .filter((sent) => filter.includeInternal === true || !sent.name.startsWith("inngest/"))
        .filter((sent) => filter.name === undefined || sent.name === filter.name)
        .filter((sent) => isWithin(sent.receivedAt, filter.receivedFrom, filter.receivedBefore))
        .map((sent) => sent.id)
        .toReversed();
      for (const limit of [1, 3, 100]) {
        const pages = await pagesOf((cursor) => storage.events.list(filter, { cursor, limit }));
        expect(pages.flat().map((row) => row.event.id)).toEqual(expected);
      }
    });

    test("has events that were received a little out of order", async () => {
      const { storage } = await opened(open);
      const offsets = [0, 50, 20, 90, 70, 40, 120];
      await commit(
        storage,
        offsets.map((ms, index) => apply({ kind: "putEvent", event: event(index, { receivedAt: after(ms) }) })),
      );
      const listed = await storage.events.list(
        { receivedFrom: after(40), receivedBefore: after(90) },
        { cursor: null, limit: 10 },
      );
      expect(listed.items.map((row) => row.event.receivedAt - start)).toEqual([40, 70, 50]);
    });

    test("shows the runs that each event started, as they are now", async () => {
      const { storage } = await opened(open);
      await applied(storage, { kind: "putEvent", event: event(1) });
      await commit(storage, [
        {
          guards: [],
          effects: [{ kind: "putEvent", event: event(2) }],
          children: [runFor(7), runFor(6)],
        },
      ]);
      await applied(storage, { kind: "updateRun", run: run(6, { status: "failed", endedAt: after(1), version: 2 }) });
      expect((await storage.events.list({}, { cursor: null, limit: 10 })).items).toMatchObject([
        {
          event: { id: "event-2" },
          runs: [
            { runId: run(6).id, functionSlug: "shop-pack", status: "failed" },
            { runId: run(7).id, functionSlug: "shop-pack", status: "queued" },
          ],
        },
        { event: { id: "event-1" }, runs: [] },
      ]);
    });

    test("neither repeats nor loses an event while others come in", async () => {
      const { storage } = await opened(open);
      await commit(
        storage,
        events.slice(0, 20).map((sent) => apply({ kind: "putEvent", event: sent })),
      );
      const seen = await pagesOf(async (cursor) => {
        const page = await storage.events.list({ includeInternal: true }, { cursor, limit: 3 });
        await applied(storage, { kind: "putEvent", event: event(99) });
        return page;
      });
      expect(seen.flat().map((row) => row.event.id)).toEqual(
        events
          .slice(0, 20)
          .map((sent) => sent.id)
          .toReversed(),
      );
    });
  });
}

async function pagesOf<T>(read: (cursor: string | null) => Promise<Page<T>>): Promise<readonly (readonly T[])[]> {
  const pages: (readonly T[])[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await read(cursor);
    pages.push(page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return pages;
}

function fits(made: Awaited<ReturnType<Storage["runs"]["get"]>>, filter: RunFilter): boolean {
  if (made === null) return false;
  return (
    (filter.statuses === undefined || filter.statuses.includes(made.status)) &&
    (filter.functionId === undefined || filter.functionId === made.functionId) &&
    (filter.appId === undefined || filter.appId === made.appId) &&
    (filter.triggerName === undefined || filter.triggerName === made.triggerName) &&
    isWithin(made.queuedAt, filter.queuedFrom, filter.queuedBefore)
  );
}

function isWithin(at: number, from: number | undefined, before: number | undefined): boolean {
  return (from === undefined || at >= from) && (before === undefined || at < before);
}

function runFor(number: number): Transition {
  return apply({
    kind: "createRun",
    run: run(number),
    events: [{ kind: "inTransition", index: 0 }],
    idempotencyKey: null,
    keyExpiresAt: null,
  });
}
