// What steps return and what errors say: mostly short, and now and then what a transport or a store could spoil.
import type { JsonValue } from "@stepwright/protocol";
import type { Chance } from "@stepwright/test-parts";

const oddTexts = ["", " ", "ünï \u{1f9f5} 漢字", 'quotes " and \\ and \u2028', "two\nlines\t", "null", "__proto__"];

/** Picks what a step returns; null: it returns nothing at all. */
export function pickValue(chance: Chance): JsonValue | null {
  const number = chance.between(1, 999);
  const odd: readonly JsonValue[] = [
    null,
    false,
    0,
    -1.5e-7,
    9_007_199_254_740_991,
    [],
    {},
    [number, [null, { deep: [{ deeper: number }] }]],
    { data: number, error: null },
    { id: "step", op: "StepRun" },
    // More than one packet, and more than one page of the store.
    `${number} `.repeat(8_000),
    chance.pick(oddTexts),
  ];
  return chance.hits(0.5) ? number : chance.pick(odd);
}

/** Picks the message of an error; the number makes it one of its own. */
export function pickMessage(chance: Chance, word: string): string {
  const text = `${word} ${chance.between(1, 999)}`;
  return chance.hits(0.7) ? text : `${text} ${chance.pick(oddTexts)}`;
}
