// What a status is called, and which of the few tones and shapes it is drawn in.
import type { ApiApp, ApiRun, ApiRunStatus, ApiStep } from "@stepwright/protocol";

/** Colour of a status. Never the only sign: each look has its own shape and word. */
export type Tone = "good" | "bad" | "active" | "waiting" | "quiet";

/** Shape of a status. */
export type Shape = "check" | "cross" | "arc" | "dots" | "slash" | "dash" | "moon" | "hourglass" | "retry";

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
} as const satisfies Record<string, StatusLook>;

/** The look of a run as lists know it. */
export function runLook(status: ApiRunStatus): StatusLook {
  return looks[status];
}

/** The look of a run whose doings are known: an unfinished one says what it is busy with, calls before waits. */
export function liveRunLook(run: Pick<ApiRun, "status" | "doing">): StatusLook {
  if (run.status !== "running") return looks[run.status];
  const kinds = new Set(run.doing.map((doing) => doing.kind));
  if (kinds.has("calling") || kinds.has("queued")) return looks.running;
  if (kinds.has("retrying")) return looks.retrying;
  if (kinds.has("waitingForEvent") || kinds.has("waitingForSignal") || kinds.has("waitingForRun")) return looks.waiting;
  return kinds.has("sleeping") ? looks.sleeping : looks.running;
}

/** The look of a step. A sleep that waits is asleep. */
export function stepLook(step: Pick<ApiStep, "status" | "kind">): StatusLook {
  return step.status === "waiting" && step.kind === "sleep" ? looks.sleeping : looks[step.status];
}

/** The look of an app's sync. */
export function appLook(status: ApiApp["status"]): StatusLook {
  return status === "failed" ? looks.syncFailed : looks[status];
}

/** Says whether a run has ended. */
export function isEnded(status: ApiRunStatus): boolean {
  return status !== "queued" && status !== "running";
}
