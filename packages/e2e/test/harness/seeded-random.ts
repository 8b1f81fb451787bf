// Chance that can be had again: a failing test prints its seed, and `SEED=<it>` repeats it.

/** Numbers from one seed. */
export interface SeededRandom {
  readonly seed: number;
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number;
}

/** The seed of the environment, or a new one. */
export function seededRandom(): SeededRandom {
  const { SEED: given } = process.env;
  const seed = given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`SEED=${String(given)} is no whole number`);
  let state = seed;
  // mulberry32: small, and good enough to spread moments.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { seed, between: (min, max) => min + Math.floor(next() * (max - min + 1)) };
}
