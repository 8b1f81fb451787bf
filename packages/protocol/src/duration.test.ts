import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseDuration,
  parseDurationOrInstant,
  parseGoDuration,
  parseInstant,
  parseRetryAfter,
  parseSpokenDuration,
} from "./duration.ts";
import { millis } from "./ids.ts";

const now = millis(Date.UTC(2026, 10, 23, 21, 28, 25, 148));
const day = 86_400_000;

describe("durations", () => {
  it.each([
    ["0", 0],
    ["0s", 0],
    ["1s", 1000],
    ["250ms", 250],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["1.s", 1000],
    ["1d2h30m", day + 9_000_000],
    ["1w", 7 * day],
    ["1m1m", 120_000],
    ["1500us", 1.5],
    ["3µs", 0.003],
    ["3μs", 0.003],
    ["10ns", 0.00001],
    ["-2s", -2000],
    ["+2s", 2000],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBeCloseTo(ms, 9);
  });

  it.each([
    "",
    "1",
    "s",
    "1 s",
    "1s ",
    "1y",
    "1S",
    "one hour",
    "1h-2m",
    ".s",
    "1..5s",
    "--1s",
    "999999999w",
    "2026-11-23",
  ])("%j is none", (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it.each([
    ["2 days", 172_800_000],
    ["1 hour 30 mins", 5_400_000],
    ["250 milliseconds", 250],
    ["1.5 Weeks", 907_200_000],
    ["3h 5s", 10_805_000],
    ["two days", null],
    ["2 months", null],
  ])("%j is said as well", (text, ms) => {
    expect(parseSpokenDuration(text)).toBe(ms);
  });

  it("add up from their parts", () => {
    const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: day, w: 7 * day };
    const parts = fc.array(fc.tuple(fc.nat(999), fc.constantFrom(...(Object.keys(unit) as (keyof typeof unit)[]))), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(parts, (list) => {
        const text = list.map(([amount, name]) => `${amount}${name}`).join("");
        expect(parseDuration(text)).toBe(list.reduce((sum, [amount, name]) => sum + amount * unit[name], 0));
      }),
    );
  });

  it("of Go know no days and weeks", () => {
    expect(parseGoDuration("1h0.5s")).toBe(3_600_500);
    expect(parseGoDuration("1d")).toBeNull();
    expect(parseGoDuration("1w")).toBeNull();
  });
});

describe("instants", () => {
  it.each([
    ["2026-11-23T21:28:25.148Z", "2026-11-23T21:28:25.148Z"],
    ["2026-11-23T21:28:25Z", "2026-11-23T21:28:25.000Z"],
    ["2026-11-23t21:28:25z", "2026-11-23T21:28:25.000Z"],
    ["2026-11-23T21:28:25+02:30", "2026-11-23T18:58:25.000Z"],
    ["2026-11-23T21:28:25.148000+00:00", "2026-11-23T21:28:25.148Z"],
    ["2026-11-23T21:28:25.1480001Z", "2026-11-23T21:28:25.149Z"],
    ["2026-11-23T21:28:25", "2026-11-23T21:28:25.000Z"],
    ["2026-11-23 21:28:25", "2026-11-23T21:28:25.000Z"],
    ["2026-11-23", "2026-11-23T00:00:00.000Z"],
    ["2024-02-29", "2024-02-29T00:00:00.000Z"],
    ["Mon, 23 Nov 2026 21:28:25 GMT", "2026-11-23T21:28:25.000Z"],
    ["Mon, 23 Nov 2026 21:28:25 -0100", "2026-11-23T22:28:25.000Z"],
    ["Monday, 23-Nov-26 21:28:25 UTC", "2026-11-23T21:28:25.000Z"],
    ["23 Nov 26 21:28 UTC", "2026-11-23T21:28:00.000Z"],
    ["23 Nov 99 21:28 +0000", "1999-11-23T21:28:00.000Z"],
    ["Mon Nov  2 21:28:25 2026", "2026-11-02T21:28:25.000Z"],
    ["Mon Nov 23 21:28:25 UTC 2026", "2026-11-23T21:28:25.000Z"],
  ])("%s is %s", (text, iso) => {
    expect(parseInstant(text)).toBe(Date.parse(iso));
  });

  it.each([
    "",
    "tomorrow",
    "2026-02-30",
    "2026-13-01",
    "2026-11-23T24:00:00Z",
    "2026-11-23T21:60:00Z",
    "2026-11-23T21:28:60Z",
    "Mon, 23 Nov 2026 21:28:25 PST",
    "1795470000000",
  ])("%j is none", (text) => {
    expect(parseInstant(text)).toBeNull();
  });

  it("read what JavaScript writes", () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date("0001-01-01"), max: new Date("9999-12-31") }),
        (date) => {
          expect(parseInstant(date.toISOString())).toBe(date.getTime());
          expect(parseInstant(date.toUTCString())).toBe(Math.floor(date.getTime() / 1000) * 1000);
        },
      ),
    );
  });
});

describe("how long or until when", () => {
  it.each([
    ["", now],
    ["1s", now + 1000],
    ["0.5ms", now + 1],
    ["-1h", now],
    ["2026-11-23T21:28:26.148Z", now + 1000],
    ["2020-01-01", now],
  ])("%j is %d", (text, at) => {
    expect(parseDurationOrInstant(text, now)).toBe(at);
  });

  it("may be neither", () => {
    expect(parseDurationOrInstant("soon", now)).toBeNull();
  });
});

describe("retry-after", () => {
  it.each([
    ["3", now + 3000],
    [" 3 ", now + 3000],
    ["9999999", now + day],
    ["2026-11-23T21:28:28.148Z", now + 3000],
    ["Mon, 23 Nov 2026 21:28:30 GMT", Date.UTC(2026, 10, 23, 21, 28, 30)],
    ["2020-01-01", now + 1000],
    ["2099-01-01", now + day],
  ])("%j is %d", (value, at) => {
    expect(parseRetryAfter(value, now)).toBe(at);
  });

  it.each(["", "0", "-3", "1.5", "soon", "99999999"])("%j says nothing usable", (value) => {
    expect(parseRetryAfter(value, now)).toBeNull();
  });
});
