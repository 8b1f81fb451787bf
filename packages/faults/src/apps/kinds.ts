// The functions that every app of the harness serves, whatever it speaks: names, steps and how a run of each ends.

/** Kinds of functions that events start; `child` is invoked by another one. */
export const kinds = [
  "sequence",
  "parallel",
  "sleepy",
  "flaky",
  "failing",
  "waiter",
  "late",
  "invoker",
  "cancelled",
  "limited",
] as const;

/** The kind of a function. */
export type Kind = (typeof kinds)[number];

/** What is known of a kind beforehand. */
export interface KindPlan {
  readonly status: "completed" | "failed" | "cancelled";
  /** Steps with code of the app, all of them executed. */
  readonly steps: readonly string[];
  /** Steps without: the server alone ends them. */
  readonly others: readonly string[];
}

/** Plans by kind. */
export const plans: Readonly<Record<Kind | "child", KindPlan>> = {
  sequence: { status: "completed", steps: ["one", "two", "three"], others: [] },
  parallel: { status: "completed", steps: ["left", "middle", "right", "after"], others: [] },
  sleepy: { status: "completed", steps: ["before", "after"], others: ["nap"] },
  flaky: { status: "completed", steps: ["before", "shaky"], others: [] },
  failing: { status: "failed", steps: ["before"], others: [] },
  waiter: { status: "completed", steps: ["before", "after"], others: ["answer"] },
  late: { status: "completed", steps: ["before", "after"], others: ["answer"] },
  invoker: { status: "completed", steps: ["before", "after"], others: ["call"] },
  cancelled: { status: "cancelled", steps: [], others: [] },
  limited: { status: "completed", steps: ["one", "two"], others: [] },
  child: { status: "completed", steps: ["inner"], others: [] },
};

/** How long `sleepy` sleeps and `late` waits in vain; SDK v3 knows whole seconds only. */
export const napMs = 1_000;

/** Calls of `limited` that may be in flight at once. */
export const limitedMax = 2;

/** How long a step of `limited` works at most: long enough for calls to wait for each other. */
export const limitedWorkMsMax = 60;

/** How often a function may fail by the faults of the harness before its run does. */
export const retries = 20;

/** The apps: the bare protocol, and both majors of the published SDK. */
export const appNames = ["raw", "v3", "v4"] as const;

/** The name of an app. */
export type AppName = (typeof appNames)[number];
