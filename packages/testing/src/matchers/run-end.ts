// Matchers about how a run ended.
import type { ApiRun } from "@stepwright/protocol";
import { doingText } from "../report/doing-text.ts";
import { errorSentence } from "../report/error-text.ts";
import { isEqual, type MatcherContext, type MatcherResult } from "./context.ts";
import { compareError, type ExpectedError } from "./expected-error.ts";
import { takeRun } from "./received.ts";
import { resultOf } from "./verdict.ts";

/** The run has completed. */
export function toHaveCompleted(context: MatcherContext, received: unknown): MatcherResult {
  return judgeStatus(context, received, { matcher: "toHaveCompleted", status: "completed", goal: "have completed" });
}

/** The run has completed, and the function has returned this. */
export function toHaveCompletedWith(context: MatcherContext, received: unknown, output: unknown): MatcherResult {
  const { run, subject } = takeRun(received, "toHaveCompletedWith");
  if (run.status !== "completed") {
    return resultOf(context, subject, { pass: false, goal: "have completed", ...standing(run, subject.now) });
  }
  // JSON has no undefined: a function that returns nothing returns null.
  const pass = isEqual(context, run.output, output === undefined ? null : output);
  return resultOf(context, subject, {
    pass,
    goal: "have completed with this output",
    but: pass ? "it did" : "it returned something else",
    compared: { expected: output, received: run.output },
  });
}

/** The run has failed, for good. */
export function toHaveFailed(context: MatcherContext, received: unknown): MatcherResult {
  return judgeStatus(context, received, { matcher: "toHaveFailed", status: "failed", goal: "have failed" });
}

/** The run has failed, for good, with such an error. */
export function toHaveFailedWith(context: MatcherContext, received: unknown, expected: ExpectedError): MatcherResult {
  const { run, subject } = takeRun(received, "toHaveFailedWith");
  if (expected == null)
    throw new TypeError("toHaveFailedWith needs an error to compare with; any error is toHaveFailed()");
  if (run.status !== "failed" || run.error === null) {
    return resultOf(context, subject, { pass: false, goal: "have failed", ...standing(run, subject.now) });
  }
  const { goal, ...found } = compareError(context, run.error, expected);
  const but = found.pass ? "it did" : `it failed with ${errorSentence(run.error)}`;
  return resultOf(context, subject, { ...found, goal: `have failed with ${goal}`, but });
}

/** The run was cancelled. */
export function toHaveBeenCancelled(context: MatcherContext, received: unknown): MatcherResult {
  return judgeStatus(context, received, {
    matcher: "toHaveBeenCancelled",
    status: "cancelled",
    goal: "have been cancelled",
  });
}

/** The run was skipped: its event came while a singleton was busy, or while its function was paused. */
export function toHaveBeenSkipped(context: MatcherContext, received: unknown): MatcherResult {
  return judgeStatus(context, received, { matcher: "toHaveBeenSkipped", status: "skipped", goal: "have been skipped" });
}

function judgeStatus(
  context: MatcherContext,
  received: unknown,
  o: { readonly matcher: string; readonly status: ApiRun["status"]; readonly goal: string },
): MatcherResult {
  const { run, subject } = takeRun(received, o.matcher);
  return resultOf(context, subject, { pass: run.status === o.status, goal: o.goal, ...standing(run, subject.now) });
}

/** Where a run stands. `now` is what its clock shows. */
export function standing(run: ApiRun, now: number): { readonly but: string; readonly hint: string | null } {
  const waits = run.doing.some(({ at }) => at !== null && at > now);
  return { but: standingText(run, now), hint: waits ? goOnText : null };
}

const goOnText =
  'It goes on when the clock moves: `await run.ended()` jumps to its end, `await engine.clock.advance("1d")` goes a part of the way.';

function standingText(run: ApiRun, now: number): string {
  switch (run.status) {
    case "completed":
      return "it has completed";
    case "failed":
      return `it has failed: ${run.error === null ? "for no reason that is known" : errorSentence(run.error)}`;
    case "cancelled":
      return run.summary === null ? "it was cancelled" : `it was ${run.summary}`;
    case "skipped":
      return run.summary === null ? "it was skipped" : `it was ${run.summary}`;
    case "queued":
    case "running": {
      const doing = run.doing.map((each) => {
        const step = each.stepName === null ? "" : ` in step "${each.stepName}"`;
        return `${doingText(each, now, run.steps.find(({ id }) => id === each.stepId) ?? null)}${step}`;
      });
      return doing.length === 0 ? `it is still ${run.status}` : `it ${doing.join(", and ")}`;
    }
  }
}
