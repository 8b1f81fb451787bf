// Gates: calls that wait for a slot, for a pace, or for room, and who goes first when one opens.
import {
  callLane,
  type Effect,
  type FunctionRecord,
  type Gate,
  type Lane,
  type NewQueueItem,
} from "@stepwright/engine";
import { asFunctionId, asQueueItemId, type FunctionConfig, type FunctionId, millis } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import type { LaneRoom, Storage } from "../storage.ts";
import {
  after,
  appId,
  apply,
  call,
  createRun,
  enqueue,
  fn,
  functionId,
  item,
  lane,
  run,
  runId,
  start,
} from "./samples.ts";
import { applied, commit, isLetThrough, lease, opened, type OpenStorage } from "./subject.ts";

const otherId = asFunctionId("44444444-4444-5444-8444-444444444444");
const otherLane = callLane({ appId, functionId: otherId });
const bothLanes: readonly LaneRoom[] = [
  { lane, max: 100 },
  { lane: otherLane, max: 100 },
];

/** A gate for calls of the sample function; `limitId` is what its configuration gives the limit. */
function perFunction(): Gate {
  return { kind: "calls", id: `calls:${functionId}`, limitId: "calls:fn:", key: null };
}

function perKey(key: string): Gate {
  return { kind: "calls", id: `calls:${functionId}:${key}`, limitId: "calls:fn:event.data.user", key };
}

function shared(key: string): Gate {
  return { kind: "calls", id: `calls:account:${key}`, limitId: "calls:account:event.data.shop", key };
}

const runGate: Gate = { kind: "runs", id: `runs:${functionId}`, limitId: "runs:", key: null };
const paceGate: Gate = { kind: "starts", id: `starts:${functionId}`, limitId: "starts:", key: null };

function withLimits(changes: Partial<FunctionConfig>, id: FunctionId = functionId): FunctionRecord {
  return fn({ id, config: { ...fn().config, ...changes } });
}

function limited(
  limits: { readonly all?: number; readonly perKey?: number; readonly shared?: number },
  id: FunctionId = functionId,
): Effect {
  const concurrency = [
    ...(limits.all === undefined ? [] : [{ limit: limits.all, key: null, scope: "fn" as const }]),
    ...(limits.perKey === undefined ? [] : [{ limit: limits.perKey, key: "event.data.user", scope: "fn" as const }]),
    ...(limits.shared === undefined
      ? []
      : [{ limit: limits.shared, key: "event.data.shop", scope: "account" as const }]),
  ];
  return { kind: "putFunction", fn: withLimits({ concurrency }, id) };
}

function waiting(
  id: string,
  gates: readonly Gate[],
  changes: Partial<NewQueueItem> & { readonly score?: number } = {},
) {
  const { score, ...rest } = changes;
  return enqueue(id, { flow: { score: score ?? start, gates }, ...rest });
}

function done(id: string): Effect {
  return { kind: "dequeue", itemId: asQueueItemId(id) };
}

/** Commits with room in both lanes, and gives the ids of what was leased. */
async function step(storage: Storage, effects: readonly Effect[], now = start): Promise<readonly string[]> {
  const { leased } = await commit(storage, [apply(...effects)], { now, lease: bothLanes });
  return leased.map((one) => one.id);
}

async function nextAt(storage: Storage, of: Lane) {
  return (await storage.queue.lanes()).find((state) => state.lane === of)?.nextAt ?? null;
}

/** Describes gates. */
export function describeGates(open: OpenStorage): void {
  describe("a gate for calls", () => {
    test("lets as many through as its limit says, the longest waiting first, and the next when a slot comes free", async () => {
      const { storage } = await opened(open);
      const gates = [perFunction()];
      await applied(storage, limited({ all: 2 }));
      expect(
        await step(
          storage,
          ["a", "b", "c", "d"].map((id, at) => waiting(id, gates, { score: at })),
        ),
      ).toEqual(["a", "b"]);
      expect(await lease(storage, { room: bothLanes })).toEqual([]);
      expect(await step(storage, [waiting("old", gates, { score: -1 })])).toEqual([]);
      expect(await step(storage, [done("a")])).toEqual(["old"]);
      expect(await step(storage, [done("old"), done("b")])).toEqual(["c", "d"]);
      expect(await step(storage, [done("c"), done("d")])).toEqual([]);
    });

    test("gives the slot of a call to the one that has waited longest, be it a follow-up of the same commit or another", async () => {
      const { storage } = await opened(open);
      const gates = [perFunction()];
      await applied(storage, limited({ all: 1 }));
      expect(await step(storage, [waiting("a1", gates, { score: 1 }), waiting("b1", gates, { score: 2 })])).toEqual([
        "a1",
      ]);
      expect(await step(storage, [done("a1"), waiting("a2", gates, { score: 1 })])).toEqual(["a2"]);
      expect(await step(storage, [done("a2"), waiting("c1", gates, { score: 3 })])).toEqual(["b1"]);
    });

    test("holds up nobody with another key", async () => {
      const { storage } = await opened(open);
      await applied(storage, limited({ perKey: 1 }));
      const ids = ["a1", "a2", "a3", "b1", "b2", "c1"];
      expect(
        await step(
          storage,
          ids.map((id, at) => waiting(id, [perKey(id.charAt(0))], { score: at })),
        ),
      ).toEqual(["a1", "b1", "c1"]);
      expect(await step(storage, [done("b1")])).toEqual(["b2"]);
      expect(await step(storage, [done("c1")])).toEqual([]);
      expect(await step(storage, [done("a1")])).toEqual(["a2"]);
    });

    test("counts with a second one: a call needs a slot at each, and waits for neither with the other's", async () => {
      const { storage } = await opened(open);
      await applied(storage, limited({ all: 2, perKey: 1 }));
      const ids = ["a1", "a2", "b1", "b2", "c1"];
      const put = ids.map((id, at) => waiting(id, [perKey(id.charAt(0)), perFunction()], { score: at }));
      expect(await step(storage, put)).toEqual(["a1", "b1"]);
      expect(await step(storage, [done("b1")])).toEqual(["b2"]);
      expect(await step(storage, [done("b2")])).toEqual(["c1"]);
      expect(await step(storage, [done("a1")])).toEqual(["a2"]);
    });

    test("may be shared by functions, each with its own limit of it", async () => {
      const { storage } = await opened(open);
      await applied(storage, limited({ shared: 1 }), limited({ shared: 3 }, otherId));
      const gates = [shared("x")];
      expect(await step(storage, [waiting("a1", gates), waiting("a2", gates)])).toEqual(["a1"]);
      const others = ["b1", "b2", "b3"].map((id) => waiting(id, gates, { lane: otherLane }));
      expect(await step(storage, others)).toEqual(["b1", "b2"]);
      expect(await step(storage, [done("a1")])).toEqual(["b3"]);
      expect(await step(storage, [done("b1"), done("b2")])).toEqual([]);
      expect(await step(storage, [done("b3")])).toEqual(["a2"]);
    });

    test("that functions share is kept for the longest waiting, though only another's lane was asked for", async () => {
      const { storage } = await opened(open);
      await applied(storage, limited({ shared: 1 }), limited({ shared: 1 }, otherId));
      const gates = [shared("x")];
      const mine = (id: string, score: number) => waiting(id, gates, { score });
      await step(storage, [mine("a1", 1), waiting("b1", gates, { score: 2, lane: otherLane }), mine("a2", 3)]);
      const only = [{ lane, max: 100 }];
      const freed = await commit(storage, [apply(done("a1"), mine("a3", 5))], { lease: only });
      expect(freed).toMatchObject({ leased: [], hasMore: true });
      expect(freed.lanes).toContainEqual({ lane: otherLane, nextAt: millis(0) });
      expect(await step(storage, [])).toEqual(["b1"]);
      expect(await step(storage, [done("b1")])).toEqual(["a2"]);
      // Every time, not the first only.
      await step(storage, [waiting("b2", gates, { score: 4, lane: otherLane })]);
      expect((await commit(storage, [apply(done("a2"))], { lease: only })).leased).toEqual([]);
      expect(await step(storage, [])).toEqual(["b2"]);
    });

    test("that functions share is kept for nobody whose lane is not asked for again: it has no room", async () => {
      const { storage } = await opened(open);
      await applied(storage, limited({ shared: 1 }), limited({ shared: 1 }, otherId));
      const gates = [shared("x")];
      const only = { lease: [{ lane, max: 100 }] };
      await step(storage, [
        waiting("a1", gates, { score: 1 }),
        waiting("b1", gates, { score: 2, lane: otherLane }),
        waiting("a2", gates, { score: 3 }),
      ]);
      expect((await commit(storage, [apply(done("a1"))], only)).leased).toEqual([]);
      const { leased, hasMore } = await commit(storage, [], only);
      expect([leased.map((one) => one.id), hasMore]).toEqual([["a2"], false]);
      expect(await step(storage, [])).toEqual([]);
      expect(await step(storage, [done("a2")])).toEqual(["b1"]);
    });

    test("gives its slot back when a call waits to be retried, and takes one again when that is due", async () => {
      const { storage } = await opened(open);
      const gates = [perFunction()];
      await applied(storage, limited({ all: 1 }));
      await step(storage, [waiting("a", gates, { score: 1 }), waiting("b", gates, { score: 2 })]);
      const retry: Effect = { kind: "reschedule", itemId: asQueueItemId("a"), at: after(100), attempt: 1 };
      expect(await step(storage, [retry])).toEqual(["b"]);
      expect(await step(storage, [], after(100))).toEqual([]);
      expect(await step(storage, [done("b")], after(100))).toEqual(["a"]);
    });

    test("is open when its limit is gone, and follows a changed one at once", async () => {
      const { storage } = await opened(open);
      const gates = [perFunction()];
      await applied(storage, limited({ all: 1 }));
      const put = Array.from({ length: 6 }, (_, at) => waiting(`i${at}`, gates, { score: at }));
      expect(await step(storage, put)).toEqual(["i0"]);
      expect(await step(storage, [limited({ all: 3 })])).toEqual(["i1", "i2"]);
      expect(await step(storage, [limited({ all: 1 })])).toEqual([]);
      expect(await step(storage, [done("i0"), done("i1")])).toEqual([]);
      expect(await step(storage, [limited({})])).toEqual(["i3", "i4", "i5"]);
    });

    test("lets the next one through when whoever stood before it is gone", async () => {
      const { storage } = await opened(open);
      const gates = [perFunction()];
      await applied(storage, limited({ all: 1 }), createRun(1), createRun(2));
      await step(storage, [
        waiting("a", gates, { score: 1 }),
        waiting("b", gates, { score: 2, work: call(runId(2)) }),
        waiting("c", gates, { score: 3 }),
      ]);
      const cancelled: Effect = { kind: "updateRun", run: run(2, { status: "cancelled", endedAt: start, version: 2 }) };
      expect(await step(storage, [cancelled])).toEqual([]);
      expect(await step(storage, [done("a")])).toEqual(["c"]);
    });

    test("is no way around a lane without room, which says that it has work", async () => {
      const { storage } = await opened(open);
      const gates = [perFunction()];
      await applied(storage, limited({ all: 1 }));
      await step(storage, [
        waiting("a", gates, { score: 1 }),
        waiting("b", gates, { score: 2 }),
        waiting("c", gates, { score: 3 }),
      ]);
      expect(await nextAt(storage, lane)).toBe(null);
      const freed = await commit(storage, [apply(done("a"))]);
      expect(freed.leased).toEqual([]);
      expect(freed.lanes).toEqual([{ lane, nextAt: millis(0) }]);
      expect(await step(storage, [done("b")])).toEqual(["c"]);
    });

    test("is free after a boot, whoever held it", async () => {
      const { storage, reopen } = await opened(open);
      if (reopen === null) return;
      const gates = [perFunction()];
      await applied(storage, limited({ all: 1 }));
      await step(storage, [waiting("a", gates, { score: 1 }), waiting("b", gates, { score: 2 })]);
      const again = await reopen();
      expect(await step(again, [])).toEqual(["a"]);
      expect(await step(again, [done("a")])).toEqual(["b"]);
    });

    test("keeps its count when the commit that would have changed it fails", async () => {
      const { storage } = await opened(open);
      const gates = [perFunction()];
      await applied(storage, limited({ all: 1 }));
      await step(storage, [waiting("a", gates)]);
      const impossible: Effect = { kind: "updateRun", run: run(77) };
      const { outcomes, leased } = await commit(storage, [apply(done("a"), impossible), apply(waiting("b", gates))], {
        lease: bothLanes,
      });
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(["failed", "committed"]);
      expect(leased).toEqual([]);
      expect(await step(storage, [done("a")])).toEqual(["b"]);
    });
  });

  describe("a gate for runs", () => {
    test("holds a slot from a run's first call to its end", async () => {
      const { storage, reopen } = await opened(open);
      await applied(storage, { kind: "putFunction", fn: withLimits({ runConcurrency: { limit: 1, key: null } }) });
      const flow = { calls: [], start: [runGate], headStartMs: 0, lock: null, invokers: [] };
      await applied(storage, createRun(1, { flow }), createRun(2, { flow }), createRun(3, { flow }));
      const starts = [1, 2, 3].map((n) => waiting(`r${n}`, [runGate], { score: n, work: call(runId(n)) }));
      expect(await step(storage, starts)).toEqual(["r1"]);
      // Its first call ends, its next is under no such gate.
      expect(await step(storage, [done("r1"), waiting("r1b", [], { work: call(runId(1)) })])).toEqual(["r1b"]);
      const again = reopen === null ? storage : await reopen();
      const ended = (n: number): Effect => ({
        kind: "updateRun",
        run: run(n, { flow, status: "completed", endedAt: start, version: 2 }),
      });
      expect(await step(again, [])).toEqual(reopen === null ? [] : ["r1b"]);
      expect(await step(again, [ended(1)])).toEqual(["r2"]);
      expect(await step(again, [ended(2)])).toEqual(["r3"]);
    });

    test("lets a run that was let through once through again when its first call is retried", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        { kind: "putFunction", fn: withLimits({ runConcurrency: { limit: 1, key: null } }) },
        createRun(1),
      );
      expect(await step(storage, [waiting("r1", [runGate])])).toEqual(["r1"]);
      const retry: Effect = { kind: "reschedule", itemId: asQueueItemId("r1"), at: start, attempt: 1 };
      expect(await step(storage, [retry])).toEqual(["r1"]);
    });
  });

  describe("a gate that paces starts", () => {
    const second = 1_000;

    test("lets limit and burst through at once, then one per interval, and never early", async () => {
      const { storage, reopen } = await opened(open);
      await applied(storage, {
        kind: "putFunction",
        fn: withLimits({ throttle: { limit: 2, periodMs: 10 * second, burst: 1, key: null } }),
      });
      const put = Array.from({ length: 6 }, (_, at) => waiting(`i${at}`, [paceGate], { score: at }));
      expect(await step(storage, put)).toEqual(["i0", "i1", "i2"]);
      expect(await nextAt(storage, lane)).toBe(after(5 * second));
      expect(await step(storage, [], after(5 * second - 1))).toEqual([]);
      expect(await step(storage, [], after(5 * second))).toEqual(["i3"]);
      const again = reopen === null ? storage : await reopen();
      const before = reopen === null ? [] : ["i0", "i1", "i2", "i3"];
      expect(await step(again, [], after(5 * second))).toEqual(before);
      expect(await step(again, [], after(10 * second - 1))).toEqual([]);
      expect(await step(again, [], after(17 * second))).toEqual(["i4", "i5"]);
    });

    test("has no time any more when nobody waits for it, whoever else stopped waiting elsewhere", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        {
          kind: "putFunction",
          fn: withLimits({ throttle: { limit: 1, periodMs: 10 * second, burst: 0, key: null } }),
        },
        limited({ shared: 1 }, otherId),
      );
      const others = ["o1", "o2"].map((id) => waiting(id, [shared("x")], { lane: otherLane }));
      await step(storage, [
        waiting("p1", [paceGate], { score: 1 }),
        waiting("p2", [paceGate], { score: 2 }),
        ...others,
      ]);
      expect(await nextAt(storage, lane)).toBe(after(10 * second));
      await step(storage, [done("p2")]);
      await step(storage, [done("o1")]);
      const { lanes } = await commit(storage, [], { now: after(20 * second), lease: bothLanes });
      // A time in the past would have the runtime ask again and again.
      expect(lanes).toEqual(bothLanes.map((room) => ({ lane: room.lane, nextAt: null })));
    });

    test("is charged by whoever passes all gates, and by nobody else", async () => {
      const { storage } = await opened(open);
      await applied(storage, {
        kind: "putFunction",
        fn: withLimits({
          throttle: { limit: 1, periodMs: 10 * second, burst: 0, key: null },
          concurrency: [{ limit: 1, key: "event.data.user", scope: "fn" }],
        }),
      });
      const of = (id: string, at: number) => waiting(id, [perKey(id.charAt(0)), paceGate], { score: at });
      expect(await step(storage, [of("a1", 1), of("a2", 2), of("b1", 3)])).toEqual(["a1"]);
      // The first of the others with a key of its own may go when its time has come; the other waits for the slot.
      expect(await step(storage, [], after(10 * second))).toEqual(["b1"]);
      expect(await step(storage, [done("a1")], after(11 * second))).toEqual([]);
      expect(await step(storage, [], after(20 * second))).toEqual(["a2"]);
    });
  });

  describe("the order of a lane", () => {
    test("is that of its scores: an old run's next call comes before a new run's first", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        waiting("new", [], { score: 30 }),
        waiting("old", [], { score: 10, at: after(-1) }),
        waiting("later than it is", [], { score: start + 60_000 }),
        waiting("due long ago", [], { score: 20, at: after(-50) }),
      );
      expect((await lease(storage, { room: [{ lane, max: 1 }] })).map((one) => one.id)).toEqual(["old"]);
      expect((await lease(storage)).map((one) => one.id)).toEqual(["due long ago", "new", "later than it is"]);
    });

    test("counts from when an item is due: what waits for its time holds up nobody", async () => {
      const { storage } = await opened(open);
      await applied(storage, waiting("retry", [], { score: 1, at: after(100) }), waiting("now", [], { score: 2 }));
      expect((await lease(storage)).map((one) => one.id)).toEqual(["now"]);
      expect(await nextAt(storage, lane)).toBe(after(100));
      await applied(storage, waiting("later", [], { score: 3, at: after(50) }));
      expect((await lease(storage, { now: after(100) })).map((one) => one.id)).toEqual(["retry", "later"]);
    });
  });

  describe("lanes of one group", () => {
    test("share its room, the one with the fewest in hand first", async () => {
      const { storage } = await opened(open);
      const many = Array.from({ length: 20 }, (_, at) => enqueue(`many${at}`));
      const few = Array.from({ length: 2 }, (_, at) => enqueue(`few${at}`, { lane: otherLane, at: after(-at) }));
      await applied(storage, ...many, ...few);
      const room = [
        { lane, max: 4, inHand: 3 },
        { lane: otherLane, max: 4, inHand: 0 },
      ];
      const { leased } = await commit(storage, [], { lease: room });
      expect(leased.map((one) => one.id).toSorted()).toEqual(["few0", "few1", "many0", "many1"]);
    });

    test("keep their order when room given back in the same commit goes to another lane", async () => {
      const { storage } = await opened(open);
      const room = [
        { lane, max: 2, inHand: 0 },
        { lane: otherLane, max: 2, inHand: 0 },
      ];
      const { leased } = await commit(
        storage,
        [
          apply(waiting("late", [], { score: 20 })),
          apply(enqueue("gone", { lane: otherLane })),
          apply(waiting("early", [], { score: 10 })),
          apply(enqueue("other", { lane: otherLane })),
          apply(done("gone")),
        ],
        { lease: room },
      );
      expect(leased.map((one) => one.id).toSorted()).toEqual(["early", "other"]);
    });

    test("do not pass over one that waits for the room they share", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("waits", { lane: otherLane }));
      const room = [
        { lane, max: 1, inHand: 5 },
        { lane: otherLane, max: 1, inHand: 0 },
      ];
      const { leased } = await commit(storage, [apply(enqueue("new"))], { lease: room });
      expect(leased.map((one) => one.id)).toEqual(["waits"]);
    });
  });

  test("a thousand lines at one gate are looked at in parts, and none is forgotten", async () => {
    const { storage } = await opened(open);
    await applied(storage, limited({ all: 1, perKey: 1 }));
    const put = Array.from({ length: 1_200 }, (_, at) =>
      waiting(`i${at}`, [perKey(`k${at}`), perFunction()], { score: at }),
    );
    await commit(storage, [apply(...put)], { lease: bothLanes });
    const ids: string[] = [];
    let { leased, hasMore } = await commit(storage, [apply(done("i0"), limited({}))], { lease: bothLanes });
    for (;;) {
      ids.push(...leased.map((one) => one.id));
      if (!hasMore && leased.length === 0) break;
      ({ leased, hasMore } = await commit(storage, [], { lease: bothLanes }));
    }
    expect(new Set(ids).size).toBe(1_199);
    expect(await storage.queue.depth()).toMatchObject({ due: 0 });
  });

  test("an item keeps its score and its gates through everything but replaced work", async () => {
    const { storage } = await opened(open);
    await applied(storage, limited({ all: 1 }));
    const kept = item("kept", { flow: { score: 5, gates: [perFunction()] } });
    await step(storage, [{ kind: "enqueue", item: kept }, waiting("next", [perFunction()], { score: 6 })]);
    for (let attempt = 1; attempt < 4; attempt += 1) {
      expect(await step(storage, [{ kind: "reschedule", itemId: kept.id, at: start, attempt }])).toEqual(["kept"]);
    }
  });

  describe("what people see of a queue", () => {
    test("tells of each waiting call at which gate it stands, and until when if it knows", async () => {
      const { storage } = await opened(open);
      const throttle = { limit: 1, periodMs: 10_000, burst: 0, key: null };
      const concurrency = [{ limit: 1, key: "event.data.user", scope: "fn" as const }];
      await applied(storage, { kind: "putFunction", fn: withLimits({ concurrency, throttle }) });
      const of = (n: number, key: string) =>
        waiting(`r${n}`, [perKey(key), paceGate], { score: n, work: call(runId(n)) });
      await step(storage, [of(1, "a"), of(2, "a"), of(3, "b")]);
      await applied(storage, waiting("r4", [], { score: 4, work: call(runId(4)) }));
      const waitsFor = async (n: number) => (await storage.runs.items(runId(n))).map((one) => one.waitsFor);
      expect(await waitsFor(1)).toEqual([null]);
      expect(await waitsFor(2)).toEqual([{ kind: "gate", gate: perKey("a"), opensAt: null }]);
      expect(await waitsFor(3)).toEqual([{ kind: "gate", gate: paceGate, opensAt: after(10_000) }]);
      expect(await waitsFor(4)).toEqual([{ kind: "room" }]);
      await applied(storage, waiting("r5", [], { at: after(1_000), score: 5, work: call(runId(5)) }));
      expect(await storage.queue.ofLane(lane, 10)).toEqual({
        inFlight: 1,
        waiting: 3,
        future: 1,
        lines: [
          { gates: [perKey("a"), paceGate], waitsFor: { kind: "gate", gate: perKey("a"), opensAt: null }, count: 1 },
          {
            gates: [perKey("b"), paceGate],
            waitsFor: { kind: "gate", gate: paceGate, opensAt: after(10_000) },
            count: 1,
          },
        ],
      });
      expect((await storage.queue.ofLane(lane, 1)).lines).toHaveLength(1);
      expect(await storage.queue.holders(perKey("a").id, 10)).toEqual([runId(1)]);
      expect(await storage.queue.holders(perKey("b").id, 10)).toEqual([]);
    });

    test("names the runs that hold a slot until they end", async () => {
      const { storage } = await opened(open);
      const limit = { kind: "putFunction", fn: withLimits({ runConcurrency: { limit: 2, key: null } }) } as const;
      await applied(storage, limit, createRun(1), createRun(2));
      await step(
        storage,
        [1, 2].map((n) => waiting(`r${n}`, [runGate], { score: n, work: call(runId(n)) })),
      );
      await step(storage, [done("r1"), done("r2")]);
      expect(await storage.queue.holders(runGate.id, 10)).toEqual([runId(1), runId(2)]);
      expect(await storage.queue.holders(runGate.id, 1)).toHaveLength(1);
    });
  });

  test("itemWaiting: the item is there and nobody has its lease", async () => {
    const { storage } = await opened(open);
    const guard = { kind: "itemWaiting", itemId: asQueueItemId("i") } as const;
    expect(await isLetThrough(storage, guard)).toBe(false);
    await applied(storage, enqueue("i"));
    expect(await isLetThrough(storage, guard)).toBe(true);
    await lease(storage);
    expect(await isLetThrough(storage, guard)).toBe(false);
  });

  test("moveRun gives a run to another function, in its row and in its lists", async () => {
    const { storage } = await opened(open);
    await applied(storage, createRun(1), limited({}), limited({}, otherId));
    const moved = run(1, { functionId: otherId, functionSlug: "shop-other", functionVersion: 3 });
    await applied(storage, { kind: "moveRun", run: moved });
    expect(await storage.runs.get(runId(1))).toEqual(moved);
    const listed = async (id: FunctionId) =>
      (await storage.runs.list({ functionId: id }, { cursor: null, limit: 10 })).items;
    expect(await listed(otherId)).toEqual([moved]);
    expect(await listed(functionId)).toEqual([]);
  });
}
