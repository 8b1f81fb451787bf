// The runtime's chance, drawn from a seed: the same test has the same ids and the same jitter each time.
import type { Random } from "@stepwright/runtime";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { monotonicFactory } from "ulid";

/** Makes numbers in [0, 1) that follow from the seed. */
export function createSeededFractions(seed: number): () => number {
  const generator = xoroshiro128plus(seed);
  return () => uniformFloat64(generator);
}

/** Makes the chance of one engine; its ids rise strictly. */
export function createSeededRandom(seed: number): Random {
  const fraction = createSeededFractions(seed);
  const next = monotonicFactory(fraction);
  return { ulid: (at) => next(at), fraction };
}
