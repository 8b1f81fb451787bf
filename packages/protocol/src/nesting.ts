// How deep a value may be nested.

/**
 * Levels of a value from outside, as in the server that this one replaces.
 *
 * Writing a deep value canonically takes time by the square of its depth: a million levels fit into two megabytes and would
 * hold everybody up for seconds.
 */
export const nestingMax = 10_000;

/** Says whether a parsed JSON value has more levels than it may. A work list instead of recursion, as the depth is not ours. */
export function isNestedTooDeep(root: unknown): boolean {
  if (typeof root !== "object" || root === null) return false;
  let level: object[] = [root];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > nestingMax) return true;
    const next: object[] = [];
    for (const holder of level) {
      for (const value of Object.values(holder) as readonly unknown[])
        if (typeof value === "object" && value !== null) next.push(value);
    }
    level = next;
  }
  return false;
}
