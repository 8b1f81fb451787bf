// The queue: what is in it, and what each effect does to an item.
import type { Effect } from "@stepwright/engine";
import type { Work } from "@stepwright/engine";
import { asEventId, asFunctionId, asJsonText, asQueueItemId, asStepId } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import type { Page, SetAsideRow } from "../storage.ts";
import { after, apply, call, enqueue, gateway, item, lane, pause, putPause, runId, ulid } from "./samples.ts";
import { applied, commit, isLetThrough, lease, opened, type OpenStorage } from "./subject.ts";

const works: readonly Work[] = [
  call(runId(1)),
  call(runId(1), "planned"),
  { kind: "wake", runId: runId(1), stepId: asStepId("s") },
  { kind: "timeout", runId: runId(1), stepId: asStepId("s"), waitKind: "signal" },
  {
    kind: "resume",
    runId: runId(1),
    stepId: asStepId("s"),
    outcome: { kind: "event", event: { kind: "stored", seq: 3 } },
  },
  {
    kind: "resume",
    runId: runId(1),
    stepId: asStepId("s"),
    outcome: { kind: "signal", signal: "go", data: asJsonText('{"a":1}') },
  },
  {
    kind: "resume",
    runId: runId(1),
    stepId: asStepId("s"),
    outcome: { kind: "invoked", childRunId: null, memo: asJsonText('{"data":1}') },
  },
  { kind: "cancel", runId: runId(1), reason: { kind: "event", eventName: "a", eventId: asEventId(ulid(1)) } },
  { kind: "runTimeout", runId: runId(1), which: "start", from: after(0) },
  {
    kind: "gateway",
    runId: runId(1),
    stepId: asStepId("s"),
    request: {
      op: "Gateway",
      name: "get",
      method: "GET",
      url: "http://localhost/",
      headers: { a: "b" },
      body: "x".repeat(100_000),
      queuedAt: after(0),
    },
  },
  { kind: "match", event: { kind: "stored", seq: 3 }, cursor: { functionsAfter: "done", pausesAfter: 7 } },
  { kind: "cron", functionId: asFunctionId("f"), cron: "* * * * *", tick: after(60_000) },
];

/** Describes the queue's items. */
export function describeQueue(open: OpenStorage): void {
  describe("the queue", () => {
    test.each(works.map((work) => [work.kind, work] as const))(
      "keeps work of the kind %s as it is",
      async (_kind, work) => {
        const { storage } = await opened(open);
        const kept = item("i", { work, attempt: 3 });
        await applied(storage, { kind: "enqueue", item: kept });
        expect(await lease(storage)).toEqual([{ ...kept, generation: 1 }]);
      },
    );

    test("leases work at once as it would be leased later", async () => {
      const { storage } = await opened(open);
      const { leased } = await commit(
        storage,
        works.map((work, index) => apply(enqueue(`i${index}`, { work }))),
        {
          lease: [{ lane, max: 100 }],
        },
      );
      expect(leased).toEqual(works.map((work, index) => ({ ...item(`i${index}`, { work }), generation: 1 })));
    });

    test("is not changed by putting in an id that is there", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("i", { at: after(100) }));
      await applied(storage, enqueue("i", { at: after(0), work: call(runId(2)) }));
      expect(await lease(storage)).toEqual([]);
      const [leased] = await lease(storage, { now: after(100) });
      expect(leased).toMatchObject({ at: after(100), work: { runId: runId(1) } });
      const again = await commit(storage, [apply(enqueue("i"))], { now: after(100), lease: [{ lane, max: 5 }] });
      expect(again.leased).toEqual([]);
    });

    test("shows what several runs have open as it shows what each has", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        enqueue("later", { at: after(9) }),
        enqueue("now"),
        enqueue("other", { work: call(runId(2)) }),
        enqueue("unasked", { work: call(runId(4)) }),
        putPause("p1", { runId: runId(1) }),
        putPause("p2", { runId: runId(3) }),
        putPause("p3", { runId: runId(1) }),
      );
      await lease(storage);
      const asked = [1, 2, 3, 5].map((n) => runId(n));
      const found = await storage.runs.openOf(asked);
      expect([...found.keys()].toSorted()).toEqual([runId(1), runId(2), runId(3)]);
      for (const [id, { items, pauses }] of found) {
        expect(items).toEqual(await storage.runs.items(id));
        expect(pauses).toEqual(await storage.pauses.byRun(id));
      }
      expect(found.get(runId(1))).toMatchObject({ items: [{ id: "now" }, { id: "later" }], pauses: [{}, {}] });
      expect(await storage.runs.openOf([])).toEqual(new Map());
    });

    test("shows a run's open items, soonest first", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        enqueue("later", { at: after(9), attempt: 2, work: call(runId(1), "s") }),
        enqueue("now"),
        enqueue("other", { work: call(runId(2)) }),
      );
      await lease(storage);
      expect(await storage.runs.items(runId(1))).toEqual([
        { id: "now", kind: "call", stepId: null, name: null, at: after(0), attempt: 0, isLeased: true, waitsFor: null },
        {
          id: "later",
          kind: "call",
          stepId: "s",
          name: "step s",
          at: after(9),
          attempt: 2,
          isLeased: false,
          waitsFor: null,
        },
      ]);
    });

    test("knows every lane with unleased items and when the first of each is due", async () => {
      const { storage } = await opened(open);
      expect(await storage.queue.lanes()).toEqual([]);
      await applied(
        storage,
        enqueue("a", { lane: "system", at: after(30) }),
        enqueue("b", { lane: "system", at: after(20) }),
        enqueue("c", { lane: gateway, at: after(40) }),
        enqueue("d"),
      );
      await lease(storage);
      expect((await storage.queue.lanes()).toSorted((a, b) => (a.lane < b.lane ? -1 : 1))).toEqual([
        { lane: gateway, nextAt: after(40) },
        { lane: "system", nextAt: after(20) },
      ]);
    });

    test("tells how many unleased items are due, how many not yet, and how many are set aside", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        enqueue("due"),
        enqueue("due too", { lane: "system" }),
        enqueue("future", { at: after(1) }),
        enqueue("poison", { lane: gateway }),
        enqueue("leased", { lane: gateway }),
        { kind: "setAside", itemId: asQueueItemId("poison"), reason: "no", at: after(0) },
      );
      await lease(storage, { room: [{ lane: gateway, max: 5 }] });
      expect(await storage.queue.depth()).toEqual({ due: 2, future: 1, setAside: 1 });
      await commit(storage, [], { now: after(1) });
      expect(await storage.queue.depth()).toEqual({ due: 3, future: 0, setAside: 1 });
    });
  });

  describe("effects on items", () => {
    test("dequeue takes an item out, leased or not, and one that is not there changes nothing", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("a"), enqueue("b", { at: after(9) }));
      await lease(storage);
      await applied(storage, dequeue("a"), dequeue("b"), dequeue("never"));
      expect(await storage.runs.items(runId(1))).toEqual([]);
      expect(await storage.queue.lanes()).toEqual([]);
    });

    test("dequeue and the next item may share one transition", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("d1"));
      await lease(storage);
      const { leased, lanes } = await commit(storage, [apply(dequeue("d1"), enqueue("d2"))], {
        lease: [{ lane, max: 1 }],
      });
      expect(leased.map((found) => found.id)).toEqual(["d2"]);
      expect(lanes).toEqual([{ lane, nextAt: null }]);
    });

    test("reschedule gives the lease back with a new time and attempt", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("i"));
      await lease(storage);
      const { lanes } = await commit(storage, [
        apply({ kind: "reschedule", itemId: asQueueItemId("i"), at: after(50), attempt: 1 }),
      ]);
      expect(lanes).toEqual([{ lane, nextAt: after(50) }]);
      expect(await lease(storage, { now: after(49) })).toEqual([]);
      expect(await lease(storage, { now: after(50) })).toMatchObject([
        { id: "i", attempt: 1, at: after(50), generation: 2 },
      ]);
    });

    test("an item rescheduled to now is leased again by the same commit if there is room", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("i"));
      await lease(storage);
      const { leased } = await commit(
        storage,
        [apply({ kind: "reschedule", itemId: asQueueItemId("i"), at: after(0), attempt: 1 })],
        {
          lease: [{ lane, max: 1 }],
        },
      );
      expect(leased).toMatchObject([{ id: "i", attempt: 1, generation: 2 }]);
    });

    test("resetAttempt sets the attempt to 0 and keeps the lease", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("i", { attempt: 4 }));
      await lease(storage);
      const { outcomes } = await commit(storage, [
        apply({ kind: "resetAttempt", itemId: asQueueItemId("i") }),
        { guards: [{ kind: "lease", itemId: asQueueItemId("i"), generation: 1 }], effects: [] },
      ]);
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(["committed", "committed"]);
      expect(await storage.runs.items(runId(1))).toMatchObject([{ attempt: 0, isLeased: true }]);
    });

    test("replaceWork gives an item other work, time and lane, and its lease back", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("i", { work: call(runId(1)) }));
      await lease(storage);
      const other = item("i", {
        lane: "system",
        at: after(60),
        attempt: 0,
        work: { kind: "wake", runId: runId(2), stepId: asStepId("s") },
      });
      const { lanes } = await commit(storage, [apply({ kind: "replaceWork", item: other })]);
      expect(lanes).toEqual([{ lane: "system", nextAt: after(60) }]);
      expect(await storage.runs.items(runId(1))).toEqual([]);
      expect(await storage.runs.items(runId(2))).toMatchObject([
        { id: "i", kind: "wake", stepId: "s", isLeased: false },
      ]);
      expect(await lease(storage, { now: after(60), room: [{ lane: "system", max: 1 }] })).toEqual([
        { ...other, generation: 2 },
      ]);
    });

    test("an item that has gone is neither rescheduled nor given other work", async () => {
      const { storage } = await opened(open);
      const { outcomes, lanes } = await commit(storage, [
        apply(
          { kind: "reschedule", itemId: asQueueItemId("gone"), at: after(0), attempt: 1 },
          { kind: "replaceWork", item: item("gone") },
          { kind: "resetAttempt", itemId: asQueueItemId("gone") },
          { kind: "setAside", itemId: asQueueItemId("gone"), reason: "no", at: after(0) },
        ),
      ]);
      expect(outcomes[0]?.kind).toBe("committed");
      expect(lanes).toEqual([]);
      expect(await storage.queue.depth()).toEqual({ due: 0, future: 0, setAside: 0 });
    });

    test("setAside takes an item out and shows it with its reason, the newest first", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        enqueue("a"),
        enqueue("b", { work: { kind: "cron", functionId: asFunctionId("f"), cron: "* * * * *", tick: after(0) } }),
      );
      await lease(storage);
      await applied(storage, { kind: "setAside", itemId: asQueueItemId("a"), reason: "cannot be read", at: after(5) });
      await applied(storage, { kind: "setAside", itemId: asQueueItemId("b"), reason: "no", at: after(6) });
      const shown = [
        { id: "b", kind: "cron", runId: null, reason: "no", at: after(6) },
        { id: "a", kind: "call", runId: runId(1), reason: "cannot be read", at: after(5) },
      ];
      expect((await storage.queue.setAside({ cursor: null, limit: 10 })).items).toEqual(shown);
      expect((await storage.queue.setAside({ cursor: null, limit: 1 })).items).toEqual(shown.slice(0, 1));
      expect(await storage.runs.items(runId(1))).toEqual([]);
    });

    test("what was set aside is listed page by page, also what was at the same time, and nothing newer comes up", async () => {
      const { storage } = await opened(open);
      const setAside = async (id: string, at: number): Promise<void> => {
        const effect = { kind: "setAside", itemId: asQueueItemId(id), reason: "no", at: after(at) } as const;
        await applied(storage, enqueue(id), effect);
      };
      for (const [index, at] of [1, 3, 3, 3, 2].entries()) await setAside(`i${index}`, at);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page: Page<SetAsideRow> = await storage.queue.setAside({ cursor, limit: 2 });
        seen.push(...page.items.map(({ id }) => id));
        ({ nextCursor: cursor } = page);
        await setAside(`late${seen.length}`, 9);
      } while (cursor !== null);
      expect(seen.slice(0, 3).toSorted()).toEqual(["i1", "i2", "i3"]);
      expect(seen.slice(3)).toEqual(["i4", "i0"]);
    });

    test("an item that was set aside can be read as it was, is guarded, and is forgotten", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("a", { attempt: 2 }));
      const guard = { kind: "itemSetAside", itemId: asQueueItemId("a") } as const;
      expect(await storage.queue.setAsideItem("a")).toBeNull();
      expect(await isLetThrough(storage, guard)).toBe(false);
      await applied(storage, { kind: "setAside", itemId: asQueueItemId("a"), reason: "no", at: after(5) });
      expect(await storage.queue.setAsideItem("a")).toEqual({
        id: "a",
        lane,
        attempt: 2,
        runId: runId(1),
        work: call(runId(1)),
      });
      expect(await isLetThrough(storage, guard)).toBe(true);
      await applied(storage, { kind: "forgetSetAside", itemId: asQueueItemId("a") }, enqueue("a", { attempt: 2 }));
      expect(await storage.queue.setAsideItem("a")).toBeNull();
      expect(await storage.queue.depth()).toEqual({ due: 1, future: 0, setAside: 0 });
      expect((await lease(storage)).map((found) => [found.id, found.attempt])).toEqual([["a", 2]]);
    });

    test("resolvePause enqueues its item if the pause was open, and does nothing otherwise", async () => {
      const { storage } = await opened(open);
      await applied(storage, putPause("p", { terms: [{ path: "data.n", valueType: "number", value: "1" }] }));
      const resolve = (id: string): Effect => ({ kind: "resolvePause", pauseId: pause("p").id, item: item(id) });
      const { leased } = await commit(storage, [apply(resolve("first")), apply(resolve("second"))], {
        lease: [{ lane, max: 5 }],
      });
      expect(leased.map((found) => found.id)).toEqual(["first"]);
      expect(await storage.pauses.byRun(runId(1))).toEqual([]);
      expect(await storage.pauses.paths("shop/order.paid")).toEqual([]);
    });
  });
}

function dequeue(id: string): Effect {
  return { kind: "dequeue", itemId: asQueueItemId(id) };
}
