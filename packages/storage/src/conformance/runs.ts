// Runs: their rows, steps, events and spans, and what their end takes with it.
import type { Effect, Run } from "@stepwright/engine";
import { asEventId, asJsonText, asQueueItemId, asStepId } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import {
  after,
  apply,
  call,
  createRun,
  enqueue,
  event,
  putPause,
  run,
  runId,
  signalPause,
  span,
  step,
  ulid,
} from "./samples.ts";
import { applied, commit, kinds, opened, type OpenStorage } from "./subject.ts";

/** Describes the storing of runs. */
export function describeRuns(open: OpenStorage): void {
  describe("runs", () => {
    test("a run is read as it was made", async () => {
      const { storage } = await opened(open);
      const made = run(1, {
        cron: "TZ=Europe/Berlin 0 9 * * *",
        batchId: ulid(7),
        originalRunId: runId(5),
        invokedBy: { runId: runId(6), stepId: asStepId("invoker") },
      });
      await applied(storage, { kind: "createRun", run: made, events: [], idempotencyKey: null, keyExpiresAt: null });
      expect(await storage.runs.get(made.id)).toEqual(made);
    });

    test("a run leads to those that were started again from it, the newest first", async () => {
      const { storage } = await opened(open);
      const again = (number: number) => run(number, { originalRunId: runId(1) });
      for (const made of [run(1), again(2), run(3), again(4), run(5, { originalRunId: runId(3) })])
        await applied(storage, { kind: "createRun", run: made, events: [], idempotencyKey: null, keyExpiresAt: null });
      expect((await storage.runs.rerunsOf(runId(1))).map(({ id }) => id)).toEqual([runId(4), runId(2)]);
      expect(await storage.runs.rerunsOf(runId(2))).toEqual([]);
    });

    test("what is not there reads as null or empty", async () => {
      const { storage } = await opened(open);
      expect(await storage.runs.get(runId(1))).toBeNull();
      expect(await storage.runs.load(runId(1))).toBeNull();
      expect(await storage.runs.steps(runId(1))).toEqual([]);
      expect(await storage.runs.spans(runId(1))).toEqual([]);
      expect(await storage.runs.events(runId(1))).toEqual([]);
      expect(await storage.runs.items(runId(1))).toEqual([]);
      expect(await storage.runs.startedBy(asEventId(ulid(1)))).toEqual([]);
    });

    test("an update overwrites status, times, output, error, version and progress", async () => {
      const { storage } = await opened(open);
      await applied(storage, createRun(1));
      const before = run(1);
      const changed: Run = {
        ...before,
        status: "running",
        startedAt: after(5),
        version: 2,
        progress: { ...before.progress, requestVersion: 2, pending: [asStepId("a")], itemsMade: 3 },
      };
      await applied(storage, { kind: "updateRun", run: changed });
      expect(await storage.runs.get(before.id)).toEqual(changed);
      const ended: Run = {
        ...changed,
        status: "failed",
        endedAt: after(9),
        version: 3,
        error: asJsonText('{"message":"no"}'),
        output: asJsonText("1"),
      };
      await applied(storage, { kind: "updateRun", run: ended });
      expect(await storage.runs.get(before.id)).toEqual(ended);
    });

    test("updating a run that does not exist fails", async () => {
      const { storage } = await opened(open);
      const { outcomes } = await commit(storage, [apply({ kind: "updateRun", run: run(1) })]);
      expect(kinds(outcomes)).toEqual(["failed"]);
    });

    test("everything a decision needs is loaded at once", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        { kind: "putEvent", event: event(1) },
        { kind: "putEvent", event: event(2) },
        createWithEvents(1, [1, 0]),
        { kind: "putStep", runId: runId(1), step: step("second", { position: 1 }) },
        { kind: "putStep", runId: runId(1), step: step("first", { position: 0 }) },
        enqueue("i1", { work: call(runId(1), "planned") }),
        enqueue("i2", { work: { kind: "wake", runId: runId(1), stepId: asStepId("asleep") } }),
        enqueue("i3", { work: call(runId(1)) }),
        // A wait's timeout may outlive its result by a moment: that step is finished all the same.
        enqueue("i4", { work: { kind: "timeout", runId: runId(1), stepId: asStepId("first"), waitKind: "event" } }),
        putPause("p1", { stepId: asStepId("waiting") }),
        putPause("p2", { kind: "cancel", stepId: null }),
      );
      const loaded = await storage.runs.load(runId(1));
      expect(loaded?.run).toEqual(run(1));
      expect(loaded?.steps.map((found) => found.id)).toEqual(["first", "second"]);
      expect(loaded?.events.map((found) => found.id)).toEqual(["event-2", "event-1"]);
      expect(loaded?.openSteps.toSorted()).toEqual(["asleep", "planned", "waiting"]);
      expect(loaded?.isDiscoverySetAside).toBe(false);
      expect(await storage.runs.events(runId(1))).toEqual(loaded?.events);
      expect(await storage.runs.steps(runId(1))).toEqual(loaded?.steps);
    });

    test("a run is loaded with the news that its discovery was set aside", async () => {
      const { storage } = await opened(open);
      const itemId = asQueueItemId("i1");
      const progress = { ...run(1).progress, discovery: { itemId, retryAt: null } };
      await applied(
        storage,
        createRun(1),
        { kind: "updateRun", run: { ...run(1), progress } },
        enqueue("i1", { work: call(runId(1)) }),
        enqueue("i2", { work: call(runId(1), "planned") }),
        { kind: "setAside", itemId: asQueueItemId("i2"), reason: "damaged", at: after(0) },
      );
      expect((await storage.runs.load(runId(1)))?.isDiscoverySetAside).toBe(false);
      await applied(storage, { kind: "setAside", itemId, reason: "damaged", at: after(0) });
      expect((await storage.runs.load(runId(1)))?.isDiscoverySetAside).toBe(true);
    });

    test("a run may be made for events that were stored before", async () => {
      const { storage } = await opened(open);
      const [seq = -1] = await applied(storage, { kind: "putEvent", event: event(1) });
      await applied(storage, {
        kind: "createRun",
        run: run(1),
        events: [{ kind: "stored", seq }],
        idempotencyKey: null,
        keyExpiresAt: null,
      });
      expect((await storage.runs.events(runId(1))).map((found) => found.seq)).toEqual([seq]);
    });

    test("a step is read as it was stored, and the first result wins", async () => {
      const { storage } = await opened(open);
      const first = step("a", {
        input: asJsonText("[1]"),
        memo: asJsonText(JSON.stringify({ data: "x".repeat(300_000) })),
      });
      await applied(storage, createRun(1), { kind: "putStep", runId: runId(1), step: first });
      await applied(storage, {
        kind: "putStep",
        runId: runId(1),
        step: step("a", { status: "failed", memo: asJsonText("2") }),
      });
      expect(await storage.runs.steps(runId(1))).toEqual([first]);
    });

    test("two runs may have a step of the same id", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        { kind: "putStep", runId: runId(1), step: step("a", { memo: asJsonText("1") }) },
        { kind: "putStep", runId: runId(2), step: step("a", { memo: asJsonText("2") }) },
      );
      expect((await storage.runs.steps(runId(2))).map((found) => found.memo)).toEqual(["2"]);
    });

    test("the runs an event started are found by its internal id, oldest first, at most 100", async () => {
      const { storage } = await opened(open);
      const [seq = -1] = await applied(
        storage,
        { kind: "putEvent", event: event(1) },
        { kind: "putEvent", event: event(2) },
      );
      const numbers = Array.from({ length: 103 }, (_, index) => 103 - index);
      await commit(
        storage,
        numbers.map((number) => ({
          guards: [],
          effects: [
            {
              kind: "createRun",
              run: run(number),
              events: [{ kind: "stored", seq }],
              idempotencyKey: null,
              keyExpiresAt: null,
            },
          ],
        })),
      );
      const started = await storage.runs.startedBy(event(1).internalId);
      expect(started.map((found) => found.id)).toEqual(Array.from({ length: 100 }, (_, index) => runId(index + 1)));
      expect(await storage.runs.startedBy(event(2).internalId)).toEqual([]);
    });

    test("runs are counted by status", async () => {
      const { storage, reopen } = await opened(open);
      await applied(storage, createRun(1), createRun(2), createRun(3, { status: "skipped" }));
      await applied(storage, { kind: "updateRun", run: run(2, { status: "running", version: 2 }) });
      await applied(storage, {
        kind: "updateRun",
        run: run(2, { status: "completed", version: 3, endedAt: after(1) }),
      });
      const counts = { queued: 1, running: 0, completed: 1, failed: 0, cancelled: 0, skipped: 1 };
      expect(await storage.runs.countByStatus()).toEqual(counts);
      if (reopen === null) return;
      const again = await reopen();
      expect(await again.runs.countByStatus()).toEqual(counts);
      await again.close();
    });

    test("orphans are unfinished runs that nothing will move on", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        ...[1, 2, 3, 4, 5, 6].map((number) => createRun(number)),
        createRun(7, { status: "completed", endedAt: after(0) }),
        enqueue("i1", { work: call(runId(1)) }),
        putPause("p2", { runId: runId(2) }),
        { kind: "putPause", pause: signalPause("p3", "go", { runId: runId(3) }) },
        // A cancel listener and a run timeout end a run; they never move it on.
        putPause("p4", { runId: runId(4), kind: "cancel", stepId: null }),
        enqueue("i5", { work: { kind: "runTimeout", runId: runId(5), which: "finish", from: after(0) } }),
      );
      expect((await storage.runs.orphans(10)).toSorted()).toEqual([runId(4), runId(5), runId(6)]);
      expect(await storage.runs.orphans(2)).toHaveLength(2);
    });
  });

  describe("the end of a run", () => {
    for (const status of ["completed", "failed", "cancelled"] as const) {
      test(`takes its items, pauses and open spans with it (${status})`, async () => {
        const { storage } = await opened(open);
        await applied(
          storage,
          createRun(1),
          createRun(2),
          enqueue("i1", { work: call(runId(1)) }),
          enqueue("i2", { work: call(runId(2)) }),
          putPause("p1", { runId: runId(1), terms: [{ path: "data.n", valueType: "number", value: "1" }] }),
          { kind: "putPause", pause: signalPause("p2", "go", { runId: runId(1) }) },
          putPause("p3", { runId: runId(2), terms: [{ path: "data.m", valueType: "number", value: "1" }] }),
          { kind: "putSpan", span: span("open") },
          { kind: "putSpan", span: span("done", { status: "timedOut", endedAt: after(1) }) },
          { kind: "putSpan", span: span("other", { runId: runId(2) }) },
        );
        await applied(storage, { kind: "updateRun", run: run(1, { status, endedAt: after(7), version: 2 }) });
        expect(await storage.runs.items(runId(1))).toEqual([]);
        expect(await storage.pauses.byRun(runId(1))).toEqual([]);
        expect(await storage.pauses.bySignal("go")).toBeNull();
        expect(await storage.pauses.paths("shop/order.paid")).toEqual(["data.m"]);
        expect(await storage.runs.spans(runId(1))).toMatchObject([
          { id: "open", status: status === "completed" ? "completed" : "cancelled", endedAt: after(7) },
          { id: "done", status: "timedOut", endedAt: after(1) },
        ]);
        expect(await storage.runs.items(runId(2))).toHaveLength(1);
        expect(await storage.pauses.byRun(runId(2))).toHaveLength(1);
        expect(await storage.runs.spans(runId(2))).toMatchObject([{ status: "waiting", endedAt: null }]);
      });
    }
  });

  describe("spans", () => {
    test("a span is read as it was stored; writing it again replaces it", async () => {
      const { storage } = await opened(open);
      await applied(storage, { kind: "putSpan", span: span("a:0") });
      const again = span("a:0", {
        kind: "step",
        status: "failed",
        endedAt: after(3),
        error: asJsonText('{"name":"E"}'),
        attempt: 2,
      });
      await applied(storage, { kind: "putSpan", span: again });
      expect(await storage.runs.spans(runId(1))).toEqual([again]);
    });

    test("spans come in the order they began", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        { kind: "putSpan", span: span("late", { startedAt: after(9) }) },
        { kind: "putSpan", span: span("early", { startedAt: after(1) }) },
        { kind: "putSpan", span: span("tie", { startedAt: after(1) }) },
      );
      expect((await storage.runs.spans(runId(1))).map((found) => found.id)).toEqual(["early", "tie", "late"]);
    });

    test("the end of an open span merges its details", async () => {
      const { storage } = await opened(open);
      await applied(storage, {
        kind: "putSpan",
        span: span("w", { detail: asJsonText('{"event":"a","until":5,"x":null}') }),
      });
      await applied(storage, endSpan("w", '{"matchedEventId":"e","until":6}'));
      expect(await storage.runs.spans(runId(1))).toEqual([
        span("w", {
          status: "completed",
          endedAt: after(4),
          error: asJsonText('{"name":"E"}'),
          detail: asJsonText('{"event":"a","matchedEventId":"e","until":6,"x":null}'),
        }),
      ]);
    });

    test("a span that has ended, or never was, cannot be ended", async () => {
      const { storage } = await opened(open);
      const ended = span("w", { status: "timedOut", endedAt: after(2) });
      await applied(storage, { kind: "putSpan", span: ended }, endSpan("w", '{"a":1}'), endSpan("never", "{}"));
      expect(await storage.runs.spans(runId(1))).toEqual([ended]);
    });
  });
}

function createWithEvents(number: number, indexes: readonly number[]): Effect {
  return {
    kind: "createRun",
    run: run(number),
    events: indexes.map((index) => ({ kind: "inTransition", index })),
    idempotencyKey: null,
    keyExpiresAt: null,
  };
}

function endSpan(spanId: string, detail: string): Effect {
  return {
    kind: "endSpan",
    runId: runId(1),
    spanId,
    status: "completed",
    endedAt: after(4),
    error: asJsonText('{"name":"E"}'),
    detail: asJsonText(detail),
  };
}
