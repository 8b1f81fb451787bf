// Chance that can be had again: the same seed gives the same numbers.

/** A source of chance. */
export interface Chance {
  /** In [0, 1). */
  fraction(): number;
  /** A whole number from `from` up to and without `to`. */
  between(from: number, to: number): number;
  pick<T>(from: readonly T[]): T;
  hits(probability: number): boolean;
}

/** Makes the source of one round: rounds of one seed do not depend on each other. */
export function chanceOf(seed: number, round: number): Chance {
  let state = Math.imul(seed ^ 0x9e_37_79_b9, 0x85_eb_ca_6b) ^ Math.imul(round + 1, 0xc2_b2_ae_35);
  // mulberry32
  const fraction = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + Math.floor(fraction() * (to - from));
  return {
    fraction,
    between,
    hits: (probability) => fraction() < probability,
    pick(from) {
      const found = from[between(0, from.length)];
      if (found === undefined) throw new Error("nothing to pick from");
      return found;
    },
  };
}
