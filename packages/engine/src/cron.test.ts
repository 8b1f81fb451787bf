import { asFunctionId, type Millis, millis } from "@stepwright/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { effectsOf, leased, noon, sampleFunction } from "../test/sample.ts";
import { checkCron, cronItemId, cronTicked, type CronTrigger, nextTick, startCron, stopCron } from "./cron.ts";
import type { Transition } from "./effects.ts";

const secondMs = 1_000;
const minuteMs = 60_000;

function at(text: string): Millis {
  return millis(Date.parse(text));
}

function cron(text: string, over: Partial<CronTrigger> = {}): CronTrigger {
  return { kind: "cron", cron: text, timeZone: "UTC", text, jitterMs: null, ...over };
}

/** The first ticks after a moment, as UTC. */
function ticks(text: string, from: string, count: number, timeZone = "UTC"): readonly (string | null)[] {
  const found: (string | null)[] = [];
  for (let after: Millis | null = at(from); after !== null && found.length < count;) {
    after = nextTick({ cron: text, timeZone }, after);
    found.push(after === null ? null : new Date(after).toISOString().slice(0, 16));
  }
  return found;
}

describe("a schedule's ticks", () => {
  it("come strictly after the moment, on whole minutes", () => {
    expect(ticks("* * * * *", "2026-01-01T00:00:30.500Z", 2)).toEqual(["2026-01-01T00:01", "2026-01-01T00:02"]);
    expect(ticks("* * * * *", "2026-01-01T00:01:00Z", 1)).toEqual(["2026-01-01T00:02"]);
  });

  it("fall on either day when both the day of the month and the day of the week are given", () => {
    expect(ticks("0 0 13 * 5", "2026-01-01T00:00:00Z", 4)).toEqual([
      "2026-01-02T00:00",
      "2026-01-09T00:00",
      "2026-01-13T00:00",
      "2026-01-16T00:00",
    ]);
  });

  it("know names, and 7 for Sunday", () => {
    expect(ticks("0 9 * JAN MON-FRI", "2026-01-29T12:00:00Z", 2)).toEqual(["2026-01-30T09:00", "2027-01-01T09:00"]);
    expect(ticks("0 9 * * 7", "2026-01-01T00:00:00Z", 1)).toEqual(ticks("0 9 * * SUN", "2026-01-01T00:00:00Z", 1));
  });

  it("skip months that are too short, and are none when no month is long enough", () => {
    expect(ticks("0 0 31 * *", "2026-01-31T12:00:00Z", 2)).toEqual(["2026-03-31T00:00", "2026-05-31T00:00"]);
    expect(ticks("0 0 29 2 *", "2026-01-01T00:00:00Z", 1)).toEqual(["2028-02-29T00:00"]);
    expect(ticks("0 0 30 2 *", "2026-01-01T00:00:00Z", 1)).toEqual([null]);
  });

  it("skip local times that the spring change of clocks leaves out", () => {
    expect(ticks("30 2 * * *", "2026-03-28T00:00:00Z", 3, "Europe/Berlin")).toEqual([
      "2026-03-28T01:30",
      "2026-03-30T00:30",
      "2026-03-31T00:30",
    ]);
    expect(ticks("0 * * * *", "2026-03-28T23:30:00Z", 3, "Europe/Berlin")).toEqual([
      "2026-03-29T00:00",
      "2026-03-29T01:00",
      "2026-03-29T02:00",
    ]);
  });

  it("come once at a daily time that the autumn change of clocks repeats, and every hour for an hourly one", () => {
    expect(ticks("30 2 * * *", "2026-10-24T00:00:00Z", 3, "Europe/Berlin")).toEqual([
      "2026-10-24T00:30",
      "2026-10-25T00:30",
      "2026-10-26T01:30",
    ]);
    expect(ticks("0 * * * *", "2026-10-24T23:30:00Z", 3, "Europe/Berlin")).toEqual([
      "2026-10-25T00:00",
      "2026-10-25T01:00",
      "2026-10-25T02:00",
    ]);
  });

  it("are none when every year's change of clocks leaves them out", () => {
    expect(ticks("30 2 * 3 0L", "2026-01-01T00:00:00Z", 1, "Europe/Berlin")).toEqual([null]);
  });
});

describe("the check of a schedule", () => {
  it.each(["* * * * *", "0 9 * * MON-FRI", "*/5 0-6,22 1,15 JAN-MAR *", "0 0 29 2 *", "0 9 * * THU"])(
    "takes %s",
    (text) => {
      expect(checkCron(text, "UTC")).toBeNull();
    },
  );

  it.each([
    ["@daily", /descriptor/],
    ["* * * *", /4 fields/],
    ["0 * * * * *", /6 fields/],
    ["60 * * * *", /cannot be read/],
    ["0 0 0 * *", /cannot be read/],
    ["a b c d e", /cannot be read/],
    ["0 0 30 2 *", /cannot be read/],
    ["H * * * *", /to chance/],
    ["0 H(0-6) * * *", /to chance/],
  ])("refuses %s and says why", (text, reason) => {
    expect(checkCron(text, "UTC")).toMatch(reason);
  });

  it("refuses a time zone that does not exist", () => {
    expect(checkCron("* * * * *", "Mars/Olympus")).toMatch(/Europe\/Berlin/);
  });

  it("takes what has ticks, and what it takes has the same ticks every time", () => {
    const field = (max: number) =>
      fc.oneof(
        fc.constant("*"),
        fc.integer({ min: 1, max }).map(String),
        fc.integer({ min: 1, max }).map((n) => `*/${n}`),
      );
    fc.assert(
      fc.property(field(59), field(23), field(28), field(12), field(6), (...fields) => {
        const text = fields.join(" ");
        expect(checkCron(text, "Europe/Berlin")).toBeNull();
        const trigger = { cron: text, timeZone: "Europe/Berlin" };
        const tick = nextTick(trigger, noon);
        expect(tick).not.toBeNull();
        expect(tick).toBeGreaterThan(noon);
        expect(nextTick(trigger, noon)).toBe(tick);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a chain", () => {
  const fn = sampleFunction();

  it("starts with an item at its next tick", () => {
    const trigger = cron("30 12 * * *");
    const effects = startCron(fn, trigger, noon);
    const tick = millis(noon + 30 * minuteMs);
    expect(effectsOf(effects, "putCron")[0]?.schedule).toEqual({
      functionId: fn.id,
      cron: trigger.text,
      nextAt: tick,
      lastTickAt: null,
    });
    expect(effectsOf(effects, "enqueue")[0]?.item).toEqual({
      id: cronItemId(fn.id, trigger.text),
      lane: "system",
      at: tick,
      attempt: 0,
      work: { kind: "cron", functionId: fn.id, cron: trigger.text, tick },
    });
  });

  it("is remembered without an item when it never fires", () => {
    const effects = startCron(fn, cron("0 0 30 2 *"), noon);
    expect(effectsOf(effects, "putCron")[0]?.schedule.nextAt).toBeNull();
    expect(effectsOf(effects, "enqueue")).toEqual([]);
  });

  it("stops by losing its item", () => {
    expect(stopCron(fn.id, "* * * * *")).toEqual([
      { kind: "dequeue", itemId: cronItemId(fn.id, "* * * * *") },
      { kind: "removeCron", functionId: fn.id, cron: "* * * * *" },
    ]);
  });
});

describe("a tick that is due", () => {
  it("starts the function with a timer event and moves the item to the next tick", () => {
    const transition = fire({ lateMs: 0 });
    expect(transition.guards).toEqual([{ kind: "lease", itemId: "item-1", generation: 1 }]);
    expect(nextOf(transition)).toBe(noon + minuteMs);
    expect(effectsOf(transition, "putCron")[0]?.schedule).toMatchObject({ nextAt: noon + minuteMs, lastTickAt: noon });
    const [child] = transition.children ?? [];
    expect(child?.guards).toEqual([{ kind: "keyFree", key: `fn-1:tick:${noon}`, now: noon }]);
    const [event] = effectsOf(child?.effects ?? [], "putEvent");
    expect(event?.event).toMatchObject({
      id: "2026-01-15T12:00:00Z",
      name: "inngest/scheduled.timer",
      ts: noon,
      data: '{"cron":"* * * * *","fireAt":"2026-01-15T12:00:00Z","scheduledAt":"2026-01-15T12:00:00Z"}',
    });
    const [created] = effectsOf(child?.effects ?? [], "createRun");
    expect(created?.run).toMatchObject({ cron: "* * * * *", triggerName: "inngest/scheduled.timer", status: "queued" });
    expect(created?.events).toEqual([{ kind: "inTransition", index: 0 }]);
  });

  it("has the same key for two crons of a function, so that one run starts", () => {
    const [one] = fire({ lateMs: 0, trigger: cron("* * * * *") }).children ?? [];
    const [other] = fire({ lateMs: 0, trigger: cron("0 12 * * *") }).children ?? [];
    expect(one?.guards).toEqual(other?.guards);
  });

  it("is not missed when it is only delayed, and the ticks meanwhile follow", () => {
    const transition = fire({ lateMs: minuteMs });
    expect(firedTick(transition)).toBe(noon);
    expect(nextOf(transition)).toBe(noon + minuteMs);
  });

  it("fires once for the latest tick after downtime, and never replays a series", () => {
    const transition = fire({ lateMs: 10 * minuteMs + 20 * secondMs });
    expect(firedTick(transition)).toBe(noon + 10 * minuteMs);
    expect(nextOf(transition)).toBe(noon + 11 * minuteMs);
    expect(transition.children).toHaveLength(1);
  });

  it("fires itself after downtime when no other tick has passed", () => {
    const transition = fire({ lateMs: 10 * minuteMs, trigger: cron("0 12 * * *") });
    expect(firedTick(transition)).toBe(noon);
    expect(nextOf(transition)).toBe(noon + 24 * 60 * minuteMs);
  });

  it("does not fire after downtime when the policy is none", () => {
    const transition = fire({ lateMs: 10 * minuteMs + 20 * secondMs, policy: "none" });
    expect(transition.children).toEqual([]);
    expect(nextOf(transition)).toBe(noon + 11 * minuteMs);
    expect(effectsOf(transition, "putCron")[0]?.schedule.lastTickAt).toBe(noon + 10 * minuteMs);
  });

  it("fires in time when the policy is none", () => {
    expect(fire({ lateMs: 5 * secondMs, policy: "none" }).children).toHaveLength(1);
  });

  it("ends the chain when it was the last", () => {
    const transition = fire({ lateMs: 0, trigger: cron("0 0 30 2 *") });
    expect(effectsOf(transition, "dequeue")).toEqual([{ kind: "dequeue", itemId: "item-1" }]);
    expect(effectsOf(transition, "replaceWork")).toEqual([]);
  });
});

describe("jitter", () => {
  const trigger = cron("* * * * *", { jitterMs: 300 * secondMs });

  it("lies between a second and its limit, the same for the same tick, and spread over ticks and functions", () => {
    const seen = new Set<number>();
    fc.assert(
      fc.property(fc.nat(100_000), fc.integer({ min: 1_000, max: 300_000 }), fc.string(), (minutes, jitterMs, name) => {
        const fn = { id: asFunctionId(name) };
        const one = { ...trigger, jitterMs };
        const from = millis(noon + minutes * minuteMs);
        const [item] = effectsOf(startCron(fn, one, from), "enqueue");
        const offset = (item?.item.at ?? 0) - (from + minuteMs);
        expect(offset).toBeGreaterThanOrEqual(1_000);
        expect(offset).toBeLessThanOrEqual(Math.max(1_000, jitterMs - 1));
        expect(effectsOf(startCron(fn, one, from), "enqueue")[0]).toEqual(item);
        seen.add(offset);
      }),
    );
    expect(seen.size).toBeGreaterThan(50);
  });

  it("longer than the interval loses no tick", () => {
    const fired: number[] = [];
    let tick = noon;
    for (let count = 0; count < 20; count += 1) {
      const transition = fire({ lateMs: 290 * secondMs, trigger, tick });
      fired.push(firedTick(transition) ?? 0);
      tick = millis(nextTickOf(transition));
    }
    expect(fired).toEqual(Array.from({ length: 20 }, (_, index) => noon + index * minuteMs));
  });
});

function fire(options: {
  readonly lateMs: number;
  readonly trigger?: CronTrigger;
  readonly policy?: "latest" | "none";
  readonly tick?: Millis;
}): Transition {
  const { trigger = cron("* * * * *"), policy = "latest", tick = noon } = options;
  const fn = sampleFunction();
  let made = 0;
  return cronTicked({
    fn,
    trigger,
    item: leased({ kind: "cron", functionId: fn.id, cron: trigger.text, tick }),
    tick,
    policy,
    now: millis(tick + options.lateMs),
    newId: () => `id-${++made}`,
  });
}

function nextOf(transition: Transition): number | undefined {
  return effectsOf(transition, "replaceWork")[0]?.item.at;
}

function nextTickOf(transition: Transition): number {
  const work = effectsOf(transition, "replaceWork")[0]?.item.work;
  return work?.kind === "cron" ? work.tick : 0;
}

function firedTick(transition: Transition): number | undefined {
  const [guard] = transition.children?.[0]?.guards ?? [];
  return guard?.kind === "keyFree" ? Number(guard.key.split(":")[2]) : undefined;
}
