// Timestamps and durations: reading and writing their texts. Everything is UTC unless
// the text says otherwise; nanoseconds are kept.
import { Duration, Failure, Timestamp } from "./values.ts";

const nsPerMs = 1_000_000n;
const nsPerSecond = 1_000_000_000n;
const minSeconds = -62_135_596_800n; // 0001-01-01T00:00:00Z
const maxSeconds = 253_402_300_799n; // 9999-12-31T23:59:59Z

const nsPerUnit: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 604_800e9,
};

/** The parts of a date as it was written. */
export interface DateParts {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Digits after the second, or "". */
  readonly fraction: string;
  /** "Z", "+02:00", "-0700" or "" for UTC. */
  readonly zone: string;
}

/** Reads a duration such as `1h30m`, `-5s` or `1.5h`; also days and weeks, which Go does not have. */
export function parseDuration(text: string): Duration | Failure {
  const invalid = new Failure(`invalid duration: ${JSON.stringify(text.slice(0, 100))}`);
  const match = /^([+-]?)((?:\d+(?:\.\d+)?(?:ns|us|µs|μs|ms|[smhdw]))+|0)$/.exec(text);
  if (match === null || text.length > 100) return invalid;
  let ns = 0;
  for (const [, amount, unit] of (match[2] ?? "").matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|μs|ms|[smhdw])/g)) {
    ns += Number(amount) * (nsPerUnit[unit ?? ""] ?? 0);
  }
  if (ns >= 2 ** 63) return invalid;
  return new Duration(BigInt(Math.round(match[1] === "-" ? -ns : ns)));
}

/** Writes a duration in seconds, e.g. `5400s` or `0.5s`. */
export function durationText(duration: Duration): string {
  const ns = duration.ns < 0n ? -duration.ns : duration.ns;
  return `${duration.ns < 0n ? "-" : ""}${ns / nsPerSecond}${fractionText(ns % nsPerSecond)}s`;
}

/** Reads an RFC 3339 instant, with its zone. */
export function parseTimestamp(text: string): Timestamp | Failure {
  const invalid = new Failure(`invalid timestamp: ${JSON.stringify(text.slice(0, 100))}`);
  const match = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return invalid;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  return (
    instantOf({ year, month, day, hour, minute, second, fraction: match[7] ?? "", zone: match[8] ?? "" }) ?? invalid
  );
}

/** Computes the instant of a written date, or null when there is no such day or time. */
export function instantOf(parts: DateParts): Timestamp | null {
  const { year, month, day, hour, minute, second } = parts;
  // Date.UTC takes the years 0 to 99 for 1900 and on; setting the year does not.
  const date = new Date(Date.UTC(2000, 0, 1, hour, minute, second));
  date.setUTCFullYear(year, month - 1, day);
  const exists =
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day &&
    hour < 24 &&
    minute < 60 &&
    second < 60;
  const offset = zoneMinutes(parts.zone);
  if (!exists || offset === null) return null;
  const ns = BigInt(parts.fraction.padEnd(9, "0").slice(0, 9));
  const timestamp = new Timestamp(BigInt(date.getTime() - offset * 60_000) * nsPerMs + ns);
  return isInRange(timestamp.ns) ? timestamp : null;
}

/** Writes an instant as RFC 3339 in UTC, with as many digits as it has. */
export function timestampText(timestamp: Timestamp): string {
  const { ms, rest } = split(timestamp.ns);
  const seconds = new Date(ms).toISOString().slice(0, -5);
  return `${seconds}${fractionText(BigInt(((ms % 1000) + 1000) % 1000) * nsPerMs + rest)}Z`;
}

/** Makes an instant of milliseconds since 1970. */
export function timestampOfMs(ms: number): Timestamp {
  return new Timestamp(BigInt(Math.round(ms * 1000)) * 1000n);
}

/** Makes an instant of nanoseconds, or fails outside the years 1 to 9999. */
export function timestampOfNs(ns: bigint): Timestamp | Failure {
  return isInRange(ns) ? new Timestamp(ns) : new Failure("timestamp out of range");
}

/** Gives whole milliseconds since 1970, rounded down. */
export function msOf(timestamp: Timestamp): number {
  return split(timestamp.ns).ms;
}

/** Reads "Z", "+02:00", "+0200" or "" as minutes east of UTC; null when it is none of these. */
export function zoneMinutes(zone: string): number | null {
  if (zone === "" || zone === "Z" || zone === "z") return 0;
  const match = /^([+-]?)(\d\d):?(\d\d)$/.exec(zone);
  if (match === null) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === "-" ? -minutes : minutes;
}

function isInRange(ns: bigint): boolean {
  return ns >= minSeconds * nsPerSecond && ns < (maxSeconds + 1n) * nsPerSecond;
}

function split(ns: bigint): { ms: number; rest: bigint } {
  const rest = ((ns % nsPerMs) + nsPerMs) % nsPerMs;
  return { ms: Number((ns - rest) / nsPerMs), rest };
}

function fractionText(ns: bigint): string {
  return ns === 0n ? "" : `.${String(ns).padStart(9, "0").replace(/0+$/, "")}`;
}
