import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  derivedUlid,
  isUlid,
  millis,
  oidNamespace,
  ulidBits,
  ulidOf,
  ulidOfBits,
  ulidTime,
  ulidTimeMax,
  uuidV5,
} from "./ids.ts";

const times = fc.integer({ min: 0, max: ulidTimeMax }).map(millis);
const entropies = fc.uint8Array({ minLength: 10, maxLength: 10 });

describe("ULIDs", () => {
  it("carry their time", () => {
    fc.assert(
      fc.property(times, entropies, (at, entropy) => {
        const id = ulidOf(at, entropy);
        expect(isUlid(id)).toBe(true);
        expect(ulidTime(id)).toBe(at);
        expect(ulidBits(id)).toMatch(/^[0-9a-f]{32}$/);
        expect(ulidOfBits(ulidBits(id))).toBe(id);
      }),
    );
  });

  it("sort as text the way their time and entropy do", () => {
    fc.assert(
      fc.property(times, entropies, times, entropies, (atA, entropyA, atB, entropyB) => {
        const order = atA - atB || Buffer.compare(entropyA, entropyB);
        const a = ulidOf(atA, entropyA);
        const b = ulidOf(atB, entropyB);
        expect(a < b ? -1 : a > b ? 1 : 0).toBe(Math.sign(order));
      }),
    );
  });

  it("are derived alike from alike facts and differ otherwise", () => {
    expect(derivedUlid(millis(5), "run.step")).toBe(derivedUlid(millis(5), "run.step"));
    expect(derivedUlid(millis(5), "run.step")).not.toBe(derivedUlid(millis(5), "run.other"));
  });

  it.each([
    "",
    "01M854RY3P60RK4CSM6MV3EE1",
    "01m854ry3p60rk4csm6mv3ee1t",
    "81M854RY3P60RK4CSM6MV3EE1T",
    "01M854RY3P60RK4CSM6MV3EE1U",
  ])("%j is none", (text) => {
    expect(isUlid(text)).toBe(false);
    expect(() => ulidTime(text)).toThrow(RangeError);
  });

  it("refuse times and entropy that do not fit", () => {
    expect(() => ulidOf(millis(ulidTimeMax + 1), new Uint8Array(10))).toThrow(RangeError);
    expect(() => ulidOf(millis(-1), new Uint8Array(10))).toThrow(RangeError);
    expect(() => ulidOf(millis(1), new Uint8Array(9))).toThrow(RangeError);
  });
});

describe("derived UUIDs", () => {
  it("follow the published example of version 5", () => {
    expect(uuidV5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")).toBe(
      "2ed6657d-e927-568b-95e1-2665a8aea6a2",
    );
  });

  it("need a namespace that is a UUID", () => {
    expect(() => uuidV5("nope", "x")).toThrow(RangeError);
    expect(uuidV5(oidNamespace, "")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("time points", () => {
  it("are whole milliseconds", () => {
    expect(millis(1.5)).toBe(2);
  });

  it.each([Number.NaN, Infinity, -Infinity])("cannot be %d", (value) => {
    expect(() => millis(value)).toThrow(RangeError);
  });
});
