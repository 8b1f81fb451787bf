import { canonicalJson, type FlowConfig, parseJsonText } from "@stepwright/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { paceModel } from "../../test/pace-model.ts";
import { noon } from "../../test/sample.ts";
import { letThroughAt, type RateLimiter, rateLimiter } from "./rate-limit.ts";
import { chargeStart } from "./throttle.ts";

const minute = 60_000;

type Config = Pick<FlowConfig, "rateLimit" | "idempotency">;

function limiterOf(config: Partial<Config>, data: object = { user: "u7" }, id = "fn-1") {
  return rateLimiter(
    { id, config: { rateLimit: null, idempotency: null, ...config } },
    { event: parseJsonText(canonicalJson({ data })), now: noon },
  );
}

function made(config: Partial<Config>, data?: object, id?: string): RateLimiter {
  const result = limiterOf(config, data, id);
  if (result.kind !== "limiter") throw new Error(`no limiter but ${result.kind}`);
  return result.limiter;
}

function perMinute(limit: number, key: string | null = null): Partial<Config> {
  return { rateLimit: { limit, periodMs: minute, key } };
}

/** How many of these are let through that come at once. */
function letThrough(limiter: RateLimiter, count: number, now: number, arrivalAt: number | null = null) {
  let through = 0;
  let arrival = arrivalAt;
  for (let n = 0; n < count; n += 1) {
    if (letThroughAt(limiter, arrival) > now) continue;
    through += 1;
    arrival = chargeStart(limiter.pace, arrival, now);
  }
  return { through, arrival };
}

describe("a rate limit", () => {
  it.each([
    // No window counter: one and a tenth of the limit at once (semantics.md §4.4).
    [5, 1],
    [9, 1],
    [10, 2],
    [20, 3],
    [100, 11],
  ])("of %d per minute lets %d through at once", (limit, expected) => {
    expect(letThrough(made(perMinute(limit)), 50, noon).through).toBe(expected);
  });

  it("then lets one through every part of the period", () => {
    const limiter = made(perMinute(5));
    const { arrival } = letThrough(limiter, 8, noon);
    expect(letThroughAt(limiter, arrival)).toBe(noon + 12_000);
    expect(letThrough(limiter, 8, noon + 11_999, arrival).through).toBe(0);
    expect(letThrough(limiter, 8, noon + 12_000, arrival).through).toBe(1);
  });

  it("is one per function and value of its key", () => {
    const ids = [
      made(perMinute(5)).id,
      made(perMinute(5), {}, "fn-2").id,
      made(perMinute(5, "event.data.user")).id,
      made(perMinute(5, "event.data.user"), { user: "u8" }).id,
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(made(perMinute(5, "event.data.user")).id).toBe(made(perMinute(9, "event.data.user")).id);
    expect(made(perMinute(5, "event.data.user"), { user: 1 }).id).toBe(
      made(perMinute(5, "event.data.user"), { user: "1" }).id,
    );
    expect(made(perMinute(5, "event.data.user")).key).toBe("u7");
  });

  it("is off for an event whose key is false or missing", () => {
    expect(limiterOf(perMinute(5, "event.data.missing"))).toEqual({ kind: "none" });
    expect(limiterOf(perMinute(5, "event.data.user"), { user: false })).toEqual({ kind: "none" });
    expect(limiterOf({ idempotency: { key: "event.data.missing" } })).toEqual({ kind: "none" });
    expect(limiterOf({})).toEqual({ kind: "none" });
  });

  it("starts nothing when its key errs, and says of which option", () => {
    expect(limiterOf(perMinute(5, "event.data.user - 1"))).toMatchObject({ kind: "error", option: "rateLimit" });
    expect(limiterOf({ idempotency: { key: "event.data.user - 1" } })).toMatchObject({
      kind: "error",
      option: "idempotency",
    });
  });

  it("never exceeds its curve and refuses nobody below it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 45 }),
        fc.integer({ min: 1, max: 3_000 }),
        fc.array(fc.nat(6_000), { maxLength: 60 }),
        (limit, intervalMs, gaps) => {
          const limiter = made({ rateLimit: { limit, periodMs: limit * intervalMs, key: null } });
          const model = paceModel({ intervalMs, atOnceMax: 1 + Math.floor(limit / 10) });
          let now = 0;
          let arrivalAt: number | null = null;
          for (const gap of gaps) {
            now += gap;
            const isThrough: boolean = letThroughAt(limiter, arrivalAt) <= now;
            if (isThrough) arrivalAt = chargeStart(limiter.pace, arrivalAt, now);
            expect(isThrough).toBe(model.ask(now));
          }
        },
      ),
    );
  });
});

describe("idempotency", () => {
  const idempotency = { key: "event.data.user" };

  it("lets a value through once in 24 hours", () => {
    const limiter = made({ idempotency });
    const { arrival } = letThrough(limiter, 1, noon);
    expect(letThroughAt(limiter, arrival)).toBe(noon + 24 * 60 * minute);
  });

  it("takes the place of a rate limit, which then counts for nothing", () => {
    const limiter = made({ idempotency, ...perMinute(100) });
    expect(limiter.option).toBe("idempotency");
    expect(letThrough(limiter, 50, noon).through).toBe(1);
    expect(limiter.id).not.toBe(made(perMinute(100, "event.data.user")).id);
  });
});
