// Durations as Go writes them, which is how clients of the protocol know them.

const units = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** Writes milliseconds as in `1m0s`: every unit below the first one, zero or not. */
export function goDuration(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  let rest = ms;
  let text = "";
  for (const [unit, length] of units) {
    const count = unit === "s" ? rest / length : Math.floor(rest / length);
    if (count === 0 && text === "") continue;
    text += `${count}${unit}`;
    rest -= Math.floor(count) * length;
  }
  return text;
}

/** Writes milliseconds as people do: `1m`, `1h30m`. */
export function shortDuration(ms: number): string {
  return ms === 0 ? "0s" : goDuration(ms).replaceAll(/(?<=[a-z])0[a-z]/g, "");
}
