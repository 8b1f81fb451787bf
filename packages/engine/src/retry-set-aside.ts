// An item that was set aside is tried again, when somebody has done something about the reason.
import type { Millis, QueueItemId, StepId } from "@stepwright/protocol";
import type { Transition } from "./effects.ts";
import { callFlow, type Lane, type NewQueueItem, type Work } from "./queue-item.ts";
import { isEnded, type Run } from "./run.ts";

/** What was set aside, and the run it works for. */
export interface SetAsideWork {
  readonly id: QueueItemId;
  readonly lane: Lane;
  readonly attempt: number;
  readonly work: Work;
  /** Null for work on no run, or on one that is gone. */
  readonly run: Run | null;
  /** Steps of the run with a result. */
  readonly finished: ReadonlySet<StepId>;
}

/** Puts the item back into the queue, due now; one that has been overtaken by events is only forgotten. */
export function retrySetAside(o: SetAsideWork, now: Millis): Transition {
  const effects: Transition["effects"][number][] = [{ kind: "forgetSetAside", itemId: o.id }];
  if (isStillWanted(o)) effects.push({ kind: "enqueue", item: itemOf(o, now) });
  return { guards: [{ kind: "itemSetAside", itemId: o.id }], effects };
}

function itemOf({ id, lane, attempt, work, run }: SetAsideWork, at: Millis): NewQueueItem {
  const item = { id, lane, attempt, work, at };
  // The gates of a start were passed when it was leased for the first time.
  return work.kind === "call" && run !== null ? { ...item, flow: callFlow(run) } : item;
}

function isStillWanted({ id, work, run, finished }: SetAsideWork): boolean {
  if (!("runId" in work)) return true;
  if (run === null || isEnded(run.status)) return false;
  // A start of the server has asked the function anew: a second discovery beside that one must not be.
  if (work.kind === "call" && work.stepId === null) return run.progress.discovery?.itemId === id;
  return !("stepId" in work && work.stepId !== null && finished.has(work.stepId));
}
