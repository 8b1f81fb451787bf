// Durations as they are written: the other way round of `duration.ts`.

const units = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
  [1_000, "s"],
] as const;

/** Writes milliseconds in the greatest unit that is whole, as people write them in a configuration: `2s`, `90m`. */
export function shortDuration(ms: number): string {
  const [unitMs, unit] = units.find(([size]) => ms >= size && ms % size === 0) ?? [1, ms === 0 ? "s" : "ms"];
  return `${ms / unitMs}${unit}`;
}

/** Writes milliseconds as Go does, `1m0s`: clients of some APIs parse it. */
export function goDuration(ms: number): string {
  if (ms < 1_000) return ms === 0 ? "0s" : `${ms}ms`;
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  const seconds = `${(ms % 60_000) / 1_000}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
