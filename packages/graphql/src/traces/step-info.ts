// What is known of a wait, in the words of the schema.
import type { Span } from "@stepwright/engine";
import { interpolate } from "@stepwright/expressions";
import type { EventId, JsonObject, JsonValue } from "@stepwright/protocol";
import { detailOf, textIn } from "./span-detail.ts";
import type { StepInfo, StepOp } from "./trace-span.ts";

/** What is needed besides the wait itself. */
export interface InfoSources {
  /** The event that started the run, for the conditions of waits. */
  readonly triggerEvent: JsonValue;
  /** The event that reported the end of an invoked run, by the run. */
  readonly endOf: ReadonlyMap<string, EventId | null>;
  readonly isPreview: boolean;
}

/** What a wait is. */
export function opOf(wait: Span): StepOp {
  switch (wait.kind) {
    case "sleep":
      return "SLEEP";
    case "wait":
      return "WAIT_FOR_EVENT";
    case "invoke":
      return "INVOKE";
    case "signal":
      return "WAIT_FOR_SIGNAL";
    case "gateway":
      return "AI_GATEWAY";
    case "step":
    case "function":
      return "RUN";
  }
}

/** What is known of a wait. */
export function infoOf(wait: Span, sources: InfoSources): StepInfo | null {
  const { triggerEvent } = sources;
  const detail = detailOf(wait);
  const timeout = detail["until"] ?? wait.startedAt;
  switch (wait.kind) {
    case "sleep":
      return { __typename: "SleepStepInfo", sleepUntil: timeout };
    case "wait":
      return {
        __typename: "WaitForEventStepInfo",
        eventName: detail["event"],
        expression: filledIn(textIn(detail["expression"]), { triggerEvent, at: wait.startedAt }),
        timeout,
        foundEventID: detail["matchedEventId"] ?? null,
        timedOut: timedOut(wait),
      };
    case "invoke":
      return { __typename: "InvokeStepInfo", timeout, ...invoked(wait, detail, sources) };
    case "signal":
      return { __typename: "WaitForSignalStepInfo", signal: detail["signal"], timeout, timedOut: timedOut(wait) };
    case "gateway":
    case "step":
    case "function":
      return null;
  }
}

function invoked(wait: Span, detail: JsonObject, { endOf, isPreview }: InfoSources): object {
  const childId = textIn(detail["childRunId"]);
  // What comes after the time is up is not the step's any more, and readers of the older rendering take a run for an answer.
  const isLate = wait.status === "timedOut";
  return {
    triggeringEventID: detail["eventId"],
    functionID: detail["functionId"],
    returnEventID: childId === null || isLate || wait.endedAt === null ? null : (endOf.get(childId) ?? null),
    runID: isLate && !isPreview ? null : childId,
    timedOut: timedOut(wait),
  };
}

/** Null while nobody can tell. */
function timedOut({ endedAt, status }: Span): boolean | null {
  return endedAt === null || status === "cancelled" ? null : status === "timedOut";
}

/** The condition as it waits: with the values of the event that started the run. */
function filledIn(
  text: string | null,
  { triggerEvent, at }: { readonly triggerEvent: JsonValue; readonly at: number },
): string | null {
  if (text === null) return null;
  const filled = interpolate(text, triggerEvent, { now: at, use: "wait" });
  switch (filled.kind) {
    case "expression":
      return filled.text;
    case "always":
      return "true";
    case "never":
      return "false";
    case "invalid":
      return text;
  }
}
