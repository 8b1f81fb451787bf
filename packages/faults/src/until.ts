// Waits for what another process brings about and does not announce: looks again and again, up to a deadline.
import { setTimeout as pause } from "node:timers/promises";

/** Looks until `look` gives something other than null, and returns it; throws at the deadline, saying what was expected. */
export async function until<T>(
  look: () => Promise<T | null> | T | null,
  o: { readonly timeoutMs?: number; readonly everyMs?: number; readonly describe: () => string },
): Promise<T> {
  const { timeoutMs = 30_000, everyMs = 20 } = o;
  const endAt = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (performance.now() > endAt) throw new Error(`not within ${timeoutMs} ms: ${o.describe()}`);
    await pause(everyMs);
  }
}
