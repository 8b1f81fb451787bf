// Retention: what is over goes with all that belongs to it, and what somebody still needs stays.
import type { Effect, Expired, NewQueueItem, Run } from "@stepwright/engine";
import { asQueueItemId, asStepId, millis } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import type { RemovedRows, Storage } from "../storage.ts";
import { after, createRun, enqueue, event, functionId, putPause, run, runId, span, start, step } from "./samples.ts";
import { applied, commit, isLetThrough, opened, type OpenStorage } from "./subject.ts";

const hour = 3_600_000;
const stays = { runs: 0, steps: 0, spans: 0, events: 0, keys: 0 };
const later = after(100 * hour);

/** Sweeps piece by piece to the end. */
async function sweep(storage: Storage, expired: Expired, weightMax = 1_000): Promise<RemovedRows> {
  const total = { ...stays };
  for (let cursor: string | null = null; ;) {
    const piece: Awaited<ReturnType<Storage["retention"]["sweep"]>> = await storage.retention.sweep({
      expired,
      cursor,
      weightMax,
    });
    for (const kind of Object.keys(stays) as (keyof RemovedRows)[]) total[kind] += piece.removed[kind];
    if (piece.cursor === null) return total;
    cursor = piece.cursor;
  }
}

const completed = (before = later): Expired => ({ kind: "runs", status: "completed", before: millis(before) });
const events = (before = later): Expired => ({ kind: "events", before: millis(before) });

/** The effect that makes a run which has ended. */
const ended = (number: number, changes: Partial<Run> = {}): Effect =>
  createRun(number, { status: "completed", endedAt: after(hour), ...changes });

/** An event, then an ended run that it started; the seq of the event. */
async function startedRun(storage: Storage, number: number, changes: Partial<Run> = {}): Promise<number> {
  const [seq = -1] = await applied(
    storage,
    { kind: "putEvent", event: event(number) },
    {
      kind: "createRun",
      run: run(number, { status: "completed", endedAt: after(hour), ...changes }),
      events: [{ kind: "inTransition", index: 0 }],
      idempotencyKey: null,
      keyExpiresAt: null,
    },
  );
  return seq;
}

/** An event that nothing needs, so that the ones before it are not the newest. */
const newest: Effect = { kind: "putEvent", event: event(9_999, { receivedAt: after(1_000 * hour) }) };

const lifecycle = (number: number): Effect => ({
  kind: "putEvent",
  event: event(500 + number, { name: "inngest/function.finished", data: null, lifecycleOf: runId(number) }),
});

const item = (id: string, work: NewQueueItem["work"]): Effect => enqueue(id, { lane: "system", at: later, work });

/** Describes the removal of what is over. */
export function describeRetention(open: OpenStorage): void {
  describe("the retention of runs", () => {
    test("a run goes with its steps, its spans and the event of its end, and is counted no longer", async () => {
      const { storage } = await opened(open);
      const seq = await startedRun(storage, 1);
      await applied(
        storage,
        { kind: "putStep", runId: runId(1), step: step("a") },
        { kind: "putStep", runId: runId(1), step: step("b", { position: 1 }) },
        { kind: "putSpan", span: span("s", { endedAt: after(1) }) },
        lifecycle(1),
        ended(2),
        { kind: "putStep", runId: runId(2), step: step("a") },
        newest,
      );
      expect(await sweep(storage, { kind: "runs", status: "failed", before: later })).toEqual(stays);
      await applied(storage, { kind: "updateRun", run: run(2, { status: "running" }) });
      expect(await sweep(storage, completed())).toEqual({ ...stays, runs: 1, steps: 2, spans: 1, events: 1 });
      expect(await storage.runs.get(runId(1))).toBeNull();
      expect(await storage.runs.load(runId(1))).toBeNull();
      expect(await storage.runs.steps(runId(1))).toEqual([]);
      expect(await storage.runs.spans(runId(1))).toEqual([]);
      expect(await storage.runs.startedBy(event(1).internalId)).toEqual([]);
      expect(await storage.runs.countByStatus()).toMatchObject({ completed: 0, running: 1 });
      // Its event has a time of its own.
      expect(await storage.events.get(seq)).not.toBeNull();
      expect(await storage.runs.steps(runId(2))).toHaveLength(1);
      expect(await sweep(storage, completed())).toEqual(stays);
    });

    test("a run goes when it ended at the time or before it, however long it went on", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        ended(1, { endedAt: after(3 * hour) }),
        ended(2, { endedAt: after(3 * hour + 1) }),
        ended(3, { queuedAt: after(2 * hour), endedAt: after(2 * hour) }),
      );
      expect(await sweep(storage, completed(after(3 * hour)))).toEqual({ ...stays, runs: 2 });
      expect((await storage.runs.list({}, { cursor: null, limit: 10 })).items.map(({ id }) => id)).toEqual([runId(2)]);
    });

    test("each status has a time of its own, and a run that has not ended has none", async () => {
      const { storage } = await opened(open);
      const statuses = ["completed", "failed", "cancelled", "skipped"] as const;
      await applied(storage, createRun(8), createRun(9, { status: "running" }));
      for (const [number, status] of statuses.entries()) {
        await applied(storage, ended(number, { status }));
        expect(await sweep(storage, { kind: "runs", status, before: later })).toEqual({ ...stays, runs: 1 });
      }
      expect(await storage.runs.countByStatus()).toMatchObject({ queued: 1, running: 1, completed: 0, skipped: 0 });
    });

    test("a piece does no more than its weight, and the next one goes on where it ended", async () => {
      const { storage } = await opened(open);
      for (let number = 0; number < 30; number++) {
        await applied(storage, ended(number), { kind: "putStep", runId: runId(number), step: step("a") });
      }
      const first = await storage.retention.sweep({ expired: completed(), cursor: null, weightMax: 30 });
      expect(first.removed.runs).toBeGreaterThan(5);
      expect(first.removed.runs).toBeLessThan(20);
      expect(first.cursor).not.toBeNull();
      expect(await sweep(storage, completed(), 30)).toMatchObject({ runs: 30 - first.removed.runs });
    });

    test("a large run goes in several pieces and is there until the last", async () => {
      const { storage } = await opened(open);
      const steps = Array.from({ length: 50 }, (_, position) => step(`s${position}`, { position }));
      await applied(
        storage,
        ended(1),
        ...steps.map((one): Effect => ({ kind: "putStep", runId: runId(1), step: one })),
      );
      const first = await storage.retention.sweep({ expired: completed(), cursor: null, weightMax: 20 });
      expect(first.removed).toMatchObject({ runs: 0 });
      expect(first.removed.steps).toBeGreaterThan(10);
      expect(await storage.runs.get(runId(1))).not.toBeNull();
      expect(await sweep(storage, completed(), 20)).toEqual({ ...stays, runs: 1, steps: 50 - first.removed.steps });
      expect(await storage.runs.get(runId(1))).toBeNull();
    });

    test("runs that have to stay do not stop those behind them", async () => {
      const { storage } = await opened(open);
      const numbers = Array.from({ length: 250 }, (_, number) => number);
      await applied(storage, ...numbers.map((number) => ended(number, { endedAt: after(500 * hour) })), ended(300));
      expect(await sweep(storage, completed())).toEqual({ ...stays, runs: 1 });
    });

    test("a list goes on behind runs that were removed between two pages", async () => {
      const { storage } = await opened(open);
      await applied(storage, ...[1, 2, 3, 4, 5].map((number) => ended(number, { endedAt: after(number * hour) })));
      const page = await storage.runs.list({ statuses: ["completed"] }, { cursor: null, limit: 2 });
      expect(page.items.map(({ id }) => id)).toEqual([runId(5), runId(4)]);
      await sweep(storage, completed(after(2 * hour)));
      const next = await storage.runs.list({ statuses: ["completed"] }, { cursor: page.nextCursor, limit: 2 });
      expect(next).toMatchObject({ items: [{ id: runId(3) }], nextCursor: null });
      // The row that the cursor names may be gone as well.
      await sweep(storage, completed(after(4 * hour)));
      const empty = await storage.runs.list({ statuses: ["completed"] }, { cursor: page.nextCursor, limit: 2 });
      expect(empty).toEqual({ items: [], nextCursor: null });
    });

    const invoked = { invokedBy: { runId: runId(1), stepId: asStepId("call") } };
    const needs: readonly [string, (storage: Storage) => Promise<unknown>, Effect][] = [
      [
        "its invoker has not ended",
        (storage) => applied(storage, createRun(1, { status: "running" }), ended(2, invoked)),
        { kind: "updateRun", run: run(1, { status: "failed", endedAt: after(hour) }) },
      ],
      [
        "a run that it invoked has not ended",
        (storage) => applied(storage, ended(1), createRun(2, { status: "running", ...invoked })),
        { kind: "updateRun", run: run(2, { status: "failed", endedAt: after(hour) }) },
      ],
      [
        "the event of its end has started a run",
        async (storage) => {
          await applied(storage, ended(1), lifecycle(1), {
            kind: "createRun",
            run: run(2, { status: "failed", endedAt: after(hour) }),
            events: [{ kind: "inTransition", index: 0 }],
            idempotencyKey: null,
            keyExpiresAt: null,
          });
        },
        ended(77),
      ],
      [
        "the event of its end is still to be matched",
        (storage) =>
          applied(
            storage,
            ended(1),
            lifecycle(1),
            item(`match:${event(501).internalId}:on`, {
              kind: "match",
              event: { kind: "inTransition", index: 0 },
              cursor: { functionsAfter: "done", pausesAfter: 0 },
            }),
          ),
        { kind: "dequeue", itemId: asQueueItemId(`match:${event(501).internalId}:on`) },
      ],
      [
        "an item names it",
        (storage) => applied(storage, ended(1), item("i", { kind: "wake", runId: runId(1), stepId: asStepId("nap") })),
        { kind: "dequeue", itemId: asQueueItemId("i") },
      ],
    ];
    for (const [reason, make, release] of needs) {
      test(`a run stays while ${reason}`, async () => {
        const { storage } = await opened(open);
        await make(storage);
        await applied(storage, newest);
        expect(await sweep(storage, completed())).toEqual(stays);
        await applied(storage, release);
        // The run of an event stays with the event, until it goes itself.
        await sweep(storage, { kind: "runs", status: "failed", before: later });
        expect((await sweep(storage, completed())).runs).toBeGreaterThan(0);
        expect(await storage.runs.list({ statuses: ["completed"] }, { cursor: null, limit: 9 })).toMatchObject({
          items: [],
        });
      });
    }

    test("a run stays while a pause names it", async () => {
      const { storage } = await opened(open);
      await applied(storage, ended(1), putPause("p"));
      expect(await sweep(storage, completed())).toEqual(stays);
    });
  });

  describe("the retention of events", () => {
    test("an event goes when it came at the time or before it and no stored run was started by it", async () => {
      const { storage } = await opened(open);
      const seq = await startedRun(storage, 1);
      await applied(
        storage,
        { kind: "putEvent", event: event(2) },
        { kind: "putEvent", event: event(3, { receivedAt: after(1) }) },
        {
          kind: "recordDrop",
          drop: { event: { kind: "inTransition", index: 0 }, functionId, reason: { kind: "duplicate" }, at: start },
        },
        newest,
      );
      expect(await sweep(storage, events(start))).toEqual({ ...stays, events: 1 });
      expect(await storage.events.byInternalId(event(2).internalId)).toBeNull();
      expect(await storage.events.byInternalId(event(3).internalId)).not.toBeNull();
      expect((await storage.flow.ofEvent(seq + 1)).drops).toEqual([]);
      await sweep(storage, completed());
      expect(await sweep(storage, events(start))).toEqual({ ...stays, events: 1 });
      expect(await storage.events.get(seq)).toBeNull();
    });

    test("the event of a run that waits stays, however old it is", async () => {
      const { storage } = await opened(open);
      await startedRun(storage, 1, { status: "running", endedAt: null });
      await applied(storage, putPause("p"), newest);
      expect(await sweep(storage, events())).toEqual(stays);
      expect(await storage.runs.events(runId(1))).toHaveLength(1);
    });

    test("an event that ended a wait stays until the run has it", async () => {
      const { storage } = await opened(open);
      const goOn = (id: string): NewQueueItem => ({
        id: asQueueItemId(id),
        lane: "system",
        at: start,
        attempt: 0,
        work: {
          kind: "resume",
          runId: runId(1),
          stepId: asStepId("wait"),
          outcome: { kind: "event", event: { kind: "inTransition", index: 0 } },
        },
      });
      const opening = putPause("p");
      if (opening.kind !== "putPause") throw new Error("a pause is opened");
      await applied(storage, createRun(1, { status: "running" }), opening);
      await applied(
        storage,
        { kind: "putEvent", event: event(1) },
        { kind: "resolvePause", pauseId: opening.pause.id, item: goOn("go on") },
        newest,
      );
      expect(await sweep(storage, events())).toEqual(stays);
      await applied(storage, { kind: "dequeue", itemId: asQueueItemId("go on") });
      expect(await sweep(storage, events())).toEqual({ ...stays, events: 1 });
    });

    test("an event stays while a debounce or a batch has it", async () => {
      const { storage } = await opened(open);
      const ref = { kind: "inTransition", index: 0 } as const;
      const window = {
        id: "w",
        functionId,
        bucket: "b",
        key: null,
        event: ref,
        eventId: event(1).internalId,
        eventTs: start,
        firstAt: start,
        firesAt: later,
        invokedBy: null,
      };
      const batch = {
        id: "b",
        functionId,
        bucket: "b",
        key: null,
        count: 1,
        bytes: 1,
        firstAt: start,
        closesAt: later,
        isClosed: false,
      };
      await applied(storage, { kind: "putEvent", event: event(1) }, { kind: "putWindow", window });
      await applied(
        storage,
        { kind: "putEvent", event: event(2) },
        { kind: "putBatched", batch, batched: { event: ref, length: 1, invokedBy: null } },
        newest,
      );
      expect(await sweep(storage, events())).toEqual(stays);
      await applied(storage, { kind: "removeWindow", windowId: "w" });
      expect(await sweep(storage, events())).toEqual({ ...stays, events: 1 });
      await applied(storage, { kind: "removeBatch", batchId: "b" });
      expect(await sweep(storage, events())).toEqual({ ...stays, events: 1 });
    });

    test("an event stays while its match is set aside", async () => {
      const { storage } = await opened(open);
      const id = `match:${event(1).internalId}`;
      const match = { kind: "inTransition", index: 0 } as const;
      await applied(
        storage,
        { kind: "putEvent", event: event(1) },
        item(id, { kind: "match", event: match, cursor: { functionsAfter: null, pausesAfter: 0 } }),
        { kind: "setAside", itemId: asQueueItemId(id), reason: "damaged", at: start },
        newest,
      );
      expect(await sweep(storage, events())).toEqual(stays);
    });

    test("the event of a run's end stays as long as the run", async () => {
      const { storage } = await opened(open);
      await applied(storage, ended(1), lifecycle(1), newest);
      expect(await sweep(storage, events())).toEqual(stays);
      expect(await sweep(storage, completed())).toEqual({ ...stays, runs: 1, events: 1 });
    });

    test("sequence numbers go on after a boot although every old event is gone", async () => {
      const { storage, reopen } = await opened(open);
      const seqs = await applied(storage, ...[1, 2, 3].map((n): Effect => ({ kind: "putEvent", event: event(n) })));
      expect(await sweep(storage, events())).toEqual({ ...stays, events: 2 });
      if (reopen === null) return;
      const again = await reopen();
      const [next = -1] = await applied(again, { kind: "putEvent", event: event(4) });
      expect(next).toBeGreaterThan(Math.max(...seqs));
      await again.close();
    });
  });

  describe("the retention of keys", () => {
    test("a key goes when it has expired and not before, and outlives its run until then", async () => {
      const { storage } = await opened(open);
      const keep = (number: number, expiresAt: number): Effect => ({
        kind: "createRun",
        run: run(number, { status: "completed", endedAt: after(1) }),
        events: [],
        idempotencyKey: `key-${number}`,
        keyExpiresAt: millis(expiresAt),
      });
      await commit(storage, [{ guards: [], effects: [keep(1, after(hour)), keep(2, after(2 * hour))] }]);
      expect(await sweep(storage, completed())).toEqual({ ...stays, runs: 2 });
      expect(await sweep(storage, { kind: "keys", before: after(hour) })).toEqual({ ...stays, keys: 1 });
      const isFree = (key: string) => isLetThrough(storage, { kind: "keyFree", key, now: after(hour) });
      expect(await isFree("key-1")).toBe(true);
      expect(await isFree("key-2")).toBe(false);
    });
  });
}
