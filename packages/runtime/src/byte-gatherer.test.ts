import { describe, expect, it } from "vitest";
import { createByteGatherer } from "./byte-gatherer.ts";

const sizes = [1, 3, 5_000, 2, 4_095, 4_096, 100_000, 1, 0, 65_536, 7];

describe("gathered bytes", () => {
  it("come back in order, whatever the sizes of the pieces", () => {
    const gathered = createByteGatherer();
    const pieces = sizes.map((size, index) => Buffer.alloc(size, index + 1));
    for (const piece of pieces) gathered.add(piece);
    expect(gathered.length).toBe(sizes.reduce((sum, size) => sum + size, 0));
    expect(gathered.take().equals(Buffer.concat(pieces))).toBe(true);
  });

  it("are the piece itself when there is one, and nothing when there is none", () => {
    const piece = Buffer.from("one");
    const gathered = createByteGatherer();
    gathered.add(piece);
    expect(gathered.take()).toBe(piece);
    expect(createByteGatherer().take()).toHaveLength(0);
  });

  it("take little more room than they are, though they come one by one", () => {
    const count = 2_000_000;
    const source = Buffer.alloc(count, "x");
    const before = process.memoryUsage();
    const gathered = createByteGatherer();
    for (let at = 0; at < count; at += 1) gathered.add(source.subarray(at, at + 1));
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(gathered.take().equals(source)).toBe(true);
    // Kept as they came they would be 2,000,000 objects of about a hundred bytes each; what is seen here is garbage of the loop.
    expect(grown).toBeLessThan(100_000_000);
  });
});
