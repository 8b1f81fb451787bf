// What an unfinished run is doing or waiting for, from its open queue items and pauses.
import type { StoredPause } from "@stepwright/engine";
import type { ApiDoing } from "@stepwright/protocol";
import type { QueuedItem } from "@stepwright/storage";

/**
 * Presents what a run has open, soonest first.
 *
 * A wait has both a pause and a timeout item: the pause says what it waits for, so the item is left out. Listeners that
 * would cancel the run, and its own timeouts, are nothing it waits for.
 */
export function presentDoing(o: {
  readonly items: readonly QueuedItem[];
  readonly pauses: readonly StoredPause[];
  readonly stepNames: ReadonlyMap<string, string>;
}): readonly ApiDoing[] {
  const nameOf = (stepId: string | null): string | null => (stepId === null ? null : (o.stepNames.get(stepId) ?? null));
  const waits = o.pauses.filter((pause) => pause.kind !== "cancel");
  const waiting = new Set(waits.map((pause) => pause.stepId));
  const items = o.items.filter(
    (item) => item.kind !== "runTimeout" && !(item.kind === "timeout" && waiting.has(item.stepId)),
  );
  return [
    ...items.map((item) => ({ ...doingOf(item), stepName: nameOf(item.stepId) })),
    ...waits.map((pause) => ({ ...waitOf(pause), stepName: nameOf(pause.stepId) })),
  ].sort((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity));
}

function doingOf(item: QueuedItem): Omit<ApiDoing, "stepName"> {
  return { kind: kindOf(item), stepId: item.stepId, at: item.at, attempt: item.attempt, event: null, expression: null };
}

function kindOf(item: QueuedItem): ApiDoing["kind"] {
  switch (item.kind) {
    case "call":
    case "gateway":
      if (item.isLeased) return "calling";
      return item.attempt > 0 ? "retrying" : "queued";
    case "wake":
      return "sleeping";
    case "resume":
      return "queued";
    default:
      return "other";
  }
}

function waitOf(pause: StoredPause): Omit<ApiDoing, "stepName"> {
  const { stepId, expression, expiresAt: at } = pause;
  const wait = { stepId, at, attempt: 0, expression };
  switch (pause.kind) {
    case "signal":
      return { ...wait, kind: "waitingForSignal", event: pause.signal };
    case "invoke":
      return { ...wait, kind: "waitingForRun", event: null };
    case "event":
    case "cancel":
      return { ...wait, kind: "waitingForEvent", event: pause.eventName };
  }
}
