// The chance of a round: the same seed and round give the same numbers.
import { type Chance, createChance } from "@stepwright/test-parts";

/** Makes the source of one round: rounds of one seed do not depend on each other. */
export function chanceOf(seed: number, round: number): Chance {
  return createChance(Math.imul(seed ^ 0x9e_37_79_b9, 0x85_eb_ca_6b) ^ Math.imul(round + 1, 0xc2_b2_ae_35));
}
