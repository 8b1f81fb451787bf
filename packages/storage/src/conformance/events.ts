// Events: stored as sent, in one order, found by seq and by internal id.
import { asEventId, asJsonText } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import { event, putPause, runId, ulid } from "./samples.ts";
import { applied, opened, type OpenStorage } from "./subject.ts";

/** Describes the storing of events. */
export function describeEvents(open: OpenStorage): void {
  describe("events", () => {
    test("an event is read as it was stored, with its seq", async () => {
      const { storage } = await opened(open);
      const stored = event(1, { v: "2024-01-01.1", meta: asJsonText('{"trace":"a"}'), user: asJsonText('{"id":7}') });
      const [seq = -1] = await applied(storage, { kind: "putEvent", event: stored });
      expect(await storage.events.get(seq)).toEqual({ ...stored, seq });
      expect(await storage.events.byInternalId(stored.internalId)).toEqual({ ...stored, seq });
    });

    test("a lifecycle event keeps the run it reports and has no data of its own", async () => {
      const { storage } = await opened(open);
      const stored = event(1, { name: "inngest/function.finished", data: null, lifecycleOf: runId(9) });
      const [seq = -1] = await applied(storage, { kind: "putEvent", event: stored });
      expect(await storage.events.get(seq)).toMatchObject({ data: null, lifecycleOf: runId(9) });
    });

    test("an event that is not there is null", async () => {
      const { storage } = await opened(open);
      expect(await storage.events.get(1)).toBeNull();
      expect(await storage.events.byInternalId(asEventId(ulid(1)))).toBeNull();
    });

    test("text of any kind and size comes back unchanged", async () => {
      const { storage } = await opened(open);
      const data = asJsonText(JSON.stringify({ text: `\u0000\u2028😀"\\`, filler: "ü".repeat(1_500_000) }));
      const stored = event(1, { name: "a'b\"c/ünï😀", data, id: "x; DROP TABLE events" });
      const [seq = -1] = await applied(storage, { kind: "putEvent", event: stored });
      expect(await storage.events.get(seq)).toEqual({ ...stored, seq });
    });

    test("seqs rise with every event of every transition", async () => {
      const { storage } = await opened(open);
      const first = await applied(
        storage,
        { kind: "putEvent", event: event(1) },
        { kind: "putEvent", event: event(2) },
      );
      const second = await applied(storage, { kind: "putEvent", event: event(3) });
      const seqs = [...first, ...second];
      expect(seqs).toHaveLength(3);
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      expect(new Set(seqs).size).toBe(3);
    });

    test("events and pauses share one order", async () => {
      const { storage } = await opened(open);
      const [before = -1] = await applied(storage, { kind: "putEvent", event: event(1) });
      await applied(storage, putPause("p"));
      const [after = -1] = await applied(storage, { kind: "putEvent", event: event(2) });
      const [pause] = await storage.pauses.byRun(runId(1));
      expect(pause?.seq).toBeGreaterThan(before);
      expect(pause?.seq).toBeLessThan(after);
    });

    test("an internal id may repeat; the first row counts", async () => {
      const { storage } = await opened(open);
      const [first] = await applied(storage, { kind: "putEvent", event: event(1) });
      const [second] = await applied(storage, { kind: "putEvent", event: event(1) });
      expect(second).not.toBe(first);
      expect((await storage.events.byInternalId(event(1).internalId))?.seq).toBe(first);
    });

    test("the order goes on after a new boot", async () => {
      const { storage, reopen } = await opened(open);
      if (reopen === null) return;
      const [event1 = -1] = await applied(storage, { kind: "putEvent", event: event(1) });
      await applied(storage, putPause("p"));
      const [pause] = await storage.pauses.byRun(runId(1));
      const again = await reopen();
      const [event2 = -1] = await applied(again, { kind: "putEvent", event: event(2) });
      expect(event2).toBeGreaterThan(Math.max(event1, pause?.seq ?? 0));
      await again.close();
    });
  });
}
