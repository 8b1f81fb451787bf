// When something is expected to end, as people write it for `step.sleepUntil` and `step.waitForEvent`.
import { readDuration } from "../read-duration.ts";

/** `"2d"`, `"2 days"`, `"1h30m"`, or milliseconds. */
export type ExpectedDuration = string | number;

/** A time: a `Date`, or the text of one; or how long after it began something is to end: a duration. */
export type ExpectedEnd = Date | ExpectedDuration;

/** Reads a time in milliseconds since 1970; a duration counts from `startAt`. */
export function readExpectedEnd(end: ExpectedEnd, startAt: number): number {
  if (isDate(end)) return end.getTime();
  if (typeof end === "string" && /^\d{4}-\d\d-\d\d/.test(end)) return Date.parse(end);
  return startAt + readDuration(end);
}

// Test runners run tests in a realm of their own, whose `Date` is not that of this module.
function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === "[object Date]";
}
