// Commits: guards, children, and transitions that cannot be applied, each with its own outcome.
import type { Effect, Transition } from "@stepwright/engine";
import { asPauseId, asQueueItemId } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import {
  after,
  apply,
  app,
  createRun,
  enqueue,
  event,
  functionId,
  item,
  lane,
  putPause,
  run,
  runId,
  signalPause,
  start,
} from "./samples.ts";
import {
  applied,
  childrenOf,
  commit,
  eventSeqs,
  isLetThrough,
  kinds,
  lease,
  opened,
  type OpenStorage,
} from "./subject.ts";

/** Describes what a commit does with its transitions. */
export function describeCommit(open: OpenStorage): void {
  describe("a commit", () => {
    test("of nothing does nothing", async () => {
      const { storage } = await opened(open);
      expect(await commit(storage, [])).toEqual({ outcomes: [], leased: [], lanes: [], hasMore: false });
    });

    test("has one outcome per transition, in order, and a failed guard drops nothing but its own", async () => {
      const { storage } = await opened(open);
      const guard = { kind: "runVersion", runId: runId(9), version: 1 } as const;
      const { outcomes } = await commit(storage, [
        apply(createRun(1)),
        { guards: [guard], effects: [createRun(2)] },
        apply(createRun(3)),
      ]);
      expect(outcomes).toEqual([
        { kind: "committed", eventSeqs: [], children: [], admitted: [] },
        { kind: "rejected", guard },
        { kind: "committed", eventSeqs: [], children: [], admitted: [] },
      ]);
      expect(await storage.runs.get(runId(2))).toBeNull();
      expect(await storage.runs.get(runId(3))).not.toBeNull();
    });

    test("names the first guard that fails", async () => {
      const { storage } = await opened(open);
      await applied(storage, createRun(1));
      const failing = { kind: "runVersion", runId: runId(1), version: 5 } as const;
      const { outcomes } = await commit(storage, [
        {
          guards: [
            { kind: "runVersion", runId: runId(1), version: 1 },
            failing,
            { kind: "lease", itemId: asQueueItemId("x"), generation: 1 },
          ],
          effects: [],
        },
      ]);
      expect(outcomes).toEqual([{ kind: "rejected", guard: failing }]);
    });

    test("lets a transition see what an earlier one of the batch has changed", async () => {
      const { storage } = await opened(open);
      await applied(storage, createRun(1));
      const guards = [{ kind: "runVersion", runId: runId(1), version: 1 }] as const;
      const { outcomes } = await commit(storage, [
        { guards, effects: [{ kind: "updateRun", run: run(1, { version: 2 }) }] },
        { guards, effects: [{ kind: "updateRun", run: run(1, { version: 2, startedAt: after(1) }) }] },
      ]);
      expect(kinds(outcomes)).toEqual(["committed", "rejected"]);
      expect((await storage.runs.get(runId(1)))?.startedAt).toBeNull();
    });

    test("refuses nothing when calls overlap", async () => {
      const { storage } = await opened(open);
      const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
      const results = await Promise.all(numbers.map((number) => commit(storage, [apply(createRun(number))])));
      expect(results.flatMap((result) => kinds(result.outcomes))).toEqual(numbers.map(() => "committed"));
      expect((await storage.runs.countByStatus()).queued).toBe(20);
    });

    test("rejects after the store was closed, and closing twice is fine", async () => {
      const { storage } = await opened(open);
      await storage.close();
      await storage.close();
      await expect(commit(storage, [apply(createRun(1))])).rejects.toThrow(/open|closed/i);
    });
  });

  describe("children", () => {
    test("follow a parent that was applied, each with an outcome of its own", async () => {
      const { storage } = await opened(open);
      await applied(storage, createRun(1));
      const { outcomes } = await commit(storage, [
        {
          guards: [],
          effects: [{ kind: "putEvent", event: event(1) }],
          children: [
            { guards: [{ kind: "runVersion", runId: runId(1), version: 7 }], effects: [createRun(2)] },
            apply(createRun(3)),
          ],
        },
      ]);
      expect(kinds(outcomes)).toEqual(["committed"]);
      expect(kinds(childrenOf(outcomes[0]))).toEqual(["rejected", "committed"]);
      expect(await storage.runs.get(runId(2))).toBeNull();
      expect(await storage.runs.get(runId(3))).not.toBeNull();
    });

    test("are not looked at when the parent is rejected", async () => {
      const { storage } = await opened(open);
      const { outcomes } = await commit(storage, [
        { guards: [{ kind: "runVersion", runId: runId(1), version: 1 }], effects: [], children: [apply(createRun(2))] },
      ]);
      expect(kinds(outcomes)).toEqual(["rejected"]);
      expect(await storage.runs.get(runId(2))).toBeNull();
    });

    test("have their otherwise applied in place of their effects when a guard of theirs does not hold", async () => {
      const { storage } = await opened(open);
      const drop = (at: number): Effect => ({
        kind: "recordDrop",
        drop: { event: { kind: "inTransition", index: 0 }, functionId, reason: { kind: "duplicate" }, at: after(at) },
      });
      const key = { kind: "keyFree", key: "k", now: after(0) } as const;
      const child = (number: number): Transition => ({
        guards: [key],
        effects: [{ ...createRun(number), idempotencyKey: "k", keyExpiresAt: null } as Effect],
        otherwise: [drop(number)],
      });
      const { outcomes } = await commit(storage, [
        { ...apply({ kind: "putEvent", event: event(1) }), children: [child(1), child(2)] },
      ]);
      expect(kinds(childrenOf(outcomes[0]))).toEqual(["committed", "rejected"]);
      const [seq = 0] = eventSeqs(outcomes[0]);
      expect((await storage.flow.ofEvent(seq)).drops).toMatchObject([{ reason: { kind: "duplicate" }, at: after(2) }]);
    });

    test("refer to the parent's events, and to their own when they put any", async () => {
      const { storage } = await opened(open);
      const { outcomes } = await commit(storage, [
        {
          guards: [],
          effects: [
            { kind: "putEvent", event: event(1) },
            { kind: "putEvent", event: event(2) },
          ],
          children: [
            { ...apply(runOf(1, 1)), children: [apply(runOf(3, 0))] },
            { ...apply({ kind: "putEvent", event: event(3) }, runOf(2, 0)), children: [apply(runOf(4, 0))] },
          ],
        },
      ]);
      expect(eventSeqs(outcomes[0])).toHaveLength(2);
      expect(eventSeqs(childrenOf(outcomes[0])[0])).toEqual([]);
      expect(eventSeqs(childrenOf(outcomes[0])[1])).toHaveLength(1);
      const triggers = await Promise.all([1, 2, 3, 4].map((number) => storage.runs.events(runId(number))));
      expect(triggers.map((events) => events.map((found) => found.id))).toEqual([
        ["event-2"],
        ["event-3"],
        ["event-1"],
        ["event-3"],
      ]);
    });

    test("find one run per idempotency key even within a batch", async () => {
      const { storage } = await opened(open);
      const child = (number: number): Transition => ({
        guards: [{ kind: "keyFree", key: "k", now: after(0) }],
        effects: [{ kind: "createRun", run: run(number), events: [], idempotencyKey: "k", keyExpiresAt: after(10) }],
      });
      const parent = (number: number): Transition => ({
        guards: [],
        effects: [{ kind: "putEvent", event: event(number) }],
        children: [child(number)],
      });
      const { outcomes } = await commit(storage, [parent(1), parent(2)]);
      expect(outcomes.map((outcome) => kinds(childrenOf(outcome)))).toEqual([["committed"], ["rejected"]]);
      expect(await storage.events.byInternalId(event(2).internalId)).not.toBeNull();
    });
  });

  describe("a transition that cannot be applied", () => {
    test("is reported and leaves the others untouched", async () => {
      const { storage } = await opened(open);
      await applied(storage, createRun(5));
      const { outcomes, leased, lanes } = await commit(
        storage,
        [
          apply(createRun(1), enqueue("good")),
          apply(enqueue("bad"), createRun(6), { kind: "putApp", app: app() }, createRun(5)),
          apply(createRun(2), enqueue("later", { at: after(50) })),
        ],
        { lease: [{ lane, max: 10 }] },
      );
      expect(kinds(outcomes)).toEqual(["committed", "failed", "committed"]);
      expect(outcomes[1]).toMatchObject({ error: expect.any(Error) as Error });
      expect(leased.map((found) => found.id)).toEqual(["good"]);
      expect(lanes).toEqual([{ lane, nextAt: after(50) }]);
      expect(await storage.runs.get(runId(6))).toBeNull();
      expect((await storage.runs.countByStatus()).queued).toBe(3);
      expect((await storage.registry.load()).version).toBe(0);
    });

    test("takes back the room of what it would have leased", async () => {
      const { storage } = await opened(open);
      const { outcomes, leased } = await commit(storage, [apply(enqueue("bad"), missingRun), apply(enqueue("good"))], {
        lease: [{ lane, max: 1 }],
      });
      expect(kinds(outcomes)).toEqual(["failed", "committed"]);
      expect(leased.map((found) => found.id)).toEqual(["good"]);
    });

    test("does not take an item of an earlier transition with it", async () => {
      const { storage } = await opened(open);
      const { leased } = await commit(
        storage,
        [apply(enqueue("kept")), apply({ kind: "dequeue", itemId: asQueueItemId("kept") }, missingRun)],
        { lease: [{ lane, max: 1 }] },
      );
      expect(leased.map((found) => found.id)).toEqual(["kept"]);
    });

    test("leaves the run's version and the lease of its call as they were", async () => {
      const { storage } = await opened(open);
      const made = await commit(storage, [apply(createRun(1), enqueue("call"))], { lease: [{ lane, max: 1 }] });
      expect(made.leased.map((found) => found.id)).toEqual(["call"]);
      const step: Transition = {
        guards: [
          { kind: "lease", itemId: asQueueItemId("call"), generation: 1 },
          { kind: "runVersion", runId: runId(1), version: 1 },
        ],
        effects: [
          { kind: "dequeue", itemId: asQueueItemId("call") },
          { kind: "updateRun", run: run(1, { status: "running", startedAt: start, version: 2 }) },
        ],
      };
      const failing = { ...step, effects: [...step.effects, missingRun] };
      expect(kinds((await commit(storage, [failing])).outcomes)).toEqual(["failed"]);
      expect(kinds((await commit(storage, [step])).outcomes)).toEqual(["committed"]);
      expect((await storage.runs.countByStatus()).running).toBe(1);
      expect(kinds((await commit(storage, [step])).outcomes)).toEqual(["rejected"]);
    });

    test("has no lease of what it would have put in", async () => {
      const { storage } = await opened(open);
      const room = { lease: [{ lane, max: 1 }] };
      const failed = await commit(storage, [apply(enqueue("call"), missingRun)], room);
      expect(kinds(failed.outcomes)).toEqual(["failed"]);
      await applied(storage, enqueue("other"), enqueue("call"));
      await applied(storage, { kind: "dequeue", itemId: asQueueItemId("call") });
      expect((await lease(storage)).map((found) => found.id)).toEqual(["other"]);
    });

    test("as a child leaves its parent and its siblings", async () => {
      const { storage } = await opened(open);
      const { outcomes } = await commit(storage, [
        { guards: [], effects: [createRun(1)], children: [apply(createRun(2), missingRun), apply(createRun(3))] },
      ]);
      expect(kinds(outcomes)).toEqual(["committed"]);
      expect(kinds(childrenOf(outcomes[0]))).toEqual(["failed", "committed"]);
      expect(await storage.runs.get(runId(1))).not.toBeNull();
      expect(await storage.runs.get(runId(2))).toBeNull();
      expect(await storage.runs.get(runId(3))).not.toBeNull();
    });

    test("as a parent keeps its children from being looked at", async () => {
      const { storage } = await opened(open);
      const { outcomes } = await commit(storage, [{ ...apply(missingRun), children: [apply(createRun(1))] }]);
      expect(kinds(outcomes)).toEqual(["failed"]);
      expect(await storage.runs.get(runId(1))).toBeNull();
    });

    test("may refer to an event that is not there", async () => {
      const { storage } = await opened(open);
      const { outcomes } = await commit(storage, [apply(runOf(1, 0)), apply(createRun(2))]);
      expect(kinds(outcomes)).toEqual(["failed", "committed"]);
    });
  });

  describe("guards", () => {
    test("lease: the item is there and this boot's lease of this generation", async () => {
      const { storage } = await opened(open);
      await applied(storage, enqueue("i"));
      const guard = { kind: "lease", itemId: asQueueItemId("i"), generation: 1 } as const;
      expect(await isLetThrough(storage, guard)).toBe(false);
      await lease(storage);
      expect(await isLetThrough(storage, guard)).toBe(true);
      expect(await isLetThrough(storage, { ...guard, generation: 2 })).toBe(false);
      await applied(storage, { kind: "dequeue", itemId: asQueueItemId("i") });
      expect(await isLetThrough(storage, guard)).toBe(false);
    });

    test("runVersion: the run is there in exactly this version", async () => {
      const { storage } = await opened(open);
      const guard = { kind: "runVersion", runId: runId(1), version: 1 } as const;
      expect(await isLetThrough(storage, guard)).toBe(false);
      await applied(storage, createRun(1));
      expect(await isLetThrough(storage, guard)).toBe(true);
      await applied(storage, { kind: "updateRun", run: run(1, { version: 2 }) });
      expect(await isLetThrough(storage, guard)).toBe(false);
      expect(await isLetThrough(storage, { ...guard, version: 2 })).toBe(true);
    });

    test("pauseOpen: the pause has not been closed", async () => {
      const { storage } = await opened(open);
      const guard = { kind: "pauseOpen", pauseId: asPauseId("p") } as const;
      expect(await isLetThrough(storage, guard)).toBe(false);
      await applied(storage, putPause("p"));
      expect(await isLetThrough(storage, guard)).toBe(true);
      await applied(storage, { kind: "closePause", pauseId: asPauseId("p") });
      expect(await isLetThrough(storage, guard)).toBe(false);
    });

    test("itemAbsent: no item has the id, leased or not", async () => {
      const { storage } = await opened(open);
      const guard = { kind: "itemAbsent", itemId: asQueueItemId("i") } as const;
      expect(await isLetThrough(storage, guard)).toBe(true);
      await applied(storage, enqueue("i"));
      expect(await isLetThrough(storage, guard)).toBe(false);
      await lease(storage);
      expect(await isLetThrough(storage, guard)).toBe(false);
      await applied(storage, { kind: "dequeue", itemId: asQueueItemId("i") });
      expect(await isLetThrough(storage, guard)).toBe(true);
    });

    test("keyFree: no run was made for the key, or it was and the key has expired", async () => {
      const { storage } = await opened(open);
      const guard = { kind: "keyFree", key: "k", now: after(0) } as const;
      expect(await isLetThrough(storage, guard)).toBe(true);
      await applied(storage, keyedRun(1, "k", after(10)), keyedRun(2, "for good", null));
      expect(await isLetThrough(storage, guard)).toBe(false);
      expect(await isLetThrough(storage, { ...guard, now: after(9) })).toBe(false);
      expect(await isLetThrough(storage, { ...guard, now: after(10) })).toBe(true);
      expect(await isLetThrough(storage, { ...guard, key: "for good", now: after(1e12) })).toBe(false);
    });

    test("keyFree: a key that has expired is taken anew", async () => {
      const { storage } = await opened(open);
      await applied(storage, keyedRun(1, "k", after(10)));
      await commit(storage, [apply(keyedRun(2, "k", after(30)))], { now: after(10) });
      expect(await isLetThrough(storage, { kind: "keyFree", key: "k", now: after(20) })).toBe(false);
      expect(await isLetThrough(storage, { kind: "keyFree", key: "k", now: after(30) })).toBe(true);
    });

    test("keyFree: a key that has not expired keeps its run and its time", async () => {
      const { storage } = await opened(open);
      await applied(storage, keyedRun(1, "k", after(10)), keyedRun(2, "k", after(5)));
      expect(await isLetThrough(storage, { kind: "keyFree", key: "k", now: after(9) })).toBe(false);
    });

    test("signalFree: nobody waits for the signal", async () => {
      const { storage } = await opened(open);
      const guard = { kind: "signalFree", signal: "go" } as const;
      expect(await isLetThrough(storage, guard)).toBe(true);
      await applied(storage, { kind: "putPause", pause: signalPause("p", "go") });
      expect(await isLetThrough(storage, guard)).toBe(false);
      await applied(storage, { kind: "releaseSignal", signal: "go" });
      expect(await isLetThrough(storage, guard)).toBe(true);
      expect(await isLetThrough(storage, { kind: "pauseOpen", pauseId: asPauseId("p") })).toBe(true);
    });

    test("registryVersion: apps and functions have not changed", async () => {
      const { storage } = await opened(open);
      const { version } = await storage.registry.load();
      expect(await isLetThrough(storage, { kind: "registryVersion", version })).toBe(true);
      await applied(storage, { kind: "putApp", app: app() });
      expect(await isLetThrough(storage, { kind: "registryVersion", version })).toBe(false);
    });
  });

  describe("work for whoever may wait for an event", () => {
    test("is enqueued if a pause is open for the event's name, and the commit that closes it is over", async () => {
      const { storage } = await opened(open);
      const { version } = await storage.registry.load();
      const forAwaited = (id: string, eventName: string): Effect => ({
        kind: "enqueueIfAwaited",
        item: item(id),
        eventName,
        registryVersion: version,
      });
      await applied(storage, putPause("p", { eventName: "paid" }));
      await applied(storage, forAwaited("yes", "paid"), forAwaited("no", "sent"));
      await applied(storage, forAwaited("before", "paid"), { kind: "closePause", pauseId: asPauseId("p") });
      await applied(storage, forAwaited("after", "paid"));
      expect((await lease(storage)).map(({ id }) => id)).toEqual(["yes", "before"]);
    });

    test("is enqueued if apps or functions have changed since the decision", async () => {
      const { storage } = await opened(open);
      const { version } = await storage.registry.load();
      await applied(storage, { kind: "putApp", app: app() });
      await applied(storage, {
        kind: "enqueueIfAwaited",
        item: item("late"),
        eventName: "paid",
        registryVersion: version,
      });
      expect((await lease(storage)).map(({ id }) => id)).toEqual(["late"]);
    });
  });

  describe("stored work", () => {
    test("points at the stored event, not at its place in the transition", async () => {
      const { storage } = await opened(open);
      const cursor = { functionsAfter: null, pausesAfter: 0 } as const;
      const ref = { kind: "inTransition", index: 0 } as const;
      const { outcomes, leased } = await commit(
        storage,
        [
          apply(
            { kind: "putEvent", event: event(1) },
            { kind: "enqueue", item: item("leased at once", { work: { kind: "match", event: ref, cursor } }) },
            {
              kind: "enqueue",
              item: item("leased later", { at: after(5), work: { kind: "match", event: ref, cursor } }),
            },
          ),
        ],
        { lease: [{ lane, max: 1 }] },
      );
      const [seq] = eventSeqs(outcomes[0]);
      const work = { kind: "match", event: { kind: "stored", seq }, cursor };
      expect(leased).toMatchObject([{ work }]);
      expect(await lease(storage, { now: after(5) })).toMatchObject([{ work }]);
    });
  });
}

const missingRun: Effect = { kind: "updateRun", run: run(99) };

function runOf(number: number, eventIndex: number): Effect {
  return {
    kind: "createRun",
    run: run(number),
    events: [{ kind: "inTransition", index: eventIndex }],
    idempotencyKey: null,
    keyExpiresAt: null,
  };
}

function keyedRun(number: number, key: string, keyExpiresAt: ReturnType<typeof after> | null): Effect {
  return { kind: "createRun", run: run(number), events: [], idempotencyKey: key, keyExpiresAt };
}
