import type { Lane, LeasedItem, NewQueueItem, Transition } from "@stepwright/engine";
import { asAppId, asQueueItemId, asRunId, millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { createLanes } from "./lanes.ts";

const appA: Lane = `app:${asAppId("a")}`;
const appB: Lane = `app:${asAppId("b")}`;
const now = millis(1_000);

function item(lane: Lane, id = "i"): LeasedItem {
  return {
    id: asQueueItemId(id),
    lane,
    at: now,
    attempt: 0,
    generation: 1,
    work: { kind: "runTimeout", runId: asRunId("r"), which: "start" },
  };
}

function open(max = 2) {
  const begun: string[] = [];
  const lanes = createLanes({ maxOf: () => max, onLeased: (leased) => begun.push(leased.id) });
  return { lanes, begun };
}

function enqueue(...items: readonly NewQueueItem[]): Transition {
  return { guards: [], effects: items.map((one) => ({ kind: "enqueue", item: one })) };
}

describe("the room that a commit offers", () => {
  it("is in the lanes it enqueues into, its children's included", () => {
    const { lanes } = open();
    const transition: Transition = { ...enqueue(item(appA)), children: [enqueue(item("system"))] };
    expect(lanes.roomFor([transition], now)).toEqual([
      { lane: appA, max: 2 },
      { lane: "system", max: 2 },
    ]);
  });

  it("is in the lanes that are due, and in no others", () => {
    const { lanes } = open();
    lanes.note([
      { lane: appA, nextAt: now },
      { lane: appB, nextAt: millis(now + 1) },
      { lane: "system", nextAt: null },
    ]);
    expect(lanes.roomFor([], now)).toEqual([{ lane: appA, max: 2 }]);
  });

  it("is what is left beside the items in hand, and none when the lane is full", () => {
    const { lanes, begun } = open();
    lanes.note([{ lane: appA, nextAt: now }]);
    lanes.accept({ leased: [item(appA, "1")], lanes: [] });
    expect(lanes.roomFor([], now)).toEqual([{ lane: appA, max: 1 }]);
    lanes.accept({ leased: [item(appA, "2")], lanes: [] });
    expect(lanes.roomFor([enqueue(item(appA))], now)).toEqual([]);
    expect([begun, lanes.itemsInHand]).toEqual([["1", "2"], 2]);
    lanes.release(appA);
    expect(lanes.roomFor([], now)).toEqual([{ lane: appA, max: 1 }]);
  });
});

describe("work that is due", () => {
  it("does not count while its lane is full: a full lane wakes nobody", () => {
    const { lanes } = open(1);
    lanes.note([{ lane: appA, nextAt: now }]);
    lanes.accept({ leased: [item(appA)], lanes: [] });
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
  lanes.accept({ leased: [item(appA)], lanes: [] });
  lanes.close();
  expect([lanes.roomFor([enqueue(item(appA))], now), lanes.hasDue(now), lanes.nextAt()]).toEqual([[], false, null]);
  lanes.release(appA);
  expect(lanes.itemsInHand).toBe(0);
});
