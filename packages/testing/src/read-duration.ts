// Durations as people write them in tests.
import { parseSpokenDuration } from "@stepwright/protocol";

/**
 * Reads `"2d"`, `"2 days"`, `"1h30m"`, `"250ms"` or milliseconds; gives whole milliseconds. Throws for what is no duration.
 *
 * The words are those that `step.sleep` takes: a test says the same as the function.
 */
export function readDuration(duration: string | number): number {
  const ms = typeof duration === "number" ? duration : parseSpokenDuration(duration);
  if (ms === null || !(ms >= 0) || ms > Number.MAX_SAFE_INTEGER) {
    throw new RangeError(
      `${JSON.stringify(duration)} is no duration; give one such as "2d", "1h30m" or "250ms", or milliseconds`,
    );
  }
  return Math.ceil(ms);
}
