// The only chance of a simulation: a seed decides everything that happens.

/** Numbers that are the same for the same seed. */
export interface Chance {
  /** Uniform in [0, 1). */
  fraction(): number;
  /** True with this probability. */
  hits(probability: number): boolean;
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number;
  pick<T>(list: readonly T[]): T;
  /** Numbers of their own: what is drawn from them changes nothing here. */
  fork(): Chance;
}

/** Makes the chance of a seed. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  // mulberry32: every seed has a full period of 2^32, and neighbouring seeds have nothing in common.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const fraction = () => next() / 2 ** 32;
  const between = (min: number, max: number) => min + Math.floor(fraction() * (max - min + 1));
  return {
    fraction,
    between,
    hits: (probability) => fraction() < probability,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new Error("there is nothing to pick from");
      return list[between(0, list.length - 1)] as T;
    },
    fork: () => createChance(next()),
  };
}
