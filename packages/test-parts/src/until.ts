// Waits for conditions that another process brings about: looks again and again, up to a deadline.
import { setTimeout as pause } from "node:timers/promises";

/** How long and how often to look. */
export interface UntilOptions {
  /** Default 30,000. */
  readonly timeoutMs?: number;
  /** Default 10. */
  readonly everyMs?: number;
  /** What was expected, for the error; called only when it did not come. */
  readonly describe: () => string;
}

/** Looks until `look` gives something other than null or false, and returns it. Throws at the deadline. */
export async function until<T>(
  look: () => Promise<T | null | false> | T | null | false,
  { timeoutMs = 30_000, everyMs = 10, describe }: UntilOptions,
): Promise<T> {
  const endAt = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (performance.now() > endAt) throw new Error(`not within ${timeoutMs} ms: ${describe()}`);
    await pause(everyMs);
  }
}
