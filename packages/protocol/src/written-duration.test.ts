import { describe, expect, it } from "vitest";
import { parseDuration } from "./duration.ts";
import { goDuration, shortDuration } from "./written-duration.ts";

describe.each([
  [0, "0s", "0s"],
  [250, "250ms", "250ms"],
  [2_000, "2s", "2s"],
  [60_000, "1m", "1m0s"],
  [90_000, "90s", "1m30s"],
  [5_400_000, "90m", "1h30m0s"],
  [86_400_000, "1d", "24h0m0s"],
])("%i milliseconds", (ms, short, go) => {
  it(`are written ${short}, and ${go} as Go does`, () => {
    expect([shortDuration(ms), goDuration(ms)]).toEqual([short, go]);
    expect(parseDuration(short)).toBe(ms);
  });
});
