// The functions of the raw app: how each registers, and what it answers to a call. Their ids are `bench-<name>`, the events
// that start them `bench/<name>`.

/** A call as the app reads it. */
export interface AppCall {
  /** The run, and what a checkpoint of it has to name. */
  readonly ctx: {
    readonly run_id: string;
    readonly fn_id: string;
    readonly qi_id: string;
    readonly generation_id: number;
  };
  /** `step` for a call that goes on with the function, otherwise the id of the step that is to run. */
  readonly stepId: string;
  /** `data` of the triggering event. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Results so far by step id. */
  readonly steps: Readonly<Record<string, unknown>>;
}

/** What the app answers: ops, null when the function has ended, or that it failed for good. */
export type AppAnswer = readonly object[] | null | "failed";

/** One function of the raw app. */
export interface RawFunction {
  readonly name: string;
  /** Configuration beside id, name, trigger and URL. */
  readonly config: Readonly<Record<string, unknown>>;
  answer(call: AppCall): AppAnswer;
}

/** `count` steps one after another, each answered as soon as it is asked for. */
export function stepsFunction(count: number): RawFunction {
  return {
    name: `steps-${count}`,
    config: {},
    answer({ steps }) {
      const done = Object.keys(steps).length;
      return done < count ? [stepOp(done)] : null;
    },
  };
}

/** `count` steps side by side: planned in one answer, then asked for one by one. */
export function parallelFunction(count: number): RawFunction {
  const numbers = Array.from({ length: count }, (_, number) => number);
  return {
    name: `parallel-${count}`,
    config: {},
    answer({ stepId, steps }) {
      if (stepId !== "step") return [stepOp(Number(stepId))];
      const open = numbers.filter((number) => steps[idOf(number)] === undefined);
      return open.length === 0 ? null : open.map(plannedOp);
    },
  };
}

/** No step. One call at a time and one per key. */
export const gatedFunction: RawFunction = {
  name: "gated",
  config: { concurrency: [{ limit: 1, key: "event.data.key" }, { limit: 1 }] },
  answer: () => null,
};

/** Waits for `bench/go` with its own key. */
export const waitFunction: RawFunction = {
  name: "wait",
  config: {},
  answer: ({ steps }) => (Object.keys(steps).length > 0 ? null : [waitOp("event.data.key == async.data.key")]),
};

/** Waits for `bench/go` with its own group: one event ends the waits of a whole group. */
export const groupFunction: RawFunction = {
  name: "group",
  config: {},
  answer: ({ steps }) => (Object.keys(steps).length > 0 ? null : [waitOp("event.data.group == async.data.group")]),
};

/** Sleeps until `data.wakeAt`, an ISO time. */
export const sleepFunction: RawFunction = {
  name: "sleep",
  config: {},
  answer: ({ steps, data }) =>
    Object.keys(steps).length > 0
      ? null
      : [{ op: "Sleep", id: idOf(0), name: String(data["wakeAt"]), displayName: "sleep", opts: {} }],
};

/** No step, for scenarios that hold its calls or send checkpoints while they last. */
export const longFunction: RawFunction = { name: "long", config: {}, answer: () => null };

/** Fails at once. */
export const failingFunction: RawFunction = { name: "failing", config: {}, answer: () => "failed" };

/** Everything that the scenarios start. */
export const rawFunctions: readonly RawFunction[] = [
  ...[0, 1, 3, 10, 20, 50].map(stepsFunction),
  parallelFunction(10),
  gatedFunction,
  waitFunction,
  groupFunction,
  sleepFunction,
  longFunction,
  failingFunction,
];

/** The result of step `number` as an op. */
export function stepOp(number: number): object {
  const id = idOf(number);
  return { op: "StepRun", id, name: id, displayName: `step ${number}`, opts: {}, data: { n: number } };
}

function plannedOp(number: number): object {
  const id = idOf(number);
  return { op: "StepPlanned", id, name: id, displayName: `step ${number}`, opts: {}, data: null };
}

// Longer than the history of a big database is old: its waits must not time out while something is measured.
const waitTimeout = "300d";

function waitOp(condition: string): object {
  return {
    op: "WaitForEvent",
    id: idOf(0),
    name: "bench/go",
    displayName: "wait",
    opts: { timeout: waitTimeout, if: condition },
  };
}

/** As long as the hashes that an SDK makes. */
function idOf(number: number): string {
  return String(number).padStart(40, "0");
}
