// Durations and instants as SDKs write them, and the retry-after header.
import { millis, type Millis } from "./ids.ts";
import { retryAfterMaxMs, retryAfterMinMs } from "./limits.ts";

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5, micro sign
  μs: 1e-3, // U+03BC, Greek mu
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const durationPattern = /^([-+])?((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h|d|w))+)$/;
const partPattern = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w)/g;

// Go keeps durations as 64-bit nanoseconds; what does not fit there is no
// duration for the other SDKs either.
const durationMaxMs = 2 ** 63 / 1e6;

/**
 * Reads a duration such as `1d2h30m`, `1.5h` or `250ms`: milliseconds, possibly fractional or negative.
 *
 * `null` means the text is none; a bare number is none, except `0`.
 */
export function parseDuration(text: string): number | null {
  const match = durationPattern.exec(text);
  if (match === null) return text === "0" ? 0 : null;
  let total = 0;
  for (const [, amount = "", unit = ""] of (match[2] ?? "").matchAll(partPattern)) {
    total += Number(amount) * (unitMs[unit] ?? Number.NaN);
  }
  if (!(total < durationMaxMs)) return null;
  return match[1] === "-" ? 0 - total : total;
}

/** Reads a duration as people write it: `2 days` and `1 hour 30 mins` as well, in the words that the SDKs' `step.sleep` takes. */
export function parseSpokenDuration(text: string): number | null {
  const short = text.toLowerCase().replaceAll(" ", "");
  return parseDuration(unitWords.reduce((written, [word, unit]) => written.replace(word, unit), short));
}

const unitWords: readonly (readonly [RegExp, string])[] = [
  [/milliseconds?|msecs?/g, "ms"],
  [/seconds?|secs?/g, "s"],
  [/minutes?|mins?/g, "m"],
  [/hours?|hrs?/g, "h"],
  [/days?/g, "d"],
  [/weeks?/g, "w"],
];

/** Reads a duration as Go's standard library does, i.e. without days and weeks; used by batch timeouts. */
export function parseGoDuration(text: string): number | null {
  return /[dw]/.test(text) ? null : parseDuration(text);
}

/**
 * Reads a point in time: RFC 3339 first, then the other layouts the reference accepts
 * (RFC 1123, RFC 850, RFC 822, ANSI C, date with or without time).
 *
 * A time without a zone is UTC. Fractions below a millisecond are rounded up, as a timer must never fire early.
 * `null` means the text is none of them, or names a day that does not exist.
 */
export function parseInstant(text: string): Millis | null {
  for (const layout of layouts) {
    const found = layout.exec(text)?.groups;
    if (found !== undefined) return instantOf(found);
  }
  return null;
}

/**
 * Reads «how long» or «until when» as a point in time not before `now`.
 *
 * Empty text and everything past mean `now`. `null` means the text is neither.
 */
export function parseDurationOrInstant(text: string, now: Millis): Millis | null {
  if (text === "") return now;
  const duration = parseDuration(text);
  const at = duration === null ? parseInstant(text) : now + Math.ceil(duration);
  return at === null ? null : millis(Math.max(now, at));
}

/**
 * Reads a `retry-after` header: whole seconds, or a date.
 *
 * Up to seven characters are seconds, as no date is that short. The result lies between one second and 24 hours
 * from `now`; `null` means the header says nothing usable and the ordinary backoff applies.
 */
export function parseRetryAfter(value: string, now: Millis): Millis | null {
  const text = value.trim();
  const at = text.length <= 7 ? secondsFrom(text, now) : parseInstant(text);
  return at === null ? null : millis(Math.min(Math.max(at, now + retryAfterMinMs), now + retryAfterMaxMs));
}

function secondsFrom(text: string, now: Millis): number | null {
  const seconds = /^\+?\d+$/.test(text) ? Number(text) : 0;
  return seconds > 0 ? now + seconds * 1000 : null;
}

const date = String.raw`(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)`;
const clock = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?:[.,](?<fraction>\d+))?`;
const weekday = String.raw`(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)`;
const fullWeekday = String.raw`(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)`;
const monthName = String.raw`(?<monthName>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)`;
const namedZone = String.raw`(?<zone>[A-Z]{1,4}|[+-]\d{4})`;

const layouts: readonly RegExp[] = [
  new RegExp(`^${date}[Tt ]${clock}(?<zone>[Zz]|[+-]\\d\\d:?\\d\\d)?$`),
  new RegExp(`^${date}$`),
  new RegExp(`^${weekday}, (?<day>\\d\\d?) ${monthName} (?<year>\\d{4}) ${clock} ${namedZone}$`), // RFC 1123
  new RegExp(`^${fullWeekday}, (?<day>\\d\\d)-${monthName}-(?<year>\\d\\d) ${clock} ${namedZone}$`), // RFC 850
  new RegExp(`^(?<day>\\d\\d?) ${monthName} (?<year>\\d\\d) (?<hour>\\d\\d):(?<minute>\\d\\d) ${namedZone}$`), // RFC 822
  new RegExp(`^${weekday} ${monthName} (?<day>[ \\d]\\d) ${clock}(?: ${namedZone})? (?<year>\\d{4})$`), // ANSI C, Unix date
];

const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function instantOf(found: Readonly<Record<string, string | undefined>>): Millis | null {
  const year = fullYear(found["year"] ?? "");
  const month = found["monthName"] === undefined ? Number(found["month"]) : monthNames.indexOf(found["monthName"]) + 1;
  const day = Number(found["day"]);
  const hour = Number(found["hour"] ?? 0);
  const minute = Number(found["minute"] ?? 0);
  const second = Number(found["second"] ?? 0);
  const offsetMinutes = zoneMinutes(found["zone"] ?? "Z");
  if (offsetMinutes === null || hour > 23 || minute > 59 || second > 59) return null;
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, day);
  // JavaScript turns 30 February into 1 March; here it is a mistake.
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return null;
  const fractionMs = Math.ceil(Number(`0.${found["fraction"] ?? "0"}`) * 1000);
  return millis(midnight.getTime() + ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1000 + fractionMs);
}

/** Two digits mean 1969 to 2068, the rule of Go and POSIX. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length > 2) return year;
  return year >= 69 ? 1900 + year : 2000 + year;
}

/** Minutes east of UTC; `null` for zone names, which mean different things in different places. */
function zoneMinutes(zone: string): number | null {
  if (["Z", "z", "UTC", "GMT", "UT"].includes(zone)) return 0;
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (match === null) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === "-" ? -minutes : minutes;
}
