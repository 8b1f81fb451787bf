import { describe, expect, it } from "vitest";
import { isLargerThan, utf8Bytes } from "./utf8-bytes.ts";

describe("the size of a text", () => {
  it.each([
    ["", 0],
    ["abc", 3],
    ["é", 2],
    ["€", 3],
    ["😀", 4],
    ["\ud800", 3],
  ])("%j has %i bytes", (text, bytes) => {
    expect(utf8Bytes(text)).toBe(bytes);
    expect(isLargerThan(text, bytes)).toBe(false);
    expect(isLargerThan(text, bytes - 1)).toBe(true);
  });

  it("is that of its bytes, not of its characters", () => {
    const text = "€".repeat(100);
    expect(isLargerThan(text, 299)).toBe(true);
    expect(isLargerThan(text, 300)).toBe(false);
    expect(isLargerThan("a".repeat(100), 100)).toBe(false);
    expect(isLargerThan("a".repeat(101), 100)).toBe(true);
  });
});
