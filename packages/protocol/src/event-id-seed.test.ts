import { describe, expect, it } from "vitest";
import { parseEventIdSeed, seededEventId } from "./event-id-seed.ts";
import { isUlid, ulidTime } from "./ids.ts";

describe("an event id seed", () => {
  it("gives each event its own id at the seed's time", () => {
    const seed = parseEventIdSeed("1743130137367,eii2YKXRVTJPuA==");
    expect(seed).not.toBeNull();
    if (seed === null) return;
    const ids = [1, 2, 3].map((index) => seededEventId(seed, index));
    expect(new Set(ids).size).toBe(3);
    expect(ids.every(isUlid)).toBe(true);
    expect(ids.map(ulidTime)).toEqual([1743130137367, 1743130137367, 1743130137367]);
    expect(ids).toEqual([1, 2, 3].map((index) => seededEventId(seed, index)));
  });

  it("counts on from the start when its last bytes are full", () => {
    const entropy = Buffer.from([1, 2, 3, 4, 5, 6, 255, 255, 255, 255]).toString("base64");
    const seed = parseEventIdSeed(`1,${entropy}`);
    const zero = parseEventIdSeed(`1,${Buffer.from([1, 2, 3, 4, 5, 6, 0, 0, 0, 0]).toString("base64")}`);
    if (seed === null || zero === null) throw new Error("the seed is fine");
    expect(seededEventId(seed, 1)).toBe(seededEventId(zero, 0));
  });

  it.each([
    undefined,
    "",
    "garbage",
    "1,2,3",
    "0,MDEyMzQ1Njc4OQ==",
    "-1,MDEyMzQ1Njc4OQ==",
    "1,MDEyMzQ1Njc4",
    "1,MDEyMzQ1Njc4OTA=",
    "999999999999999,MDEyMzQ1Njc4OQ==",
  ])("is ignored when it is %j", (header) => {
    expect(parseEventIdSeed(header)).toBeNull();
  });
});
