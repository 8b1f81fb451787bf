// What a status is called, and which of the few tones and shapes it is drawn in.
import type { ApiActivity, ApiApp, ApiFunction, ApiRunRow, ApiRunStatus, ApiStep } from "@stepwright/protocol";

/** Colour of a status. Never the only sign: each look has its own shape and word. */
export type Tone = "good" | "bad" | "active" | "waiting" | "quiet";

/** Shape of a status. */
export type Shape = "check" | "cross" | "arc" | "dots" | "slash" | "dash" | "moon" | "hourglass" | "retry" | "bars";

/** How a status is shown. */
export interface StatusLook {
  readonly word: string;
  readonly tone: Tone;
  readonly shape: Shape;
}

const looks = {
  queued: { word: "Queued", tone: "quiet", shape: "dots" },
  running: { word: "Running", tone: "active", shape: "arc" },
  retrying: { word: "Retrying", tone: "bad", shape: "retry" },
  sleeping: { word: "Sleeping", tone: "waiting", shape: "moon" },
  waiting: { word: "Waiting", tone: "waiting", shape: "hourglass" },
  completed: { word: "Completed", tone: "good", shape: "check" },
  failed: { word: "Failed", tone: "bad", shape: "cross" },
  timedOut: { word: "Timed out", tone: "quiet", shape: "hourglass" },
  cancelled: { word: "Cancelled", tone: "quiet", shape: "slash" },
  skipped: { word: "Skipped", tone: "quiet", shape: "dash" },
  synced: { word: "Synced", tone: "good", shape: "check" },
  syncFailed: { word: "Not synced", tone: "bad", shape: "cross" },
  pending: { word: "Syncing", tone: "active", shape: "arc" },
  paused: { word: "Paused", tone: "waiting", shape: "bars" },
} as const satisfies Record<string, StatusLook>;

/** The look of a status alone. */
export function statusLook(status: ApiRunStatus): StatusLook {
  return looks[status];
}

/** The look of a run: an unfinished one says what it is doing. What was to last until now goes on by now. */
export function runLook(run: Pick<ApiRunRow, "status" | "activity">, now: number): StatusLook {
  if (obstacleOf(run, now) !== null) return looks.waiting;
  const { status, activity } = run;
  if (status !== "running" || activity === null || (activity.until ?? Infinity) <= now) return looks[status];
  switch (activity.kind) {
    case "queued":
    case "calling":
      return looks.running;
    case "retrying":
    case "sleeping":
    case "waiting":
      return looks[activity.kind];
  }
}

/** What holds a due call of an unfinished run back; null when nothing does, or when it was to go by now. */
export function obstacleOf(
  { status, activity }: Pick<ApiRunRow, "status" | "activity">,
  now: number,
): NonNullable<ApiActivity["waitsFor"]> | null {
  const obstacle = isEnded(status) ? null : (activity?.waitsFor ?? null);
  return obstacle !== null && (obstacle.until ?? Infinity) > now ? obstacle : null;
}

/** What ends a wait of an unfinished run, and when; null for a run at work, and for a wait without end. */
export function endOfWait({
  status,
  activity,
}: Pick<ApiRunRow, "status" | "activity">): { readonly at: number; readonly what: string } | null {
  if (isEnded(status) || activity === null || activity.until === null || activity.waitsFor !== null) return null;
  switch (activity.kind) {
    case "queued":
    case "calling":
      return null;
    case "retrying":
      return { at: activity.until, what: "Next attempt" };
    case "sleeping":
      return { at: activity.until, what: "Wakes" };
    case "waiting":
      return { at: activity.until, what: "Times out" };
  }
}

/** The look of a step. A sleep that waits is asleep. */
export function stepLook(step: Pick<ApiStep, "status" | "kind">): StatusLook {
  return step.status === "waiting" && step.kind === "sleep" ? looks.sleeping : looks[step.status];
}

/** The look of what people have paused. */
export const pausedLook: StatusLook = looks.paused;

/** The look of a paused function: it says when it is paused only because its app is. */
export function pausedLookOf({ pausedBy }: Pick<ApiFunction, "pausedBy">): StatusLook {
  return pausedBy.includes("function") ? pausedLook : { ...pausedLook, word: "Paused with its app" };
}

/** The look of an app's sync. */
export function appLook(status: ApiApp["status"]): StatusLook {
  return status === "failed" ? looks.syncFailed : looks[status];
}

/** Says whether a run has ended. */
export function isEnded(status: ApiRunStatus): boolean {
  return status !== "queued" && status !== "running";
}
