// Finds the name somebody probably meant.

/** Gives the candidate that takes the fewest changes of a letter, if that is few enough to be what was meant. */
export function nearest(name: string, candidates: readonly string[]): string | null {
  const changesMax = Math.max(2, Math.floor(name.length / 3));
  let best: { readonly candidate: string; readonly changes: number } | null = null;
  for (const candidate of candidates) {
    const changes = distance(name, candidate);
    if (changes <= changesMax && (best === null || changes < best.changes)) best = { candidate, changes };
  }
  return best?.candidate ?? null;
}

/** Letters to insert, remove or replace to get from one text to the other (Levenshtein). */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of from.split("").entries()) {
    const next = [i + 1];
    for (const [j, other] of to.split("").entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
