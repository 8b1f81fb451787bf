// Matchers about what an unfinished run waits for.
import type { ApiDoing, ApiRun, ApiStep } from "@stepwright/protocol";
import { timeText } from "../report/doing-text.ts";
import { startOf } from "../report/run-times.ts";
import type { MatcherContext, MatcherResult } from "./context.ts";
import { readExpectedEnd, type ExpectedEnd } from "./expected-duration.ts";
import { takeRun } from "./received.ts";
import { standing } from "./run-end.ts";
import { resultOf, type Verdict } from "./verdict.ts";

/** Which wait is meant. */
export interface ExpectedWait {
  /** As it was given to `step.waitForEvent`: `match` such as `"data.orderId"`, or the whole of `if`; or a pattern of it. */
  readonly match?: string | RegExp;
  /** When it times out. A duration counts from the beginning of the wait. */
  readonly until?: ExpectedEnd;
  /** Id of the step that waits. */
  readonly step?: string;
}

/** The run waits for an event of this name. */
export function toBeWaitingFor(
  context: MatcherContext,
  received: unknown,
  eventName: string,
  expected: ExpectedWait = {},
): MatcherResult {
  const { run, subject } = takeRun(received, "toBeWaitingFor");
  const goal = `be waiting for event "${eventName}"${inStep(expected.step)}`;
  const waits = openWaits(run, "waitingForEvent", expected.step).filter(({ doing }) => doing.event === eventName);
  return resultOf(context, subject, judgeWaits(run, waits, { goal, expected, now: subject.now }));
}

/** The run waits for this signal. */
export function toBeWaitingForSignal(
  context: MatcherContext,
  received: unknown,
  signal: string,
  expected: Omit<ExpectedWait, "match"> = {},
): MatcherResult {
  const { run, subject } = takeRun(received, "toBeWaitingForSignal");
  const goal = `be waiting for signal "${signal}"${inStep(expected.step)}`;
  const waits = openWaits(run, "waitingForSignal", expected.step).filter(({ doing }) => doing.event === signal);
  return resultOf(context, subject, judgeWaits(run, waits, { goal, expected, now: subject.now }));
}

/** The run sleeps: in this step, until then, where they are given. */
export function toBeSleeping(
  context: MatcherContext,
  received: unknown,
  stepId?: string,
  expected: Pick<ExpectedWait, "until"> = {},
): MatcherResult {
  const { run, subject } = takeRun(received, "toBeSleeping");
  const goal = `be asleep${inStep(stepId)}`;
  return resultOf(
    context,
    subject,
    judgeWaits(run, openWaits(run, "sleeping", stepId), { goal, expected, now: subject.now }),
  );
}

function inStep(stepId: string | undefined): string {
  return stepId === undefined ? "" : ` in step "${stepId}"`;
}

interface OpenWait {
  readonly doing: ApiDoing;
  readonly step: ApiStep | null;
}

function openWaits(run: ApiRun, kind: ApiDoing["kind"], stepId: string | undefined): readonly OpenWait[] {
  return run.doing
    .filter((doing) => doing.kind === kind && (stepId === undefined || doing.stepName === stepId))
    .map((doing) => ({ doing, step: run.steps.find(({ id }) => id === doing.stepId) ?? null }));
}

function judgeWaits(
  run: ApiRun,
  waits: readonly OpenWait[],
  o: { readonly goal: string; readonly expected: ExpectedWait; readonly now: number },
): Verdict {
  const verdicts = waits.map((wait) => judgeWait(run, wait, o));
  return (
    verdicts.find(({ pass }) => pass) ?? verdicts[0] ?? { pass: false, goal: o.goal, but: standing(run, o.now).but }
  );
}

function judgeWait(
  run: ApiRun,
  wait: OpenWait,
  o: { readonly goal: string; readonly expected: ExpectedWait },
): Verdict {
  const { match, until } = o.expected;
  const written = expressionOf(wait);
  if (match !== undefined && !isMatch(written, match)) {
    const goal = `${o.goal} if ${String(match)}`;
    const but = written === null ? "it takes any event of that name" : `it waits for one if ${written}`;
    return { pass: false, goal, but };
  }
  if (until !== undefined) {
    const endAt = readExpectedEnd(until, wait.step === null ? run.queuedAt : startOf(wait.step));
    if (wait.doing.at !== endAt) {
      const but = wait.doing.at === null ? "it does so without end" : `it does so until ${timeText(wait.doing.at)}`;
      return { pass: false, goal: `${o.goal} until ${timeText(endAt)}`, but };
    }
  }
  return { pass: true, goal: o.goal, but: "it is" };
}

/** The condition as the function has written it; the open wait has the values of the run in it. */
function expressionOf({ doing, step }: OpenWait): string | null {
  const written = step?.detail["expression"];
  return typeof written === "string" && written !== "" ? written : doing.expression;
}

function isMatch(written: string | null, match: string | RegExp): boolean {
  if (written === null) return false;
  if (typeof match !== "string") return written.search(match) >= 0;
  return written === match || written === `event.${match} == async.${match}`;
}
