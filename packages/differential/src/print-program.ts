// A program as people read it: code-like, one part per line.
import type { JsonValue } from "@stepwright/protocol";
import type { Part, Program, StepOutcome } from "./program.ts";

/** Writes the program. */
export function printProgram({ id, retries, handlesFailure, parts, ending }: Program): string {
  const end = "message" in ending ? `${ending.kind} "${ending.message}"` : ending.kind;
  return [
    `${id}, retries ${retries}${handlesFailure ? ", handles failure" : ""}`,
    ...parts.flatMap((part) => lines(part)).map(indent),
    indent(end),
  ].join("\n");
}

function lines(part: Part): readonly string[] {
  switch (part.kind) {
    case "step":
      return [`step ${part.id}: ${outcomeText(part.outcome)}`];
    case "sleep":
    case "sleepUntil":
      return [`${part.kind} ${part.id}: ${part.seconds} s`];
    case "wait":
      return [
        `wait ${part.id}: for ${part.for}, ${part.timeoutSeconds} s, answered by ${part.answerer}, found by ${part.by}`,
      ];
    case "answer":
      return [
        `answer ${part.id}: ${part.to} by ${part.with}${part.invokedSeconds === null ? "" : `, from a function, after ${part.invokedSeconds} s`}`,
      ];
    case "invoke":
      return [
        `invoke ${part.id}: ${part.fn}${part.timeoutSeconds === null ? "" : `, for ${part.timeoutSeconds} s at most`}`,
      ];
    case "send":
      return [`send ${part.id}: starts ${part.fns.join(", ")}`];
    case "hiccup":
      return [
        `hiccup ${part.id}: throws ×${part.times}${part.retryAfterSeconds === null ? "" : `, again after ${part.retryAfterSeconds} s`}`,
      ];
    case "sequence":
      return ["in sequence", ...inner(part.parts)];
    case "parallel":
      return ["all of", ...inner(part.branches)];
    case "caught":
      return ["caught", ...inner([part.part])];
    case "loop":
      return [`${part.times} times`, ...inner([part.part])];
  }
}

function inner(parts: readonly Part[]): readonly string[] {
  return parts.flatMap((part) => lines(part)).map(indent);
}

function indent(line: string): string {
  return `  ${line}`;
}

function outcomeText(outcome: StepOutcome): string {
  switch (outcome.kind) {
    case "returns":
      return `returns ${text(outcome.value)}`;
    case "flaky":
      return `throws ×${outcome.times}, then returns ${text(outcome.value)}`;
    case "fails":
      return `throws ${text(outcome.message)} each time`;
    case "refuses":
      return `throws NonRetriableError ${text(outcome.message)}`;
    case "asksForTime":
      return `throws RetryAfterError for ${outcome.seconds} s once, then returns ${text(outcome.value)}`;
  }
}

function text(value: JsonValue): string {
  const json = JSON.stringify(value);
  return json.length > 100 ? `${json.slice(0, 100)}… (${json.length} characters)` : json;
}
