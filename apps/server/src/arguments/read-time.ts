// Reads points in time as people write them.
import { parseDuration, parseInstant } from "@stepwright/protocol";

/** Reads a time in the past: how long ago (`2h`), a date, or milliseconds since 1970; null for none of them. */
export function readPast(text: string, now: number): number | null {
  const ago = parseDuration(text);
  return ago === null ? readInstant(text) : now - Math.abs(ago);
}

/** Reads a date such as 2026-01-31T12:00:00Z, or milliseconds since 1970; null for neither. */
export function readInstant(text: string): number | null {
  return /^\d{10,15}$/.test(text) ? Number(text) : parseInstant(text);
}

/** Reads how long, in milliseconds: `30s`, `5m`, or seconds without a unit; null for neither. */
export function readLength(text: string): number | null {
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : parseDuration(text);
  // A timer of Node waits no longer than that.
  return ms === null || ms < 0 || ms > 2 ** 31 - 1 ? null : Math.round(ms);
}
