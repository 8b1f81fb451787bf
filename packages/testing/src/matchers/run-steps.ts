// Matchers about the steps of a run.
import type { ApiRun, ApiStep } from "@stepwright/protocol";
import { readDuration } from "../read-duration.ts";
import { exactDuration } from "../report/duration-text.ts";
import { errorSentence } from "../report/error-text.ts";
import { startOf } from "../report/run-times.ts";
import { isEqual, type MatcherContext, type MatcherResult } from "./context.ts";
import type { ExpectedDuration } from "./expected-duration.ts";
import { compareError, type ExpectedError } from "./expected-error.ts";
import { functionIdOf, isFunction } from "./function-ref.ts";
import { takeRun } from "./received.ts";
import { resultOf, type Verdict } from "./verdict.ts";
import type { FunctionRef } from "../test-engine.ts";

/** What a step came to. */
export interface ExpectedStep {
  readonly output?: unknown;
  /** How often it was tried. */
  readonly attempts?: number;
  /** It failed for good with such an error; without it, it has completed. */
  readonly error?: ExpectedError;
}

/** The step has completed, with this output or after so many attempts where they are given; or it has failed with `error`. */
export function toHaveRunStep(
  context: MatcherContext,
  received: unknown,
  stepId: string,
  expected: ExpectedStep = {},
): MatcherResult {
  const { run, subject } = takeRun(received, "toHaveRunStep");
  const goal = `have run step "${stepId}"`;
  return resultOf(
    context,
    subject,
    bestOf(run, stepId, goal, (step) => judgeStep(context, step, { goal, expected })),
  );
}

/** The run has slept in this step, as long as `duration` where it is given. */
export function toHaveSlept(
  context: MatcherContext,
  received: unknown,
  stepId: string,
  duration?: ExpectedDuration,
): MatcherResult {
  const { run, subject } = takeRun(received, "toHaveSlept");
  const wanted = duration === undefined ? null : readDuration(duration);
  const goal = `have slept in step "${stepId}"${wanted === null ? "" : ` for ${exactDuration(wanted)}`}`;
  return resultOf(
    context,
    subject,
    bestOf(run, stepId, goal, (step) => judgeSleep(step, goal, wanted)),
  );
}

/** A step of the run has invoked this function, with these data where they are given. */
export function toHaveInvoked(
  context: MatcherContext,
  received: unknown,
  fn: FunctionRef,
  data?: unknown,
): MatcherResult {
  const { run, subject } = takeRun(received, "toHaveInvoked");
  const goal = `have invoked ${functionIdOf(fn)}`;
  const steps = run.steps.filter(({ kind }) => kind === "invoke");
  const calls = steps.filter((step) => isFunction(invokedBy(step), fn, run.appName));
  const [first] = calls;
  if (first === undefined) {
    const others = [...new Set(steps.map(invokedBy))];
    const but = others.length === 0 ? "it has invoked nothing" : `it has only invoked ${others.join(", ")}`;
    return resultOf(context, subject, { pass: false, goal, but });
  }
  if (data === undefined) return resultOf(context, subject, { pass: true, goal, but: "it did" });
  const found = calls.find(({ input }) => isEqual(context, input, data));
  return resultOf(context, subject, {
    pass: found !== undefined,
    goal: `${goal} with these data`,
    but: found === undefined ? "it gave it others" : "it did",
    compared: { expected: data, received: (found ?? first).input },
  });
}

/** Slug of the function that a step has invoked. */
function invokedBy({ detail }: ApiStep): string {
  const { functionId } = detail;
  return typeof functionId === "string" ? functionId : "";
}

function judgeStep(
  context: MatcherContext,
  step: ApiStep,
  o: { readonly goal: string; readonly expected: ExpectedStep },
): Verdict {
  const { output, attempts, error } = o.expected;
  if (error !== undefined) {
    if (step.error === null || step.status !== "failed") {
      return { pass: false, goal: `${o.goal} and failed in it`, but: stepText(step) };
    }
    const { goal, ...found } = compareError(context, step.error, error);
    if (!found.pass) return { ...found, goal: `${o.goal} and failed with ${goal}`, but: stepText(step) };
  } else if (step.status !== "completed" && !(step.status === "timedOut" && output === null)) {
    return { pass: false, goal: o.goal, but: stepText(step) };
  }
  if (attempts !== undefined && step.attempts.length !== attempts) {
    const but = `it took ${times(step.attempts.length)}`;
    return { pass: false, goal: `${o.goal} in ${times(attempts)}`, but };
  }
  if ("output" in o.expected && !isEqual(context, step.output, output)) {
    const compared = { expected: output, received: step.output };
    return { pass: false, goal: `${o.goal} with this output`, but: "the step returned something else", compared };
  }
  return { pass: true, goal: o.goal, but: "it did" };
}

function judgeSleep(step: ApiStep, goal: string, wanted: number | null): Verdict {
  if (step.kind !== "sleep") return { pass: false, goal, but: `that step is no sleep: it is of kind ${step.kind}` };
  if (step.status !== "completed" || step.endedAt === null) {
    const until = step.detail["until"];
    const ends = typeof until === "number" ? ` until ${new Date(until).toISOString()}` : "";
    return { pass: false, goal, but: step.endedAt === null ? `it is still asleep${ends}` : "its sleep was cut short" };
  }
  const slept = step.endedAt - startOf(step);
  if (wanted !== null && slept !== wanted) return { pass: false, goal, but: `it slept for ${exactDuration(slept)}` };
  return { pass: true, goal, but: "it did" };
}

/** Judges the steps of an id: one that passes is enough, else the last one is told of. */
function bestOf(run: ApiRun, stepId: string, goal: string, judge: (step: ApiStep) => Verdict): Verdict {
  const verdicts = run.steps.filter((step) => step.kind !== "function" && step.name === stepId).map(judge);
  return verdicts.find(({ pass }) => pass) ?? verdicts.at(-1) ?? { pass: false, goal, but: absentText(run) };
}

function absentText(run: ApiRun): string {
  const names = [...new Set(run.steps.filter(({ kind }) => kind !== "function").map(({ name }) => `"${name}"`))];
  return names.length === 0 ? "it has no steps" : `it has no such step; it has ${names.slice(0, 20).join(", ")}`;
}

function stepText({ status, error }: ApiStep): string {
  const reason = error === null ? "" : `: ${errorSentence(error)}`;
  switch (status) {
    case "completed":
      return "that step has completed";
    case "failed":
      return `that step has failed${reason}`;
    case "retrying":
      return `that step is to be tried again${reason}`;
    case "timedOut":
      return "that step has timed out";
    case "queued":
    case "running":
    case "waiting":
    case "cancelled":
      return `that step is ${status}`;
  }
}

function times(count: number): string {
  return count === 1 ? "1 attempt" : `${count} attempts`;
}
