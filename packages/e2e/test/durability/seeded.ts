// Chance that can be had again: the same seed gives the same numbers.

/** Makes a source of numbers in [0, 1) (mulberry32). */
export function seededFraction(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The seed of this test run: `SEED` from the environment, else the time. */
export function seedOfTest(): number {
  const given = Number(process.env["SEED"]);
  return Number.isInteger(given) && process.env["SEED"] !== undefined ? given : Date.now() % 1_000_000;
}
