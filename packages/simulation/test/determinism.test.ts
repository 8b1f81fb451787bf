// A seed decides everything: run twice, it goes the same way line by line.
import { expect, test } from "vitest";
import { runSeed } from "../src/run-seed.ts";

test("a seed goes the same way each time, whatever ran in between", { timeout: 60_000 }, async () => {
  const seeds = Array.from({ length: 25 }, (_, index) => index * 7 + 1);
  const first: string[] = [];
  for (const seed of seeds) first.push((await runSeed(seed)).hash);
  const second: string[] = [];
  for (const seed of seeds.toReversed()) second.unshift((await runSeed(seed)).hash);
  expect(second).toEqual(first);
  expect(new Set(first).size).toBe(seeds.length);
});

test("seeds that run side by side do not touch each other", { timeout: 60_000 }, async () => {
  const seeds = [3, 5, 8, 13];
  const alone: string[] = [];
  for (const seed of seeds) alone.push((await runSeed(seed)).hash);
  const together = await Promise.all(seeds.map((seed) => runSeed(seed)));
  expect(together.map((report) => report.hash)).toEqual(alone);
});
