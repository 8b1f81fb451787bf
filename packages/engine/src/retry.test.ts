import { millis } from "@stepwright/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextAttemptAt, type RetryPolicy } from "./retry.ts";

const now = millis(1_000_000);

function delay(attempt: number, policy: Partial<RetryPolicy>, fraction = 0, requestedAt: number | null = null): number {
  return (
    nextAttemptAt({
      attempt,
      now,
      policy: { schedule: "hosted", intervalMs: null, hasJitter: true, ...policy },
      fraction: () => fraction,
      requestedAt: requestedAt === null ? null : millis(requestedAt),
    }) - now
  );
}

describe("the time of the next attempt", () => {
  it("follows the table of the hosted schedule and stays at its end", () => {
    const seconds = Array.from({ length: 12 }, (_, attempt) => delay(attempt, {}) / 1_000);
    expect(seconds).toEqual([15, 30, 60, 120, 300, 600, 1_200, 2_400, 3_600, 7_200, 7_200, 7_200]);
  });

  it("adds up to 30 s to the hosted schedule and never takes any away", () => {
    expect(delay(0, {}, 0.999)).toBe(15_000 + 29_970);
    expect(delay(0, { hasJitter: false }, 0.999)).toBe(15_000);
  });

  it("doubles from one second to an hour", () => {
    const doubling = { schedule: "doubling" } as const;
    expect([0, 1, 2, 3, 11, 12, 20].map((attempt) => delay(attempt, doubling))).toEqual([
      1_000, 2_000, 4_000, 8_000, 2_048_000, 3_600_000, 3_600_000,
    ]);
    expect(delay(2, doubling, 0.5)).toBe(4_200);
  });

  it("is a fixed interval when one is set, without jitter", () => {
    expect(delay(7, { intervalMs: 1_000 }, 0.9)).toBe(1_000);
  });

  it("is what the app asked for, whatever the policy says", () => {
    expect(delay(0, { intervalMs: 1_000 }, 0.9, now + 42)).toBe(42);
    expect(delay(3, {}, 0.9, now + 42)).toBe(42);
  });

  it("never comes before now and is never further away than the longest delay with its jitter", () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        fc.constantFrom("hosted", "doubling"),
        (attempt, fraction, schedule) => {
          const waited = delay(attempt, { schedule }, fraction);
          expect(waited).toBeGreaterThanOrEqual(1_000);
          expect(waited).toBeLessThanOrEqual(7_230_000);
        },
      ),
    );
  });
});
