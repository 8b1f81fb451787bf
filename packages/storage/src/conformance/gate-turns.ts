// Turns at a gate that functions of several apps share, asked for as a runtime does: lanes that changed or are due, and
// no lane that is full. Whoever has waited longest goes first, whichever lane the slot came back from.
import { callLane, type Effect, type Gate, type Lane } from "@stepwright/engine";
import { asFunctionId, asQueueItemId, type Millis } from "@stepwright/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LaneRoom, Storage } from "../storage.ts";
import { apply, call, enqueue, fn, otherAppId, runId, start } from "./samples.ts";
import { applied, commit, opened, type OpenStorage } from "./subject.ts";

const functions = [1, 2, 3].map((n) => ({
  appId: otherAppId(n),
  id: asFunctionId(`66666666-6666-5666-8666-00000000000${n}`),
}));
const lanes = functions.map(({ appId, id }) => callLane({ appId, functionId: id }));
const gate: Gate = { kind: "calls", id: "calls:account:x", limitId: "calls:account:event.data.shop", key: "x" };

function registered(limit: number): readonly Effect[] {
  const concurrency = [{ limit, key: "event.data.shop", scope: "account" as const }];
  return functions.map((one) => ({
    kind: "putFunction",
    fn: fn({ ...one, slug: one.id, config: { ...fn().config, slug: one.id, concurrency } }),
  }));
}

interface Item {
  readonly id: string;
  readonly lane: Lane;
  readonly score: number;
}

/** A runtime with so much room per lane, as far as leases go. */
function dispatching(storage: Storage, roomPerLane: number) {
  const nextAt = new Map<Lane, Millis | null>();
  const inHand = new Map<string, Lane>();
  const roomFor = (changed: readonly Lane[]): readonly LaneRoom[] =>
    lanes.flatMap((lane) => {
      const at = nextAt.get(lane) ?? null;
      const count = [...inHand.values()].filter((one) => one === lane).length;
      const isWanted = changed.includes(lane) || (at !== null && at <= start);
      return isWanted && count < roomPerLane ? [{ lane, max: roomPerLane - count, inHand: count }] : [];
    });
  return {
    inHand,
    /** Commits, and goes on until there is nothing more to lease. */
    async settle(effects: readonly Effect[], changed: readonly Lane[]): Promise<void> {
      let transitions = [apply(...effects)];
      let asked = roomFor(changed);
      for (let round = 0; ; round += 1) {
        if (round > 50) throw new Error("the store finds more to look at without end");
        const result = await commit(storage, transitions, { lease: asked });
        for (const state of result.lanes) nextAt.set(state.lane, state.nextAt);
        for (const item of result.leased) inHand.set(item.id, item.lane);
        transitions = [];
        asked = roomFor([]);
        if (!result.hasMore && asked.length === 0) return;
      }
    },
  };
}

const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("start" as const), lane: fc.nat(2), score: fc.nat(1_000) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("end" as const), pick: fc.nat(100) }) },
);

/** Describes turns. */
export function describeGateTurns(open: OpenStorage): void {
  describe("calls of several apps at one gate", () => {
    test("go in turn, whichever lane is asked for, and none that could go waits", async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 3 }),
          fc.integer({ min: 1, max: 4 }),
          fc.array(action, { maxLength: 40 }),
          async (limit, roomPerLane, history) => {
            const { storage } = await opened(open);
            await applied(storage, ...registered(limit));
            const runtime = dispatching(storage, roomPerLane);
            const waiting: Item[] = [];
            const inFlight: Item[] = [];
            /** The slow way: the longest waiting goes whose lane has room, until the gate is closed. */
            const lease = () => {
              for (;;) {
                const next = waiting
                  .filter(({ lane }) => inFlight.filter((one) => one.lane === lane).length < roomPerLane)
                  .toSorted((a, b) => a.score - b.score)[0];
                if (next === undefined || inFlight.length >= limit) return;
                waiting.splice(waiting.indexOf(next), 1);
                inFlight.push(next);
              }
            };
            for (const [n, one] of history.entries()) {
              if (one.kind === "start") {
                // No two are of one age.
                const item = { id: `i${n}`, lane: lanes[one.lane] ?? "system", score: one.score * 100 + n };
                waiting.push(item);
                const flow = { score: item.score, gates: [gate] };
                await runtime.settle(
                  [enqueue(item.id, { lane: item.lane, flow, work: call(runId(n + 1)) })],
                  [item.lane],
                );
              } else {
                const [item] = inFlight.splice(one.pick % Math.max(1, inFlight.length), 1);
                if (item === undefined) continue;
                runtime.inHand.delete(item.id);
                await runtime.settle([{ kind: "dequeue", itemId: asQueueItemId(item.id) }], [item.lane]);
              }
              lease();
              expect(new Set(runtime.inHand.keys())).toEqual(new Set(inFlight.map(({ id }) => id)));
            }
            await storage.close();
          },
        ),
        { numRuns: 60 },
      );
    }, 60_000);
  });
}
