// Reads the flags of commands that may wait for runs.
import type { Flags, FlagValues } from "./read-flags.ts";
import { readLength } from "./read-time.ts";

/** How long to wait for runs; null when nobody waits. */
export type Wait = { readonly timeoutMs: number | null } | null;

/** The flags. A command that waits by itself has `no-wait` in place of `wait`. */
export const waitFlags = { wait: { type: "boolean" }, timeout: { type: "string" } } as const satisfies Flags;

/** Reads them; a mistake is a sentence. */
export function readWait(values: FlagValues, { isWaiting }: { readonly isWaiting: boolean }): Wait | string {
  const timeout = values.get("timeout");
  if (!isWaiting) return timeout === undefined ? null : "--timeout says how long to wait, and nothing is waited for";
  if (timeout === undefined) return { timeoutMs: null };
  const timeoutMs = readLength(timeout);
  return timeoutMs === null
    ? `--timeout ${timeout} is no duration; write 30s, 5m or a number of seconds`
    : { timeoutMs };
}
