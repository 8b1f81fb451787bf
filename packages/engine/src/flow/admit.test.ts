import { type FunctionConfig } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { admissionRows, fates, invoker, told, type SentEvent } from "../../test/admission-rows.ts";
import { noon } from "../../test/sample.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const rateLimit = { limit: 1, periodMs: minute, key: null };

/** Sends these and says what becomes of each at once. */
function sentTo(config: Partial<FunctionConfig>, ...events: readonly SentEvent[]): readonly (readonly string[])[] {
  const rows = admissionRows(config);
  return fates(rows, ...events.map((event) => rows.send(event)));
}

describe("a rate limit", () => {
  it("drops what is over it, with the time at which the next is let through", () => {
    const rows = admissionRows({ rateLimit: { ...rateLimit, key: "event.data.user" } });
    const seqs = [{ user: "a" }, { user: "a" }, { user: "b" }].map((data) => rows.send({ data }));
    expect(fates(rows, ...seqs)).toEqual([["run queued"], ["drop rateLimited"], ["run queued"]]);
    expect(rows.drops[0]).toEqual({
      event: { kind: "stored", seq: 2 },
      functionId: "fn-1",
      reason: { kind: "rateLimited", key: "a", until: noon + minute },
      at: noon,
    });
    rows.passTo(noon + minute - 1);
    expect(rows.fatesOf(rows.send({ data: { user: "a" } }))).toEqual(["drop rateLimited"]);
    rows.passTo(noon + minute);
    expect(rows.fatesOf(rows.send({ data: { user: "a" } }))).toEqual(["run queued"]);
  });

  it("is not charged by what it drops", () => {
    const rows = admissionRows({ rateLimit });
    rows.send();
    for (let at = 1; at < 60; at += 1) {
      rows.passTo(noon + at * second);
      expect(rows.fatesOf(rows.send())).toEqual(["drop rateLimited"]);
    }
    rows.passTo(noon + minute);
    expect(rows.fatesOf(rows.send())).toEqual(["run queued"]);
  });

  it("is not charged by a repetition, which is told apart from what is limited", () => {
    const rows = admissionRows({ rateLimit: { limit: 10, periodMs: minute, key: null } });
    expect(fates(rows, rows.send({ id: "a" }), rows.send({ id: "a" }), rows.send({ id: "b" }))).toEqual([
      ["run queued"],
      ["drop duplicate"],
      ["run queued"],
    ]);
  });

  it("starts nothing when its key errs, and says so", () => {
    const rows = admissionRows({ rateLimit: { ...rateLimit, key: "event.data.user - 1" } });
    const seq = rows.send({ data: { user: "a" }, invokedBy: invoker("i") });
    expect(rows.fatesOf(seq)).toEqual(["drop keyError"]);
    expect(rows.drops[0]?.reason).toMatchObject({ kind: "keyError", option: "rateLimit" });
    expect(told(rows)[0]?.[1]).toContain("its rateLimit key cannot be evaluated");
  });

  it("lets what has no key through, without end", () => {
    const config = { rateLimit: { ...rateLimit, key: "event.data.user" } };
    expect(sentTo(config, {}, {}, { data: { user: false } })).toEqual(
      ["run queued", "run queued", "run queued"].map((fate) => [fate]),
    );
  });

  it("fails the step that invoked what it drops", () => {
    const rows = admissionRows({ rateLimit });
    rows.send({ origin: "invoke", idempotencyKey: null, invokedBy: invoker("a") });
    rows.send({ origin: "invoke", idempotencyKey: null, invokedBy: invoker("b") });
    expect(told(rows)).toEqual([["caller:b", "invoked function is rate limited"]]);
  });

  it("counts crons, and neither runs again nor what a debounce lets go", () => {
    const rows = admissionRows({ rateLimit });
    rows.send();
    expect(rows.fatesOf(rows.send({ origin: "cron" }))).toEqual(["drop rateLimited"]);
    expect(rows.fatesOf(rows.send({ origin: "rerun", idempotencyKey: null }))).toEqual(["run queued"]);
  });
});

describe("idempotency", () => {
  const idempotency = { key: "event.data.order" };

  it("starts one run per value in 24 hours, whatever the rate limit says, and records the others", () => {
    const rows = admissionRows({ idempotency });
    const order = { data: { order: 7 } };
    expect(fates(rows, rows.send(order), rows.send(order))).toEqual([["run queued"], ["drop idempotent"]]);
    expect(rows.drops[0]?.reason).toEqual({ kind: "idempotent", key: "7", until: noon + 24 * hour });
    rows.passTo(noon + 24 * hour - 1);
    expect(rows.fatesOf(rows.send(order))).toEqual(["drop idempotent"]);
    rows.passTo(noon + 24 * hour);
    expect(rows.fatesOf(rows.send(order))).toEqual(["run queued"]);
  });

  it("does nothing for an event without the field", () => {
    expect(sentTo({ idempotency }, {}, {})).toEqual([["run queued"], ["run queued"]]);
  });

  it("holds after the run has ended", () => {
    const rows = admissionRows({ idempotency });
    rows.send({ data: { order: 7 } });
    for (const id of rows.runs.keys()) rows.end(id);
    expect(rows.fatesOf(rows.send({ data: { order: 7 } }))).toEqual(["drop idempotent"]);
  });

  it("tells a step that invoked what has run already", () => {
    const rows = admissionRows({ idempotency });
    for (const name of ["a", "b"]) rows.send({ data: { order: 7 }, id: name, invokedBy: invoker(name) });
    expect(told(rows)).toEqual([["caller:b", "invoked function has run for this idempotency key already"]]);
  });
});
