// Durations and times that a test expects, as people write them for `step.sleep` and `step.waitForEvent`.
import { parseDuration } from "@stepwright/protocol";

/** `"2d"`, `"2 days"`, `"1h30m"`, or milliseconds. */
export type ExpectedDuration = string | number;

/** A time: a `Date`, or the text of one; or how long after it began something is to end: a duration. */
export type ExpectedEnd = Date | ExpectedDuration;

const words: readonly (readonly [RegExp, string])[] = [
  [/(?:milliseconds?|msecs?)/g, "ms"],
  [/(?:seconds?|secs?)/g, "s"],
  [/(?:minutes?|mins?)/g, "m"],
  [/(?:hours?|hrs?)/g, "h"],
  [/days?/g, "d"],
  [/weeks?/g, "w"],
];

/** Reads a duration in milliseconds; throws for what is none. */
export function readExpectedDuration(duration: ExpectedDuration): number {
  const ms = typeof duration === "number" ? duration : parseDuration(shortUnits(duration));
  if (ms !== null && ms >= 0) return ms;
  throw new TypeError(
    `${JSON.stringify(duration)} is no duration; give one such as "2d", "2 days" or "1h30m", or milliseconds`,
  );
}

/** Reads a time in milliseconds since 1970; a duration counts from `startAt`. */
export function readExpectedEnd(end: ExpectedEnd, startAt: number): number {
  if (isDate(end)) return end.getTime();
  if (typeof end === "string" && /^\d{4}-\d\d-\d\d/.test(end)) return Date.parse(end);
  return startAt + readExpectedDuration(end);
}

function shortUnits(text: string): string {
  return words.reduce((written, [word, unit]) => written.replace(word, unit), text.toLowerCase().replaceAll(" ", ""));
}

// Test runners run tests in a realm of their own, whose `Date` is not that of this module.
function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === "[object Date]";
}
