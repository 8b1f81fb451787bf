// Leases: who gets what is due, in which order, and what a new boot does to them.
import { asQueueItemId } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import { after, apply, createRun, enqueue, gateway, lane, run } from "./samples.ts";
import { applied, commit, lease, opened, type OpenStorage } from "./subject.ts";

/** Describes the leasing of due items. */
export function describeLeases(open: OpenStorage): void {
  describe("leases", () => {
    test("only what is due is leased, and only once", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("due"), enqueue("early", { at: after(-5) }), enqueue("future", { at: after(1) }));
      expect((await lease(storage)).map((item) => item.id)).toEqual(["early", "due"]);
      expect(await lease(storage)).toEqual([]);
      expect((await lease(storage, { now: after(1) })).map((item) => item.id)).toEqual(["future"]);
    });

    test("a lane gets at most its room, the oldest first, and says when it has more", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        enqueue("c", { at: after(-1) }),
        enqueue("a", { at: after(-3) }),
        enqueue("b", { at: after(-2) }),
      );
      const first = await commit(storage, [], { lease: [{ lane, max: 2 }] });
      expect(first.leased.map((item) => item.id)).toEqual(["a", "b"]);
      expect(first.lanes).toEqual([{ lane, nextAt: after(-1) }]);
      const second = await commit(storage, [], { lease: [{ lane, max: 2 }] });
      expect(second.leased.map((item) => item.id)).toEqual(["c"]);
      expect(second.lanes).toEqual([{ lane, nextAt: null }]);
    });

    test("items enqueued by the same commit count, and wait behind older ones", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("old", { at: after(-9) }));
      const { leased, lanes } = await commit(
        storage,
        [apply(enqueue("new")), apply(enqueue("future", { at: after(7) }))],
        {
          lease: [{ lane, max: 1 }],
        },
      );
      expect(leased.map((item) => item.id)).toEqual(["old"]);
      expect(lanes).toEqual([{ lane, nextAt: after(0) }]);
    });

    test("the order holds among items of one commit, whatever order they come in", async () => {
      const { storage } = await opened(open);
      const { leased, lanes } = await commit(
        storage,
        [-1, -2, -5, -3, -4].map((ms) => apply(enqueue(`at ${ms}`, { at: after(ms) }))),
        { lease: [{ lane, max: 2 }] },
      );
      expect(leased).toMatchObject([
        { id: "at -5", generation: 1 },
        { id: "at -4", generation: 1 },
      ]);
      expect(lanes).toEqual([{ lane, nextAt: after(-3) }]);
      expect(await lease(storage)).toMatchObject([
        { id: "at -3", generation: 1 },
        { id: "at -2", generation: 1 },
        { id: "at -1", generation: 1 },
      ]);
    });

    test("of items that have waited equally long, the one that came in last makes room for an older one", async () => {
      const { storage } = await opened(open);
      const { leased } = await commit(
        storage,
        [apply(enqueue("first")), apply(enqueue("second")), apply(enqueue("older", { at: after(-1) }))],
        { lease: [{ lane, max: 2 }] },
      );
      expect(leased.map((item) => item.id)).toEqual(["older", "first"]);
      expect((await lease(storage)).map((item) => item.id)).toEqual(["second"]);
    });

    test("items that are due at the same time are leased in the order they came", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("z"), enqueue("m"), enqueue("a"));
      expect((await lease(storage)).map((item) => item.id)).toEqual(["z", "m", "a"]);
    });

    test("lanes are apart from each other", async () => {
      const { storage } = await opened(open);
      const { leased, lanes } = await commit(
        storage,
        [apply(enqueue("a"), enqueue("b", { lane: "system" }), enqueue("c", { lane: gateway }))],
        {
          lease: [
            { lane, max: 1 },
            { lane: "system", max: 0 },
          ],
        },
      );
      expect(leased.map((item) => item.id)).toEqual(["a"]);
      expect(new Map(lanes.map((state) => [state.lane, state.nextAt]))).toEqual(
        new Map([
          [lane, null],
          ["system", after(0)],
          [gateway, after(0)],
        ]),
      );
    });

    test("without room nothing is leased, and lanes that were not touched are not named", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("waiting", { lane: "system" }));
      expect(await commit(storage, [apply(enqueue("i"))])).toMatchObject({
        leased: [],
        lanes: [{ lane, nextAt: after(0) }],
      });
    });

    test("an item that is gone by the end of the commit is not leased", async () => {
      const { storage } = await opened(open);
      const { leased } = await commit(
        storage,
        [
          apply(createRun(1), enqueue("of the run"), enqueue("dropped")),
          apply({ kind: "dequeue", itemId: asQueueItemId("dropped") }),
          apply({ kind: "updateRun", run: run(1, { status: "cancelled", endedAt: after(0), version: 2 }) }),
          apply(enqueue("next")),
        ],
        { lease: [{ lane, max: 1 }] },
      );
      expect(leased.map((item) => item.id)).toEqual(["next"]);
    });

    test("removing the first item of a lane moves its next time on", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("a", { at: after(5) }), enqueue("b", { at: after(8) }));
      await applied(storage, { kind: "dequeue", itemId: asQueueItemId("a") });
      expect((await commit(storage, [], { lease: [{ lane, max: 1 }] })).lanes).toEqual([{ lane, nextAt: after(8) }]);
      await applied(storage, enqueue("c", { at: after(6) }));
      expect((await commit(storage, [], { lease: [{ lane, max: 1 }] })).lanes).toEqual([{ lane, nextAt: after(6) }]);
    });

    test("a new boot has what the earlier one had leased, due at once, one generation on, attempt unchanged", async () => {
      const { storage, reopen } = await opened(open);
      if (reopen === null) return;
      await applied(
        storage,
        enqueue("leased", { at: after(-4), attempt: 2 }),
        enqueue("never leased", { at: after(5) }),
      );
      await lease(storage);
      const boot = (await storage.stats()).bootEpoch;
      const again = await reopen();
      expect((await again.stats()).bootEpoch).toBeGreaterThan(boot);
      const stale = {
        guards: [{ kind: "lease", itemId: asQueueItemId("leased"), generation: 1 }],
        effects: [],
      } as const;
      expect((await commit(again, [stale])).outcomes[0]?.kind).toBe("rejected");
      expect(await lease(again)).toMatchObject([{ id: "leased", at: after(-4), attempt: 2, generation: 2 }]);
      expect((await commit(again, [stale])).outcomes[0]?.kind).toBe("rejected");
      expect(await lease(again, { now: after(5) })).toMatchObject([{ id: "never leased", generation: 1 }]);
      await again.close();
    });
  });
}
