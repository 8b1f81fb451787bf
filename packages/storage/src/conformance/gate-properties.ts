// A property of gates, against a slow and obvious model: no limit is ever exceeded, no start comes before its pace,
// nobody waits who could go, and of those that wait for the same the longest waiting goes first.
import {
  callLane,
  chargeStart,
  type Effect,
  type Gate,
  gateLimits,
  type Lane,
  type LeasedItem,
  obstacle,
} from "@stepwright/engine";
import { asFunctionId, asQueueItemId, type FunctionConfig, type Millis } from "@stepwright/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LaneRoom } from "../storage.ts";
import { after, appId, apply, call, createRun, enqueue, fn, run, runId } from "./samples.ts";
import type { OpenStorage } from "./subject.ts";

const functionIds = [1, 2].map((n) => asFunctionId(`55555555-5555-5555-8555-00000000000${n}`));
const lanes = functionIds.map((functionId) => callLane({ appId, functionId }));
const runsMax = 24;

interface Limits {
  readonly all: number | null;
  readonly perKey: number | null;
  readonly shared: number | null;
  readonly runs: number | null;
  readonly throttle: { readonly limit: number; readonly burst: number } | null;
}

const smallLimit = fc.option(fc.integer({ min: 1, max: 3 }));
const limits: fc.Arbitrary<Limits> = fc.record({
  all: smallLimit,
  perKey: smallLimit,
  shared: smallLimit,
  runs: smallLimit,
  throttle: fc.option(fc.record({ limit: fc.integer({ min: 1, max: 3 }), burst: fc.nat(2) })),
});

const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("start" as const),
      lane: fc.nat(1),
      key: fc.constantFrom("a", "b", "c"),
      score: fc.nat(20),
      inMs: fc.constantFrom(0, 0, 0, 0, 700, 2_000),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("next" as const), pick: fc.nat(50) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("end" as const), pick: fc.nat(50) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("retry" as const), pick: fc.nat(50), inMs: fc.constantFrom(0, 900) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("cancel" as const), pick: fc.nat(50) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(1, 500, 1_000, 3_000) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("configure" as const), lane: fc.nat(1), limits }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("boot" as const) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** A call that waits or is out. */
interface ModelItem {
  readonly id: string;
  readonly run: number;
  readonly lane: Lane;
  readonly gates: readonly Gate[];
  readonly score: number;
  at: number;
  generation: number;
  isLeased: boolean;
}

/** Describes gates by what must hold after any history. */
export function describeGateProperties(open: OpenStorage): void {
  describe("calls at gates, whatever has happened,", () => {
    test("go in order, within every limit, and as soon as they may", { timeout: 600_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.tuple(limits, limits),
          fc.array(
            fc.record({
              actions: fc.array(action, { minLength: 1, maxLength: 4 }),
              room: fc.constantFrom(0, 1, 2, 3, 50),
            }),
            {
              maxLength: 30,
            },
          ),
          async (first, commits) => {
            const world = await openWorld(open, first);
            try {
              for (const each of commits) await world.step(each.actions, each.room);
              await world.runDry();
            } finally {
              await world.close();
            }
          },
        ),
        { numRuns: Number(process.env["GATES_RUNS"] ?? 60) },
      );
    });
  });
}

interface World {
  step(actions: readonly Action[], room: number): Promise<void>;
  /** Ends everything that goes out until nothing is left: whoever is left waiting was forgotten. */
  runDry(): Promise<void>;
  close(): Promise<void>;
}

async function openWorld(open: OpenStorage, first: readonly [Limits, Limits]): Promise<World> {
  const subject = await open({ now: after(0) });
  let { storage } = subject;
  let now = 0;
  let runs = 0;
  let calls = 0;
  const items = new Map<string, ModelItem>();
  const configs = new Map<Lane, FunctionConfig>();
  const heldRuns = new Map<string, Set<number>>();
  const arrivals = new Map<string, number>();

  const configure = (lane: number, wanted: Limits): Effect => {
    const functionId = functionIds[lane] ?? fail();
    const config = configOf(wanted);
    configs.set(lanes[lane] ?? fail(), config);
    return { kind: "putFunction", fn: fn({ id: functionId, config }) };
  };
  const inTheWay = (item: ModelItem) =>
    item.generation === 0 ? item.gates : item.gates.filter((gate) => gate.kind === "calls");
  const taken = (gate: Gate): number =>
    gate.kind === "runs"
      ? (heldRuns.get(gate.id)?.size ?? 0)
      : [...items.values()].filter((item) => item.isLeased && item.gates.some((one) => one.id === gate.id)).length;
  const limitsOf = (lane: Lane) => gateLimits(configs.get(lane) ?? fail());
  const obstacleOf = (item: ModelItem) =>
    obstacle(
      inTheWay(item),
      limitsOf(item.lane),
      { taken, arrivalAt: (gate) => arrivals.get(gate.id) ?? null },
      at(now),
    );

  const strictness = (item: ModelItem): number => {
    const limit = limitsOf(item.lane).get("calls:account:key");
    return limit?.kind === "slots" ? limit.max : Infinity;
  };
  const put = (item: Omit<ModelItem, "generation" | "isLeased">): Effect => {
    items.set(item.id, { ...item, generation: 0, isLeased: false });
    return enqueue(item.id, {
      lane: item.lane,
      at: at(item.at),
      work: call(runId(item.run)),
      flow: { score: item.score, gates: item.gates },
    });
  };
  const leased = () => [...items.values()].filter((item) => item.isLeased);
  const endRun = (number: number, lane: Lane): Effect => {
    for (const item of items.values()) if (item.run === number) items.delete(item.id);
    for (const held of heldRuns.values()) held.delete(number);
    const flow = { calls: [], start: [runsGate(lane)], headStartMs: 0, lock: null, invokers: [] };
    return { kind: "updateRun", run: run(number, { flow, status: "completed", endedAt: at(now), version: 2 }) };
  };

  const effectsOf = (each: Action): readonly Effect[] => {
    switch (each.kind) {
      case "start": {
        if (runs >= runsMax) return [];
        runs += 1;
        const lane = lanes[each.lane] ?? fail();
        const gates = [...callGates(lane, each.key), runsGate(lane), paceGate(lane)];
        return [
          createRun(runs),
          put({ id: `r${runs}`, run: runs, lane, gates, score: each.score, at: now + each.inMs }),
        ];
      }
      case "next": {
        const done = pickOf(leased(), each.pick);
        if (done === null) return [];
        items.delete(done.id);
        calls += 1;
        const gates = done.gates.filter((gate) => gate.kind === "calls");
        return [{ kind: "dequeue", itemId: asQueueItemId(done.id) }, put({ ...done, id: `c${calls}`, gates, at: now })];
      }
      case "end": {
        const done = pickOf(leased(), each.pick);
        return done === null ? [] : [endRun(done.run, done.lane)];
      }
      case "retry": {
        const failed = pickOf(leased(), each.pick);
        if (failed === null) return [];
        failed.isLeased = false;
        failed.at = now + each.inMs;
        return [{ kind: "reschedule", itemId: asQueueItemId(failed.id), at: at(failed.at), attempt: 1 }];
      }
      case "cancel": {
        const waiting = pickOf(
          [...items.values()].filter((item) => !item.isLeased),
          each.pick,
        );
        return waiting === null ? [] : [endRun(waiting.run, waiting.lane)];
      }
      case "configure":
        return [configure(each.lane, each.limits)];
      case "pass":
        now += each.ms;
        return [];
      case "boot":
        return [];
    }
  };

  const accept = (one: LeasedItem) => {
    const item = items.get(one.id) ?? fail();
    expect({ id: one.id, isLeased: item.isLeased, isDue: item.at <= now }).toEqual({
      id: one.id,
      isLeased: false,
      isDue: true,
    });
    for (const gate of inTheWay(item)) {
      if (gate.kind === "runs") heldRuns.set(gate.id, (heldRuns.get(gate.id) ?? new Set()).add(item.run));
      if (gate.kind === "starts") {
        const limit = limitsOf(item.lane).get(gate.limitId);
        if (limit?.kind === "pace")
          arrivals.set(gate.id, chargeStart(limit.pace, arrivals.get(gate.id) ?? null, at(now)));
      }
    }
    item.isLeased = true;
    item.generation += 1;
    expect(one.generation).toBe(item.generation);
  };

  /** What is leased may have been leased in any order within the commit: some order must have been allowed. */
  const checkAllowed = (given: readonly LeasedItem[]) => {
    // Of two with different limits of what they share, the stricter one must have come first.
    let left = given.map((one) => items.get(one.id) ?? fail()).sort((a, b) => strictness(a) - strictness(b));
    while (left.length > 0) {
      const next = left.find((item) => obstacleOf(item) === null);
      expect({ stuck: next === undefined ? left.map((item) => [item.id, obstacleOf(item)]) : [] }).toEqual({
        stuck: [],
      });
      if (next === undefined) return;
      accept(given.find((one) => one.id === next.id) ?? fail());
      left = left.filter((item) => item !== next);
    }
  };

  const checkOrder = (given: readonly LeasedItem[]) => {
    for (const one of given) {
      const gone = items.get(one.id) ?? fail();
      const gates = idsOf(gone.generation === 1 ? gone.gates : gone.gates.filter((gate) => gate.kind === "calls"));
      for (const item of items.values()) {
        const isPassedOver =
          !item.isLeased &&
          item.at <= now &&
          item.lane === gone.lane &&
          idsOf(inTheWay(item)) === gates &&
          item.score < gone.score;
        expect({ gone: gone.id, passedOver: isPassedOver ? item.id : null }).toEqual({
          gone: gone.id,
          passedOver: null,
        });
      }
    }
  };

  const commit = async (effects: readonly Effect[], max: number) => {
    const room: readonly LaneRoom[] =
      max === 0
        ? []
        : lanes.map((lane) => ({ lane, max, inHand: leased().filter((item) => item.lane === lane).length }));
    let left = max;
    let transitions = [apply(...effects)];
    for (;;) {
      const result = await storage.commit({
        transitions,
        now: at(now),
        lease: room.map((one) => ({ ...one, max: left })),
      });
      for (const outcome of result.outcomes) expect(outcome).toMatchObject({ kind: "committed" });
      expect(result.leased.length).toBeLessThanOrEqual(left);
      checkAllowed(result.leased);
      checkOrder(result.leased);
      left -= result.leased.length;
      transitions = [];
      if (!result.hasMore) break;
    }
    // Who could go has gone, unless there was no room; then its lane says that it has work.
    const states = new Map((await storage.queue.lanes()).map((state) => [state.lane, state.nextAt]));
    for (const item of items.values()) {
      if (item.isLeased) continue;
      const nextAt = states.get(item.lane) ?? null;
      const couldGo = item.at <= now && obstacleOf(item) === null;
      if (couldGo)
        expect({ id: item.id, left, isAnnounced: nextAt !== null && nextAt <= at(now) }).toEqual({
          id: item.id,
          left: 0,
          isAnnounced: true,
        });
      if (item.at > now) expect(nextAt).toBeLessThanOrEqual(at(item.at));
    }
  };

  await storage.commit({ transitions: [apply(configure(0, first[0]), configure(1, first[1]))], now: at(0), lease: [] });
  return {
    async step(actions, room) {
      for (const each of actions) {
        if (each.kind !== "boot" || subject.reopen === null) continue;
        await storage.close();
        storage = await subject.reopen();
        for (const item of leased()) item.isLeased = false;
      }
      // What is put in by one commit is judged by the limits after it.
      for (const each of actions) if (each.kind === "configure") await commit(effectsOf(each), 0);
      await commit(
        actions.flatMap((each) => (each.kind === "configure" ? [] : effectsOf(each))),
        room,
      );
    },
    async runDry() {
      for (let turn = 0; items.size > 0; turn += 1) {
        expect(turn).toBeLessThan(1_000);
        await commit(
          leased().flatMap((item) => (items.has(item.id) ? [endRun(item.run, item.lane)] : [])),
          50,
        );
        if (leased().length === 0) now += 1_000;
      }
      expect(await storage.queue.depth()).toMatchObject({ due: 0, future: 0 });
    },
    close: () => storage.close(),
  };
}

function at(ms: number): Millis {
  return after(ms);
}

function fail(): never {
  throw new Error("broken invariant of the model");
}

function pickOf<T>(list: readonly T[], pick: number): T | null {
  return list.length === 0 ? null : (list[pick % list.length] ?? null);
}

function idsOf(gates: readonly Gate[]): string {
  return gates.map((gate) => gate.id).join();
}

function configOf(wanted: Limits): FunctionConfig {
  const limit = (max: number | null, key: string | null, scope: "fn" | "account") =>
    max === null ? [] : [{ limit: max, key, scope }];
  return {
    ...fn().config,
    concurrency: [
      ...limit(wanted.perKey, "key", "fn"),
      ...limit(wanted.all, null, "fn"),
      ...limit(wanted.shared, "key", "account"),
    ],
    runConcurrency: wanted.runs === null ? null : { limit: wanted.runs, key: null },
    throttle: wanted.throttle === null ? null : { ...wanted.throttle, periodMs: 3_000, key: null },
  };
}

function callGates(lane: Lane, key: string): readonly Gate[] {
  return [
    { kind: "calls", id: `${lane} ${key}`, limitId: "calls:fn:key", key },
    { kind: "calls", id: lane, limitId: "calls:fn:", key: null },
    { kind: "calls", id: `shared ${key}`, limitId: "calls:account:key", key },
  ];
}

function runsGate(lane: Lane): Gate {
  return { kind: "runs", id: `runs ${lane}`, limitId: "runs:", key: null };
}

function paceGate(lane: Lane): Gate {
  return { kind: "starts", id: `starts ${lane}`, limitId: "starts:", key: null };
}
