import type { Throttle } from "@stepwright/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { paceModel } from "../../test/pace-model.ts";
import { chargeStart, startAllowedAt, throttleLimit } from "./throttle.ts";

const second = 1_000;

function throttle(over: Partial<Throttle> = {}): Throttle {
  return { limit: 2, periodMs: 10 * second, burst: 0, key: null, ...over };
}

/** When each of these starts goes that all wait from 0. */
function startsFromIdle(over: Partial<Throttle>, count: number): readonly number[] {
  const pace = throttleLimit(throttle(over));
  const starts: number[] = [];
  let arrivalAt: number | null = null;
  for (let n = 0; n < count; n += 1) {
    const at: number = Math.max(starts.at(-1) ?? 0, startAllowedAt(pace, arrivalAt));
    starts.push(at);
    arrivalAt = chargeStart(pace, arrivalAt, at);
  }
  return starts;
}

describe("a pace", () => {
  it.each([
    // From idle `limit + burst` go at once, then one per `period / limit` (semantics.md §4.3).
    [{ limit: 3, periodMs: 30 * second }, [0, 0, 0, 10, 20, 30]],
    [{ limit: 1, periodMs: 5 * second }, [0, 5, 10, 15]],
    [{ limit: 1, burst: 1, periodMs: 7 * second }, [0, 0, 7, 14]],
    [{ limit: 2, burst: 1, periodMs: 7 * second }, [0, 0, 0, 3.5, 7]],
    [{ limit: 2, periodMs: 5 * second }, [0, 0, 2.5, 5]],
  ])("of %o starts those that wait after %o seconds", (over, seconds) => {
    expect(startsFromIdle(over, seconds.length)).toEqual(seconds.map((one) => one * second));
  });

  it.each([
    [1_999, 1_000],
    [2_000, 2_000],
    [999, 1_000],
    [90_500, 90_000],
  ])("whose period is %d ms counts %d: whole seconds, at least one", (periodMs, counted) => {
    expect(throttleLimit(throttle({ limit: 1, periodMs }))).toEqual({ intervalMs: counted, toleranceMs: 0 });
  });

  it("is open to the first, at whatever time", () => {
    expect(startAllowedAt(throttleLimit(throttle()), null)).toBe(-Infinity);
  });

  it("saves up no more than it allows from idle, however long nobody came", () => {
    const pace = throttleLimit(throttle({ limit: 2 }));
    const afterADay = 86_400 * second;
    const arrivalAt = chargeStart(pace, 5 * second, afterADay);
    expect(arrivalAt).toBe(afterADay + 5 * second);
    expect(startAllowedAt(pace, chargeStart(pace, arrivalAt, afterADay))).toBe(afterADay + 5 * second);
  });

  it("lets through whom a slow count lets through, and nobody else", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(3 * second), { maxLength: 60 }),
        (limit, burst, intervalSeconds, gaps) => {
          const pace = throttleLimit(throttle({ limit, burst, periodMs: limit * intervalSeconds * second }));
          const model = paceModel({ intervalMs: intervalSeconds * second, atOnceMax: limit + burst });
          let now = 0;
          let arrivalAt: number | null = null;
          for (const gap of gaps) {
            now += gap;
            const isAllowed: boolean = startAllowedAt(pace, arrivalAt) <= now;
            if (isAllowed) arrivalAt = chargeStart(pace, arrivalAt, now);
            expect(isAllowed).toBe(model.ask(now));
          }
        },
      ),
    );
  });
});
