import { type FunctionConfig } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { admissionRows, fates, invoker, told, type SentEvent } from "../../test/admission-rows.ts";
import { noon } from "../../test/sample.ts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const debounce = { periodMs: 5 * second, timeoutMs: null, key: null };
const skip = { key: null, mode: "skip" } as const;
const takeOver = { key: null, mode: "cancel" } as const;

/** Sends these and says what becomes of each at once. */
function sentTo(config: Partial<FunctionConfig>, ...events: readonly SentEvent[]): readonly (readonly string[])[] {
  const rows = admissionRows(config);
  return fates(rows, ...events.map((event) => rows.send(event)));
}

describe("a singleton", () => {
  it("skips whatever comes while its run has not ended, with a run that says so", () => {
    const rows = admissionRows({ singleton: skip });
    const seqs = Array.from({ length: 50 }, () => rows.send());
    expect(fates(rows, ...seqs)).toEqual(seqs.map((_, at) => [at === 0 ? "run queued" : "run skipped"]));
    const [holder, skipped] = [...rows.runs.values()];
    expect(skipped).toMatchObject({
      status: "skipped",
      endedAt: noon,
      error: `{"reason":{"kind":"singleton","runId":"${holder?.id}"}}`,
      flow: null,
    });
    expect(rows.items.size).toBe(1);
    rows.end(holder?.id ?? "");
    expect(rows.fatesOf(rows.send())).toEqual(["run queued"]);
  });

  it("cancels the run that goes on and lets the new one take over", () => {
    const rows = admissionRows({ singleton: takeOver });
    const seqs = Array.from({ length: 50 }, () => rows.send());
    expect(fates(rows, ...seqs)).toEqual(seqs.map((_, at) => [at === 49 ? "run queued" : "run cancelled"]));
    const [first, next] = [...rows.runs.values()];
    expect(first?.error).toBe(`{"reason":{"kind":"singleton","runId":"${next?.id}"}}`);
  });

  it("is one per key, and none without one", () => {
    const singleton = { ...skip, key: "event.data.user" };
    expect(
      sentTo(
        { singleton },
        ...[{ user: "a" }, { user: "b" }, { user: "a" }, {}, {}, { user: false }].map((data) => ({ data })),
      ),
    ).toEqual([["run queued"], ["run queued"], ["run skipped"], ["run queued"], ["run queued"], ["run queued"]]);
  });

  it("tells who invoked the run that is skipped, and who invoked the one that is cancelled", () => {
    const skipping = admissionRows({ singleton: skip });
    const cancelling = admissionRows({ singleton: takeOver });
    for (const rows of [skipping, cancelling]) {
      for (const name of ["a", "b"]) rows.send({ invokedBy: invoker(name), origin: "invoke", idempotencyKey: null });
    }
    expect(told(skipping)).toEqual([
      ["caller:b", "invoked function was skipped: another run of this singleton is going on"],
    ]);
    expect(told(cancelling)).toEqual([["caller:a", "The invoked function was cancelled."]]);
  });

  it("consumes a rate limit whether it skips or not", () => {
    const rows = admissionRows({ singleton: skip, rateLimit: { limit: 10, periodMs: minute, key: null } });
    expect(fates(rows, rows.send(), rows.send(), rows.send())).toEqual([
      ["run queued"],
      ["run skipped"],
      ["drop rateLimited"],
    ]);
  });

  it("keeps its lock from a run that waits for its throttle", () => {
    const rows = admissionRows({
      singleton: skip,
      throttle: { limit: 1, periodMs: minute, burst: 0, key: null },
      timeouts: { startMs: null, finishMs: null },
    });
    expect(fates(rows, rows.send({ ts: noon + hour }), rows.send())).toEqual([["run queued"], ["run skipped"]]);
    const [run] = rows.runs.values();
    expect(run?.flow).toMatchObject({ lock: "singleton:fn-1:", start: [{ kind: "starts" }] });
  });

  it("decides about a debounced event when that is let go, by the event that came last", () => {
    const rows = admissionRows({ singleton: { ...skip, key: "event.data.user" }, debounce });
    rows.send({ data: { user: "a" } });
    rows.passTo(noon + 5 * second);
    rows.send({ data: { user: "b" } });
    rows.send({ data: { user: "a" } });
    rows.passTo(noon + 10 * second);
    expect(fates(rows, 1, 2, 3)).toEqual([["run queued"], ["drop debounced"], ["run skipped"]]);
  });

  it("is told a repetition apart before anybody is skipped or cancelled", () => {
    for (const singleton of [skip, takeOver]) {
      expect(sentTo({ singleton }, { id: "a" }, { id: "a" })).toEqual([["run queued"], ["drop duplicate"]]);
    }
  });

  it("binds crons and runs again", () => {
    const rows = admissionRows({ singleton: skip });
    rows.send();
    expect(rows.fatesOf(rows.send({ origin: "cron" }))).toEqual(["run skipped"]);
    expect(rows.fatesOf(rows.send({ origin: "rerun", idempotencyKey: null }))).toEqual(["run skipped"]);
  });
});
