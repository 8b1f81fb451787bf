// What a run is doing or waiting for, in words.
import type { ApiDoing } from "@stepwright/protocol";
import { timeText } from "../remote/table.ts";

/** Says it in a clause such as `sleeps until 2026-01-31T12:00:00Z (step nap)`. `attempts` is how many there may be, if that is known. */
export function doingText(doing: ApiDoing, attempts: number | null = null): string {
  const step = doing.stepName ?? doing.stepId;
  const of = attempts === null || doing.kind !== "retrying" ? "" : ` of ${attempts}`;
  return `${clauseOf(doing)}${of}${step === null ? "" : ` (step ${step})`}`;
}

function clauseOf({ kind, at, attempt, event, expression, waitsFor }: ApiDoing): string {
  const until = at === null ? "" : ` until ${timeText(at)}`;
  if (waitsFor !== null) {
    const next = waitsFor.until === null ? "" : `, next at ${timeText(waitsFor.until)}`;
    const held = waitsFor.holders.length === 0 ? "" : `, held by ${waitsFor.holders.join(", ")}`;
    return `is ${waitsFor.text}${next}${held}`;
  }
  switch (kind) {
    case "queued":
      return at === null ? "is queued" : `is queued for ${timeText(at)}`;
    case "calling":
      return `is being called, attempt ${attempt + 1}`;
    case "retrying":
      return `is tried again at ${at === null ? "once" : timeText(at)}, attempt ${attempt + 1}`;
    case "sleeping":
      return `sleeps${until}`;
    case "waitingForEvent":
      return `waits for event ${event ?? ""}${expression === null ? "" : ` with ${expression}`}${until}`;
    case "waitingForSignal":
      return `waits for signal ${event ?? ""}${until}`;
    case "waitingForRun":
      return `waits for the run it has invoked${until}`;
    case "other":
      return "has work in the queue";
  }
}
