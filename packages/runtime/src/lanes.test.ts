import { callLane, type Lane, type LeasedItem, type NewQueueItem, type Run, type Transition } from "@stepwright/engine";
import { asAppId, asFunctionId, asQueueItemId, asRunId, millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { createLanes } from "./lanes.ts";

const appA = callLane({ appId: asAppId("a"), functionId: asFunctionId("f") });
const appB = callLane({ appId: asAppId("b"), functionId: asFunctionId("f") });
const now = millis(1_000);

function item(lane: Lane, id = "i"): LeasedItem {
  return {
    id: asQueueItemId(id),
    lane,
    at: now,
    attempt: 0,
    generation: 1,
    work: { kind: "runTimeout", runId: asRunId("r"), which: "start", from: now },
  };
}

function open(max = 2) {
  const begun: string[] = [];
  const held = new Set<Lane>();
  const lanes = createLanes({
    maxOf: () => max,
    isHeld: (lane) => held.has(lane),
    onLeased: (leased) => begun.push(leased.id),
  });
  return { lanes, begun, held };
}

function enqueue(...items: readonly NewQueueItem[]): Transition {
  return { guards: [], effects: items.map((one) => ({ kind: "enqueue", item: one })) };
}

describe("the room that a commit offers", () => {
  it("is in the lanes it enqueues into, its children's included", () => {
    const { lanes } = open();
    const transition: Transition = { ...enqueue(item(appA)), children: [enqueue(item("system"))] };
    expect(lanes.roomFor([transition], now)).toEqual([
      { lane: appA, max: 2, inHand: 0 },
      { lane: "system", max: 2, inHand: 0 },
    ]);
  });

  it("is in the lanes that are due, and in no others", () => {
    const { lanes } = open();
    lanes.note([
      { lane: appA, nextAt: now },
      { lane: appB, nextAt: millis(now + 1) },
      { lane: "system", nextAt: null },
    ]);
    expect(lanes.roomFor([], now)).toEqual([{ lane: appA, max: 2, inHand: 0 }]);
  });

  it("is what is left beside the items in hand, and none when the lane is full", () => {
    const { lanes, begun } = open();
    lanes.note([{ lane: appA, nextAt: now }]);
    lanes.accept({ leased: [item(appA, "1")], lanes: [], hasMore: false });
    expect(lanes.roomFor([], now)).toEqual([{ lane: appA, max: 1, inHand: 1 }]);
    lanes.accept({ leased: [item(appA, "2")], lanes: [], hasMore: false });
    expect(lanes.roomFor([enqueue(item(appA))], now)).toEqual([]);
    expect([begun, lanes.itemsInHand]).toEqual([["1", "2"], 2]);
    lanes.release(appA);
    expect(lanes.roomFor([], now)).toEqual([{ lane: appA, max: 1, inHand: 1 }]);
  });

  it("is shared by the lanes of an app, each told how much it has in hand", () => {
    const { lanes } = open(3);
    const other = callLane({ appId: asAppId("a"), functionId: asFunctionId("g") });
    lanes.note([
      { lane: appA, nextAt: now },
      { lane: other, nextAt: now },
      { lane: appB, nextAt: now },
    ]);
    lanes.accept({ leased: [item(appA, "1"), item(appA, "2")], lanes: [], hasMore: false });
    expect(lanes.roomFor([], now)).toEqual([
      { lane: appA, max: 1, inHand: 2 },
      { lane: other, max: 1, inHand: 0 },
      { lane: appB, max: 3, inHand: 0 },
    ]);
    lanes.accept({ leased: [item(other, "3")], lanes: [], hasMore: false });
    expect(lanes.roomFor([], now)).toEqual([{ lane: appB, max: 3, inHand: 0 }]);
  });

  it("is not in a lane that is held, and the lane wakes nobody", () => {
    const { lanes, held } = open();
    lanes.note([{ lane: appA, nextAt: now }]);
    held.add(appA);
    expect([lanes.roomFor([enqueue(item(appA))], now), lanes.hasDue(now), lanes.nextAt()]).toEqual([[], false, null]);
    held.delete(appA);
    expect([lanes.hasDue(now), lanes.nextAt()]).toEqual([true, now]);
  });

  it("is in the lane of a run that ends: another may be waiting for what it gives back", () => {
    const { lanes } = open();
    const run = { appId: asAppId("a"), functionId: asFunctionId("f"), status: "completed" } as Run;
    const ends: Transition = { guards: [], effects: [{ kind: "updateRun", run }] };
    expect(lanes.roomFor([ends], now)).toEqual([{ lane: appA, max: 2, inHand: 0 }]);
  });
});

describe("work that is due", () => {
  it("counts as such while the store has more to look at", () => {
    const { lanes } = open();
    lanes.accept({ leased: [], lanes: [], hasMore: true });
    expect(lanes.hasDue(now)).toBe(true);
    lanes.accept({ leased: [], lanes: [], hasMore: false });
    expect(lanes.hasDue(now)).toBe(false);
  });

  it("does not count while its lane is full: a full lane wakes nobody", () => {
    const { lanes } = open(1);
    lanes.note([{ lane: appA, nextAt: now }]);
    lanes.accept({ leased: [item(appA)], lanes: [], hasMore: false });
    expect([lanes.hasDue(now), lanes.nextAt()]).toEqual([false, null]);
    lanes.release(appA);
    expect([lanes.hasDue(now), lanes.nextAt()]).toEqual([true, now]);
  });

  it("is waited for by its earliest lane", () => {
    const { lanes } = open();
    lanes.note([
      { lane: appA, nextAt: millis(3_000) },
      { lane: appB, nextAt: millis(2_000) },
    ]);
    expect(lanes.nextAt()).toBe(2_000);
    lanes.note([{ lane: appB, nextAt: null }]);
    expect(lanes.nextAt()).toBe(3_000);
  });
});

it("closed lanes offer nothing and wait for nothing, but take back what is in hand", () => {
  const { lanes } = open();
  lanes.note([{ lane: appA, nextAt: now }]);
  lanes.accept({ leased: [item(appA)], lanes: [], hasMore: false });
  lanes.close();
  expect([lanes.roomFor([enqueue(item(appA))], now), lanes.hasDue(now), lanes.nextAt()]).toEqual([[], false, null]);
  lanes.release(appA);
  expect(lanes.itemsInHand).toBe(0);
});
