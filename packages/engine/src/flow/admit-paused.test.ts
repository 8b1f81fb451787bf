import { millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { admissionRows, fates, invoker, told } from "../../test/admission-rows.ts";
import { noon } from "../../test/sample.ts";

const second = 1_000;
const minute = 60 * second;
const rateLimit = { limit: 1, periodMs: minute, key: null };
const debounce = { periodMs: 5 * second, timeoutMs: null, key: null };
const batch = { maxSize: 3, timeoutMs: 10 * second, key: null, if: null };
const skip = { key: null, mode: "skip" } as const;
const takeOver = { key: null, mode: "cancel" } as const;

describe("a paused function", () => {
  const paused = { pausedAt: millis(noon - minute) };
  const reason = '{"reason":{"kind":"functionPaused"}}';

  it.each([
    ["nothing else", {}],
    ["concurrency", { concurrency: [{ limit: 1, key: null, scope: "fn" as const }] }],
    ["a throttle", { throttle: { limit: 1, periodMs: minute, burst: 0, key: null } }],
    ["a singleton", { singleton: skip }],
    ["a singleton that cancels", { singleton: takeOver }],
    ["a rate limit", { rateLimit: { limit: 100, periodMs: minute, key: null } }],
  ])("with %s records runs that are skipped and tells who invoked it", (_, config) => {
    const rows = admissionRows(config, paused);
    const seqs = [rows.send({ invokedBy: invoker("a") }), rows.send()];
    expect(fates(rows, ...seqs)).toEqual([["run skipped"], ["run skipped"]]);
    expect([...rows.runs.values()].map((run) => run.error)).toEqual([reason, reason]);
    expect(told(rows)).toEqual([["caller:a", "invoked function was skipped: it is paused"]]);
    expect(rows.items.size).toBe(0);
  });

  it("consumes its rate limit still", () => {
    const rows = admissionRows({ rateLimit }, paused);
    expect(fates(rows, rows.send(), rows.send())).toEqual([["run skipped"], ["drop rateLimited"]]);
  });

  it("debounces still, and skips what is let go", () => {
    const rows = admissionRows({ debounce }, paused);
    const seqs = [rows.send(), rows.send()];
    rows.passTo(noon + minute);
    expect(fates(rows, ...seqs)).toEqual([["drop debounced"], ["run skipped"]]);
  });

  it("batches still, skips the run of the batch and tells everybody who invoked an event of it", () => {
    const rows = admissionRows({ batch }, paused);
    for (const name of ["a", "b", "c"]) rows.send({ invokedBy: invoker(name) });
    rows.passTo(noon);
    expect(fates(rows, 1, 2, 3)).toEqual(["run skipped", "run skipped", "run skipped"].map((fate) => [fate]));
    expect(told(rows).map(([pause]) => pause)).toEqual(["caller:a", "caller:b", "caller:c"]);
  });

  it.each([["skips", skip] as const, ["cancels", takeOver] as const])(
    "that is a singleton which %s leaves the run that goes on alone, and its lock",
    (_, singleton) => {
      const rows = admissionRows({ singleton });
      const holder = rows.send();
      rows.pause(true);
      const meanwhile = rows.send();
      expect(fates(rows, holder, meanwhile)).toEqual([["run queued"], ["run skipped"]]);
      expect([...rows.runs.values()].at(-1)?.error).toBe(reason);
      for (const id of rows.runs.keys()) if (rows.runs.get(id)?.status === "queued") rows.end(id);
      rows.send();
      rows.pause(false);
      expect(rows.fatesOf(rows.send())).toEqual(["run queued"]);
    },
  );
});
