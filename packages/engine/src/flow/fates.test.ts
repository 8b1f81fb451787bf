// What becomes of events: a property over random histories of every combination that may be registered.
import type { FunctionConfig } from "@stepwright/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { admissionRows, type AdmissionRows } from "../../test/admission-rows.ts";
import { noon } from "../../test/sample.ts";

const second = 1_000;
const keyed = fc.constantFrom(null, "event.data.user", "event.data.user - 1");

const rateLimit = fc.option(
  fc.record({ limit: fc.constantFrom(1, 5, 20), periodMs: fc.constantFrom(second, 20 * second), key: keyed }),
);
type Flow = Pick<FunctionConfig, "rateLimit" | "debounce" | "singleton" | "idempotency" | "batch">;
const alone: fc.Arbitrary<Flow> = fc.record({
  rateLimit,
  debounce: fc.option(
    fc.record({
      periodMs: fc.constantFrom(second, 4 * second),
      timeoutMs: fc.constantFrom(null, 3 * second, 9 * second),
      key: keyed,
    }),
  ),
  singleton: fc.option(fc.record({ key: keyed, mode: fc.constantFrom("skip" as const, "cancel" as const) })),
  idempotency: fc.option(fc.record({ key: fc.constant("event.data.user") }), { freq: 3 }),
  batch: fc.constant(null),
});
const together: fc.Arbitrary<Flow> = fc.record({
  rateLimit,
  batch: fc.record({
    maxSize: fc.integer({ min: 2, max: 4 }),
    timeoutMs: fc.constantFrom(second, 5 * second),
    key: keyed,
    if: fc.constantFrom(null, "event.data.n > 1"),
  }),
  debounce: fc.constant(null),
  singleton: fc.constant(null),
  idempotency: fc.constant(null),
});

const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("send" as const),
      user: fc.constantFrom("a", "b", undefined),
      n: fc.nat(3),
      // Few ids, so that some come again.
      id: fc.constantFrom("x", "y", null, null, null),
      repeats: fc.constantFrom(false, false, false, true),
      lateMs: fc.constantFrom(0, 0, 0, 1, 2 * second),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.constantFrom(0, 1, 999, 1_000, 5_000) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("end" as const), pick: fc.nat(20) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Lets the history happen; gives the seqs of its events. */
function play(rows: AdmissionRows, history: readonly Action[]): readonly number[] {
  const seqs: number[] = [];
  for (const one of history) {
    if (one.kind === "pass") rows.passTo(rows.now() + one.ms);
    else if (one.kind === "end") {
      const active = [...rows.runs.values()].filter((run) => run.status === "queued");
      rows.end(active[one.pick % Math.max(1, active.length)]?.id ?? "");
    } else {
      seqs.push(
        rows.send({
          data: { user: one.user, n: one.n },
          ts: rows.now() - one.lateMs,
          ...(one.id === null ? {} : { id: one.id }),
          ...(one.repeats && seqs.length > 0 ? { internalId: `internal-${seqs.at(-1)}` } : {}),
        }),
      );
    }
  }
  return seqs;
}

describe("every accepted event", () => {
  it("is at any time in exactly one of: a run, a batch, a window, a record of why it started nothing", () => {
    fc.assert(
      fc.property(fc.oneof(alone, together), fc.array(action, { maxLength: 40 }), (config, history) => {
        const rows = admissionRows(config);
        const seqs = play(rows, history);
        const isGuarded = Object.values(config).some((option) => option !== null);
        for (const seq of seqs) {
          // Without flow control a repetition is turned down by its key, and nothing is recorded.
          if (isGuarded) expect(rows.fatesOf(seq)).toHaveLength(1);
          else expect(rows.fatesOf(seq).length).toBeLessThanOrEqual(1);
        }
        rows.passTo(rows.now() + 86_400 * second);
        for (const seq of seqs) expect(rows.fatesOf(seq).join()).not.toContain("waits");
        expect(rows.windows.size + rows.batches.size).toBe(0);
      }),
      { numRuns: 400 },
    );
  });

  it("of a singleton finds at most one run per key that has not ended", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("skip" as const, "cancel" as const),
        fc.array(action, { maxLength: 40 }),
        (mode, history) => {
          const rows = admissionRows({ singleton: { key: "event.data.user", mode } });
          for (const one of history) {
            play(rows, [one]);
            const held = [...rows.runs.values()].flatMap((run) =>
              run.status === "queued" && run.flow !== null ? [run.flow.lock] : [],
            );
            expect(new Set(held).size).toBe(held.length);
          }
        },
      ),
    );
  });

  it("of a batch is in the order in which it came, and no batch is empty or too large", () => {
    fc.assert(
      fc.property(together, fc.array(action, { maxLength: 40 }), (config, history) => {
        const rows = admissionRows(config);
        play(rows, history);
        rows.passTo(noon + 86_400 * second);
        for (const [runId, seqs] of rows.eventsOf) {
          expect(seqs).toEqual([...seqs].toSorted((a, b) => a - b));
          expect(seqs.length).toBeGreaterThan(0);
          if (rows.runs.get(runId)?.batchId !== null) {
            expect(seqs.length).toBeLessThanOrEqual(config.batch?.maxSize ?? 0);
          }
        }
      }),
    );
  });

  it("of a debounce waits for a period at most from the last one, and for the timeout at most from the first", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(null, 3 * second, 9 * second),
        fc.array(action, { maxLength: 40 }),
        (timeoutMs, history) => {
          const rows = admissionRows({ debounce: { periodMs: 4 * second, timeoutMs, key: null } });
          for (const one of history) {
            play(rows, [one]);
            for (const window of rows.windows.values()) {
              expect(window.firesAt).toBeLessThanOrEqual(rows.now() + 4 * second);
              if (timeoutMs !== null) expect(window.firesAt).toBeLessThanOrEqual(window.firstAt + timeoutMs);
            }
          }
        },
      ),
    );
  });
});
