// Durations in reports. They read as the clock of a test takes them: `2d`, `1h30m`, `250ms`.

const units = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
  [1_000, "s"],
  [1, "ms"],
] as const;

/** Writes milliseconds without loss: `7d`, `1h30m`, `1s500ms`. */
export function exactDuration(ms: number): string {
  return partsOf(ms).join("") || "0ms";
}

/** Writes milliseconds with two units at most, the last one cut off: `7d2h` of `7d2h3m`. */
export function shortDuration(ms: number): string {
  return partsOf(ms, 2).join("") || "0ms";
}

function partsOf(ms: number, unitsMax: number = units.length): readonly string[] {
  let rest = Math.abs(Math.trunc(ms));
  const first = units.findIndex(([size]) => rest >= size);
  if (first < 0) return [];
  const parts: string[] = [];
  for (const [size, unit] of units.slice(first, first + unitsMax)) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(`${amount}${unit}`);
  }
  return ms < 0 ? [`-${parts[0] ?? ""}`, ...parts.slice(1)] : parts;
}
