import { describe, expect, it } from "vitest";
import { admissionRows, fates, invoker, told } from "../../test/admission-rows.ts";
import { noon } from "../../test/sample.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const debounce = { periodMs: 5 * second, timeoutMs: null, key: null };

describe("a debounce", () => {
  it("runs the last of several events, a period after it", () => {
    const rows = admissionRows({ debounce });
    const seqs = [0, 2, 4].map((at) => {
      rows.passTo(noon + at * second);
      return rows.send();
    });
    expect(fates(rows, ...seqs)).toEqual([["drop debounced"], ["drop debounced"], ["waits in window"]]);
    expect(rows.drops.map((drop) => drop.reason)).toEqual([
      { kind: "debounced", by: "internal-2" },
      { kind: "debounced", by: "internal-3" },
    ]);
    rows.passTo(noon + 9 * second - 1);
    expect(rows.runs.size).toBe(0);
    rows.passTo(noon + 9 * second);
    expect(rows.fatesOf(seqs[2] ?? 0)).toEqual(["run queued"]);
    expect([...rows.runs.values()][0]?.queuedAt).toBe(noon + 9 * second);
  });

  it("starts afresh after it has fired, in the very millisecond", () => {
    const rows = admissionRows({ debounce });
    const first = rows.send();
    rows.passTo(noon + 5 * second);
    const next = rows.send();
    rows.passTo(noon + 10 * second);
    expect(fates(rows, first, next)).toEqual([["run queued"], ["run queued"]]);
    expect(rows.windows.size).toBe(0);
  });

  it("ignores an event with an older ts and does not wait longer for it", () => {
    const rows = admissionRows({ debounce });
    const kept = rows.send({ ts: noon });
    rows.passTo(noon + 3 * second);
    const late = rows.send({ ts: noon - 1 });
    expect(rows.fatesOf(late)).toEqual(["drop outOfOrder"]);
    expect(rows.drops[0]?.reason).toEqual({ kind: "outOfOrder", waiting: "internal-1" });
    rows.passTo(noon + 5 * second);
    expect(rows.fatesOf(kept)).toEqual(["run queued"]);
  });

  it("neither waits longer for a repeated request nor charges the rate limit for it, also after it has fired", () => {
    const rows = admissionRows({ debounce, rateLimit: { limit: 10, periodMs: minute, key: null } });
    const first = rows.send({ internalId: "a" });
    rows.passTo(noon + 3 * second);
    const again = rows.send({ internalId: "a" });
    rows.passTo(noon + 5 * second);
    const late = rows.send({ internalId: "a" });
    // Two go at once from idle: the second is still there.
    const next = rows.send();
    rows.passTo(noon + 10 * second);
    expect(fates(rows, first, again, late, next)).toEqual([
      ["run queued"],
      ["drop duplicate"],
      ["drop duplicate"],
      ["run queued"],
    ]);
  });

  it("takes events of one sender's id as different", () => {
    const rows = admissionRows({ debounce });
    const seqs = [rows.send({ id: "same" }), rows.send({ id: "same" })];
    expect(fates(rows, ...seqs)).toEqual([["drop debounced"], ["waits in window"]]);
  });

  it("prefers the later arrival of two with the same ts", () => {
    const rows = admissionRows({ debounce });
    const seqs = [rows.send({ ts: noon }), rows.send({ ts: noon })];
    expect(fates(rows, ...seqs)).toEqual([["drop debounced"], ["waits in window"]]);
  });

  it("fires at its timeout from the first event even if they keep coming", () => {
    const rows = admissionRows({ debounce: { ...debounce, timeoutMs: 10 * second } });
    for (let at = 0; at < 10; at += 1) {
      rows.passTo(noon + at * second);
      rows.send();
    }
    rows.passTo(noon + 10 * second - 1);
    expect(rows.runs.size).toBe(0);
    rows.passTo(noon + 10 * second);
    expect([...rows.eventsOf.values()]).toEqual([[10]]);
  });

  it("has a window per key, and one for all without", () => {
    const rows = admissionRows({ debounce: { ...debounce, key: "event.data.user" } });
    for (const data of [{ user: "a" }, { user: "b" }, {}, { user: false }, { user: "a" }]) rows.send({ data });
    expect(rows.windows.size).toBe(3);
    rows.passTo(noon + minute);
    expect(new Set([...rows.eventsOf.values()].flat())).toEqual(new Set([2, 4, 5]));
  });

  it("takes the same event id again: only the run of one event row is made once", () => {
    const rows = admissionRows({ debounce });
    rows.send({ id: "same" });
    rows.passTo(noon + 6 * second);
    const again = rows.send({ id: "same" });
    rows.passTo(noon + minute);
    expect(rows.fatesOf(again)).toEqual(["run queued"]);
    // The same request once more, by its seed: the row is another, our own id the same.
    const repeated = rows.send({ internalId: "internal-2" });
    rows.passTo(noon + 2 * minute);
    expect(rows.fatesOf(repeated)).toEqual(["drop duplicate"]);
    expect(rows.runs.size).toBe(2);
  });

  it("answers every step that invoked it: the last with its run, the others that they were replaced", () => {
    const rows = admissionRows({ debounce });
    rows.send({ invokedBy: invoker("a"), ts: noon });
    rows.send({ invokedBy: invoker("b"), ts: noon });
    rows.send({ invokedBy: invoker("c"), ts: noon - 1 });
    rows.passTo(noon + minute);
    const sentence = "invoked function was debounced: another call took this one's place";
    expect(told(rows)).toEqual([
      ["caller:a", sentence],
      ["caller:c", sentence],
    ]);
    expect([...rows.runs.values()][0]?.invokedBy).toEqual(invoker("b"));
  });

  it("charges a rate limit for each event, before it is debounced", () => {
    const rows = admissionRows({ debounce, rateLimit: { limit: 10, periodMs: 100 * second, key: null } });
    const seqs = [rows.send(), rows.send(), rows.send()];
    expect(fates(rows, ...seqs)).toEqual([["drop debounced"], ["waits in window"], ["drop rateLimited"]]);
    // What was limited neither replaces nor prolongs; what fires is charged no more.
    rows.passTo(noon + 5 * second);
    expect(rows.fatesOf(seqs[1] ?? 0)).toEqual(["run queued"]);
    rows.passTo(noon + 10 * second);
    expect(rows.fatesOf(rows.send())).toEqual(["waits in window"]);
  });

  it("holds up crons too", () => {
    const rows = admissionRows({ debounce });
    expect(rows.fatesOf(rows.send({ origin: "cron", idempotencyKey: "tick" }))).toEqual(["waits in window"]);
    expect(rows.fatesOf(rows.send({ origin: "rerun", idempotencyKey: null }))).toEqual(["run queued"]);
  });

  it("runs an event of the future at its time, if that is after its period", () => {
    const rows = admissionRows({ debounce });
    rows.send({ ts: noon + hour });
    rows.passTo(noon + 5 * second);
    const [run] = rows.runs.values();
    expect(rows.firstCallAt(run?.id)).toBe(noon + hour);
  });
});
