// Matchers about what an engine has started and received.
import { timeText } from "../report/doing-text.ts";
import { ownData } from "../report/own-data.ts";
import { unfinishedStatuses } from "../run-status.ts";
import type { FunctionRef } from "../test-engine.ts";
import type { TestRun } from "../test-run.ts";
import { isEqual, type MatcherContext, type MatcherResult } from "./context.ts";
import { countText, tallyText } from "./counts.ts";
import { functionIdOf } from "./function-ref.ts";
import { takeEngine, type MatchedEngine } from "./received.ts";
import { resultOf, type Subject } from "./verdict.ts";

/** Which starts count. */
export interface ExpectedStart {
  /** Exactly so many; default: one or more. */
  readonly times?: number;
  /** Name of the event that started it. */
  readonly event?: string;
  /** Data of that event. */
  readonly data?: unknown;
}

/** Runs of the function were started: they are there, whether they have been called or wait in a paused queue. */
export async function toHaveStarted(
  context: MatcherContext,
  received: unknown,
  fn: FunctionRef,
  expected: ExpectedStart = {},
): Promise<MatcherResult> {
  const engine = takeEngine(received, "toHaveStarted");
  const id = functionIdOf(fn);
  const { times, event, data } = expected;
  const ofFunction = await startedRuns(engine, fn);
  const byEvent = ofFunction.filter((run) => event === undefined || run.details.trigger.eventName === event);
  const hasData = (run: TestRun) => run.details.events.some((each) => isEqual(context, ownData(each.data), data));
  const fitting = data === undefined ? byEvent : byEvent.filter(hasData);
  const goal = [
    `have started ${id}`,
    ...(times === undefined ? [] : [countText(times)]),
    ...(event === undefined ? [] : [`by event "${event}"`]),
    ...(data === undefined ? [] : ["with these data"]),
  ].join(" ");
  const pass = times === undefined ? fitting.length > 0 : fitting.length === times;
  const isDataOther = data !== undefined && fitting.length === 0 && byEvent.length > 0;
  const subject = subjectOf(engine, fitting.length > 0 ? fitting : ofFunction);
  return resultOf(context, subject, {
    pass,
    goal,
    but: await startedText(engine, { runs: ofFunction, byEvent, fitting }),
    ...(isDataOther ? { compared: { expected: data, received: lastDataOf(byEvent) } } : {}),
  });
}

/** An event of this name was received, from the test or from a function, with these data where they are given. */
export async function toHaveSent(
  context: MatcherContext,
  received: unknown,
  eventName: string,
  data?: unknown,
  { times }: { readonly times?: number } = {},
): Promise<MatcherResult> {
  const engine = takeEngine(received, "toHaveSent");
  const internal = eventName.startsWith("inngest/");
  const named = await engine.events({ name: eventName, internal });
  const fitting = data === undefined ? named : named.filter((event) => isEqual(context, ownData(event.data), data));
  const goal = [
    `have been sent "${eventName}"`,
    ...(times === undefined ? [] : [countText(times)]),
    ...(data === undefined ? [] : ["with these data"]),
  ].join(" ");
  const isDataOther = data !== undefined && fitting.length === 0 && named.length > 0;
  const all = named.length > 0 ? named : await engine.events();
  const but =
    all.length === 0
      ? "it has received no event"
      : named.length === 0
        ? `it has only received ${tallyText(all.map(({ name }) => name))}`
        : `it has received it ${countText(named.length)}${isDataOther ? " with other data" : ""}`;
  return resultOf(context, subjectOf(engine, []), {
    pass: times === undefined ? fitting.length > 0 : fitting.length === times,
    goal,
    but,
    ...(isDataOther ? { compared: { expected: data, received: ownData(named.at(-1)?.data ?? null) } } : {}),
  });
}

/** Nothing is in the queue, and no run waits for anything. */
export async function toBeIdle(context: MatcherContext, received: unknown): Promise<MatcherResult> {
  const engine = takeEngine(received, "toBeIdle");
  const pending = await engine.queue.pending();
  const ids = [...new Set(pending.map(({ runId }) => runId))];
  const runs = await engine.runs({ status: unfinishedStatuses });
  const [first] = pending;
  const what =
    first === undefined
      ? "nothing is pending"
      : `${ids.length === 1 ? "a run is" : `${ids.length} runs are`} not finished`;
  const next = first?.at == null ? "" : `; the next thing is due at ${timeText(first.at)}`;
  return resultOf(context, subjectOf(engine, runs), {
    pass: pending.length === 0,
    goal: "be idle",
    but: `${what}${next}`,
  });
}

/** A run that was skipped has not started; the engine only says why there is none. */
async function startedRuns(engine: MatchedEngine, fn: FunctionRef): Promise<readonly TestRun[]> {
  const runs = await engine.runs({ function: fn });
  return runs.filter(({ status }) => status !== "skipped");
}

async function startedText(
  engine: MatchedEngine,
  o: Readonly<Record<"runs" | "byEvent" | "fitting", readonly TestRun[]>>,
): Promise<string> {
  if (o.runs.length > 0) {
    const counts = [
      [o.fitting.length, ""],
      [o.byEvent.length - o.fitting.length, " with other data"],
      [o.runs.length - o.byEvent.length, " by another event"],
    ] as const;
    return `it was started ${counts.flatMap(([count, how]) => (count === 0 ? [] : [countText(count) + how])).join(", and ")}`;
  }
  const all = (await engine.runs()).filter(({ status }) => status !== "skipped");
  if (all.length === 0) return "nothing was started";
  return `it was not; started: ${tallyText(all.map(({ functionSlug }) => functionSlug))}`;
}

function lastDataOf(runs: readonly TestRun[]): unknown {
  const event = runs.at(-1)?.details.events.at(-1);
  return event === undefined ? undefined : ownData(event.data);
}

function subjectOf(engine: MatchedEngine, runs: Subject["runs"]): Subject {
  return { name: "the engine", runs, now: engine.clock.now(), saveTo: engine.saveFailedRunsTo };
}
