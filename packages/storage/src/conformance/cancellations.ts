// Bulk cancellations, and the runs of idempotency keys.
import type { Cancellation, MetadataChange } from "@stepwright/engine";
import { describe, expect, test } from "vitest";
import { after, createRun, functionId, run, runId, start, ulid } from "./samples.ts";
import { applied, opened, type OpenStorage } from "./subject.ts";

function cancellation(number: number, changes: Partial<Cancellation> = {}): Cancellation {
  return {
    id: ulid(number),
    functionId,
    startedAfter: null,
    startedBefore: start,
    if: null,
    createdAt: start,
    endedAt: null,
    cancelled: 0,
    ...changes,
  };
}

const put = (one: Cancellation, keptMax = 10) => ({ kind: "putCancellation", cancellation: one, keptMax }) as const;

/** Describes bulk cancellations, and what is known of idempotency keys. */
export function describeCancellations(open: OpenStorage): void {
  describe("bulk cancellations", () => {
    test("are read as they were stored, newest first, in pages", async () => {
      const { storage } = await opened(open);
      const full = cancellation(1, {
        startedAfter: after(-5),
        if: "event.data.n == 1",
        endedAt: after(9),
        cancelled: 3,
      });
      await applied(storage, put(full), put(cancellation(2)), put(cancellation(3)));
      expect(await storage.cancellations.get(full.id)).toEqual(full);
      const first = await storage.cancellations.list({ cursor: null, limit: 2 });
      expect(first.items).toEqual([cancellation(3), cancellation(2)]);
      expect(await storage.cancellations.list({ cursor: first.nextCursor, limit: 2 })).toEqual({
        items: [full],
        nextCursor: null,
      });
    });

    test("say how far they have come, and are gone when they were removed, for good", async () => {
      const { storage } = await opened(open);
      const note = { kind: "noteCancellation", id: ulid(1), cancelled: 7, endedAt: after(3) } as const;
      await applied(storage, put(cancellation(1)), note);
      expect(await storage.cancellations.get(ulid(1))).toEqual(cancellation(1, { cancelled: 7, endedAt: after(3) }));
      await applied(storage, { kind: "removeCancellation", id: ulid(1) }, note);
      expect(await storage.cancellations.get(ulid(1))).toBeNull();
    });

    test("over the number that is kept, the oldest are forgotten, but for those that go on", async () => {
      const { storage } = await opened(open);
      const endedAt = after(1);
      const ended = [2, 3, 4].map((number) => put(cancellation(number, { endedAt })));
      await applied(storage, put(cancellation(1)), ...ended, put(cancellation(5, { endedAt }), 3));
      const { items } = await storage.cancellations.list({ cursor: null, limit: 10 });
      expect(items.map(({ id }) => id)).toEqual([5, 4, 3, 1].map((number) => ulid(number)));
    });
  });

  describe("metadata of a run", () => {
    const target = { stepId: null, attempt: null, spanId: null };
    const change = (changes: Partial<MetadataChange>, at = start) =>
      ({
        kind: "changeMetadata",
        runId: runId(1),
        change: { target, kind: "userland.x", op: "merge", values: {}, ...changes },
        bytesMax: 100,
        at,
      }) as const;

    test("is changed on what is there, by kind and target", async () => {
      const { storage } = await opened(open);
      const step = { stepId: "a", attempt: 1, spanId: null };
      await applied(
        storage,
        createRun(1),
        change({ values: { a: 1 } }),
        change({ values: { b: 2 } }, after(5)),
        change({ target: step, op: "add", values: { n: 1 } }),
        change({ target: step, op: "add", values: { n: 1 } }, after(6)),
        change({ kind: "inngest.score", values: { s: true } }),
        change({ kind: "inngest.score", op: "delete", values: { s: null } }),
      );
      expect(await storage.runs.metadata(runId(1))).toEqual([
        { target: step, kind: "userland.x", values: '{"n":2}', updatedAt: after(6) },
        { target, kind: "userland.x", values: '{"a":1,"b":2}', updatedAt: after(5) },
      ]);
    });

    test("has a limit for the run as a whole: what is over it changes nothing", async () => {
      const { storage } = await opened(open);
      const long = "x".repeat(60);
      const full = [change({ values: { a: long } }), change({ kind: "userland.y", values: { a: long } })];
      await applied(storage, createRun(1), ...full, change({ op: "set", values: { a: "y".repeat(80) } }));
      expect(await storage.runs.metadata(runId(1))).toMatchObject([
        { kind: "userland.x", values: `{"a":"${"y".repeat(80)}"}` },
      ]);
    });

    test("needs its run, and goes with it", async () => {
      const { storage } = await opened(open);
      await applied(storage, change({ values: { a: 1 } }));
      expect(await storage.runs.metadata(runId(1))).toEqual([]);
      const ended = run(1, { status: "completed", endedAt: start, version: 2 });
      await applied(storage, createRun(1), { kind: "updateRun", run: ended }, change({ values: { a: 1 } }));
      const expired = { kind: "runs", status: "completed", before: after(1) } as const;
      await storage.retention.sweep({ expired, cursor: null, weightMax: 100 });
      expect(await storage.runs.get(runId(1))).toBeNull();
      expect(await storage.runs.metadata(runId(1))).toEqual([]);
    });
  });

  describe("an idempotency key", () => {
    test("tells its run until it expires; a key of no run tells none", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        { kind: "createRun", run: run(1), events: [], idempotencyKey: "k", keyExpiresAt: after(10) },
        { kind: "putKey", key: "none", expiresAt: after(10) },
      );
      expect(await storage.runs.ofKey("k", after(9))).toBe(runId(1));
      expect(await storage.runs.ofKey("k", after(10))).toBeNull();
      expect(await storage.runs.ofKey("none", after(9))).toBeNull();
      expect(await storage.runs.ofKey("other", after(9))).toBeNull();
    });
  });
}
