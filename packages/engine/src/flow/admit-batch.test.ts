import { describe, expect, it } from "vitest";
import { admissionRows, fates, invoker } from "../../test/admission-rows.ts";
import { noon } from "../../test/sample.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const rateLimit = { limit: 1, periodMs: minute, key: null };
const batch = { maxSize: 3, timeoutMs: 10 * second, key: null, if: null };

describe("a batch", () => {
  it("is started at once when it is full, with its events in the order they came", () => {
    const rows = admissionRows({ batch });
    const seqs = [rows.send(), rows.send(), rows.send(), rows.send()];
    rows.passTo(noon);
    expect([...rows.eventsOf.values()]).toEqual([seqs.slice(0, 3)]);
    expect(rows.fatesOf(4)).toEqual(["waits in batch"]);
  });

  it("is started by its timeout from its first event", () => {
    const rows = admissionRows({ batch });
    rows.send();
    rows.passTo(noon + 9 * second);
    rows.send();
    rows.passTo(noon + 10 * second - 1);
    expect(rows.runs.size).toBe(0);
    rows.passTo(noon + 10 * second);
    expect([...rows.eventsOf.values()]).toEqual([[1, 2]]);
  });

  it("takes no event in the millisecond in which it is started", () => {
    const rows = admissionRows({ batch: { ...batch, maxSize: 2 } });
    rows.send();
    rows.passTo(noon + 10 * second);
    rows.send();
    expect([...rows.eventsOf.values()]).toEqual([[1]]);
    expect([...rows.batches.values()][0]).toMatchObject({ count: 1, firstAt: noon + 10 * second });
  });

  it("is one per key, and one for all without", () => {
    const rows = admissionRows({ batch: { ...batch, key: "event.data.user" } });
    for (const data of [{ user: "a" }, { user: "b" }, {}, { user: "a" }, { user: false }]) rows.send({ data });
    rows.passTo(noon + minute);
    expect([...rows.eventsOf.values()]).toEqual([[1, 4], [2], [3, 5]]);
  });

  it("leaves what its condition rejects to start alone, at once and under the rate limit", () => {
    const rows = admissionRows({ batch: { ...batch, if: "event.data.urgent != true" }, rateLimit });
    const urgent = { data: { urgent: true } };
    expect(fates(rows, rows.send(urgent), rows.send(urgent), rows.send(), rows.send())).toEqual([
      ["run queued"],
      ["drop rateLimited"],
      // Batches are under no rate limit (semantics.md §4.7).
      ["waits in batch"],
      ["waits in batch"],
    ]);
  });

  it("goes by its key for what its condition lets in", () => {
    const rows = admissionRows({ batch: { ...batch, key: "event.data.user", if: "event.data.n > 1" } });
    for (const data of [
      { user: "a", n: 2 },
      { user: "a", n: 1 },
      { user: "b", n: 2 },
      { user: "a", n: 3 },
    ]) {
      rows.send({ data });
    }
    rows.passTo(noon + minute);
    expect([...rows.eventsOf.values()]).toEqual([[2], [1, 4], [3]]);
  });

  it("absorbs a repeated request, not a second event with the same id", () => {
    const rows = admissionRows({ batch });
    expect(
      fates(rows, rows.send({ id: "a" }), rows.send({ id: "a" }), rows.send({ id: "a", internalId: "internal-1" })),
    ).toEqual([["waits in batch"], ["waits in batch"], ["drop duplicate"]]);
    rows.passTo(noon + 30 * minute);
    expect(rows.fatesOf(rows.send({ internalId: "internal-1" }))).toEqual(["waits in batch"]);
  });

  it("runs at once whatever the ts of its events, with neither listeners nor start timeout", () => {
    const rows = admissionRows({ batch, timeouts: { startMs: second, finishMs: null } });
    rows.send({ ts: noon + hour });
    rows.passTo(noon + 10 * second);
    const [run] = rows.runs.values();
    expect(rows.firstCallAt(run?.id)).toBe(noon + 10 * second);
    expect([...rows.items.keys()].filter((id) => id.endsWith("timeout"))).toEqual([]);
    expect(run?.batchId).not.toBeNull();
  });

  it("knows every step that invoked an event of it", () => {
    const rows = admissionRows({ batch });
    for (const name of ["a", "b", "c"]) rows.send({ invokedBy: invoker(name), origin: "invoke" });
    rows.passTo(noon);
    const [run] = rows.runs.values();
    expect([run?.invokedBy, ...(run?.flow?.invokers ?? [])]).toEqual(["a", "b", "c"].map(invoker));
    expect(rows.answers).toEqual([]);
  });

  it("is nothing to crons and to runs again", () => {
    const rows = admissionRows({ batch });
    expect(rows.fatesOf(rows.send({ origin: "cron" }))).toEqual(["run queued"]);
    expect(rows.fatesOf(rows.send({ origin: "rerun", idempotencyKey: null }))).toEqual(["run queued"]);
  });
});
