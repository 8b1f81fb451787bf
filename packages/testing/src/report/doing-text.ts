// What an unfinished run does or waits for, in a clause for a report.
import type { ApiDoing, ApiStep } from "@stepwright/protocol";
import { exactDuration } from "./duration-text.ts";

/** Says it, such as `waits for event "order/paid" until 2026-01-07T09:00:00Z (in 2d)`. `now` is what the run's clock shows, `step` what it is about. */
export function doingText(doing: ApiDoing, now: number, step: ApiStep | null = null): string {
  const { kind, at, attempt, event, expression, waitsFor } = doing;
  if (waitsFor !== null)
    return `${waitsFor.text}${waitsFor.until === null ? "" : untilText("until", waitsFor.until, now)}`;
  switch (kind) {
    case "queued":
      return at !== null && at > now ? `is to be called${untilText("at", at, now)}` : "is due to be called";
    case "calling":
      return `is being called, attempt ${attempt + 1}`;
    case "retrying":
      return `is to be tried again, attempt ${attempt + 1}${untilText("at", at, now)}`;
    case "sleeping":
      return `sleeps${untilText("until", at, now)}`;
    case "waitingForEvent":
      return `waits for event "${event ?? ""}"${expression === null ? "" : ` if ${expression}`}${untilText("until", at, now)}`;
    case "waitingForSignal":
      return `waits for signal "${event ?? ""}"${untilText("until", at, now)}`;
    case "waitingForRun":
      return `waits for ${invokedText(step)}${untilText("until", at, now)}`;
    case "other":
      return `has work in the queue${untilText("at", at, now)}`;
  }
}

function invokedText(step: ApiStep | null): string {
  const { functionId } = step?.detail ?? {};
  return typeof functionId === "string"
    ? `the run of ${functionId} that it has invoked`
    : "the function it has invoked";
}

/** Writes a time in UTC, without a fraction where it has none. */
export function timeText(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? `${at} ms` : date.toISOString().replace(".000Z", "Z");
}

function untilText(word: string, at: number | null, now: number): string {
  if (at === null) return word === "until" ? " without end" : "";
  return ` ${word} ${timeText(at)} (${at > now ? `in ${exactDuration(at - now)}` : "now"})`;
}
