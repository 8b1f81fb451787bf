// What a generated function does, as plain data: one program is run by both sides, printed when they differ,
// and changed on purpose where a test has to show that a difference is seen.
import type { JsonValue } from "@stepwright/protocol";

/** What the code of a step does. A step whose value is null returns nothing at all. */
export type StepOutcome =
  | { readonly kind: "returns"; readonly value: JsonValue }
  /** Throws so often, then returns. */
  | { readonly kind: "flaky"; readonly times: number; readonly value: JsonValue }
  /** Throws each time. */
  | { readonly kind: "fails"; readonly message: string }
  /** Throws `NonRetriableError`. */
  | { readonly kind: "refuses"; readonly message: string }
  /** Throws `RetryAfterError` once, then returns. */
  | { readonly kind: "asksForTime"; readonly seconds: number; readonly value: JsonValue };

/** Who ends a wait. `scenario`: from outside, as soon as the run is seen waiting. `branch`: the wait's own group. */
export type Answerer = "nobody" | "scenario" | "branch";

/** A wait for an event or a signal. */
export interface WaitPart {
  readonly kind: "wait";
  readonly id: string;
  readonly for: "event" | "signal";
  readonly answerer: Answerer;
  readonly timeoutSeconds: number;
  /** How an event is told from others: by an expression, or by a field that it shares with the run's event. */
  readonly by: "if" | "match";
}

/** Sends what a wait of the same run waits for. */
export interface AnswerPart {
  readonly kind: "answer";
  readonly id: string;
  /** Id of the wait. */
  readonly to: string;
  readonly with: "event" | "signal";
  /** By a function that the run invokes, which sleeps for so long before; null: by a step of the run itself. */
  readonly invokedSeconds: number | null;
}

/** A piece of a function's code. */
export type Part =
  | { readonly kind: "step"; readonly id: string; readonly outcome: StepOutcome }
  | { readonly kind: "sleep"; readonly id: string; readonly seconds: number }
  /** Until a time that a step of its own has read from the clock. */
  | { readonly kind: "sleepUntil"; readonly id: string; readonly seconds: number }
  | WaitPart
  | AnswerPart
  | { readonly kind: "invoke"; readonly id: string; readonly fn: string; readonly timeoutSeconds: number | null }
  /** Sends one event for each function, which starts it. */
  | { readonly kind: "send"; readonly id: string; readonly fns: readonly string[] }
  /** Throws outside steps so often, then goes on. */
  | {
      readonly kind: "hiccup";
      readonly id: string;
      readonly times: number;
      readonly retryAfterSeconds: number | null;
    }
  | { readonly kind: "sequence"; readonly parts: readonly Part[] }
  /** `Promise.all`. */
  | { readonly kind: "parallel"; readonly branches: readonly Part[] }
  | { readonly kind: "caught"; readonly part: Part }
  /** The same step ids again and again. */
  | { readonly kind: "loop"; readonly times: number; readonly part: Part };

/** How a function ends, unless something in it has thrown before. */
export type Ending =
  | { readonly kind: "returns" }
  | { readonly kind: "throws"; readonly message: string }
  | { readonly kind: "refuses"; readonly message: string }
  /** Has itself cancelled by another function, and is asleep when that comes to it. */
  | { readonly kind: "isCancelled" };

/** One function. */
export interface Program {
  readonly id: string;
  readonly retries: number;
  /** It has an `onFailure` handler, which runs a step. */
  readonly handlesFailure: boolean;
  readonly parts: readonly Part[];
  readonly ending: Ending;
}

/** Which SDK runs the functions, and whether it reports steps while the function goes on. */
export type SdkMode = "v3" | "v4" | "v4-without-checkpointing";

/** An event that is sent from outside. */
export interface PlannedEvent {
  readonly atSeconds: number;
  /** The function that it starts. */
  readonly fn: string;
  /** Names the run that it starts, the same on both sides. */
  readonly path: string;
}

/** Functions of one app, and what is sent to them. */
export interface Scenario {
  readonly seed: number;
  readonly mode: SdkMode;
  readonly programs: readonly Program[];
  readonly events: readonly PlannedEvent[];
}

/** The function that cancels others. */
export const cancellerId = "canceller";

/** The function that answers the waits of others. */
export const answererId = "answerer";

/** Id of the scenario's app. */
export function appOf(scenario: Scenario): string {
  return `s${scenario.seed}`;
}

/** Name of the event that starts a function. */
export function startEvent(app: string, fn: string): string {
  return `${app}/start.${fn}`;
}

/** Name of the event that cancels the run whose path it names. */
export function cancelEvent(app: string): string {
  return `${app}/cancel`;
}

/** Name of the event, or the signal, that a wait is for. */
export function awaitedName(app: string, fn: string, wait: Pick<WaitPart, "id" | "answerer">): string {
  return `${app}/${wait.answerer}.${fn}.${wait.id}`;
}

/** The parts that a part is directly made of. */
export function partsIn(part: Part): readonly Part[] {
  switch (part.kind) {
    case "sequence":
      return part.parts;
    case "parallel":
      return part.branches;
    case "caught":
    case "loop":
      return [part.part];
    case "step":
    case "sleep":
    case "sleepUntil":
    case "wait":
    case "answer":
    case "invoke":
    case "send":
    case "hiccup":
      return [];
  }
}

/** All parts of a part, itself included, outer ones first. */
export function allParts(part: Part): readonly Part[] {
  return [part, ...partsIn(part).flatMap(allParts)];
}
