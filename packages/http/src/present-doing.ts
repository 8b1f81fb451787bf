// What an unfinished run is doing or waiting for, from its open queue items and pauses.
import type { StoredPause } from "@stepwright/engine";
import type { ApiActivity, ApiDoing, ApiStep, ApiWaitsFor } from "@stepwright/protocol";
import type { QueuedItem } from "@stepwright/storage";

/**
 * Presents what a run has open, soonest first.
 *
 * A wait has both a pause and a timeout item: the pause says what it waits for, so the item is left out. Listeners that
 * would cancel the run, and its own timeouts, are nothing it waits for. A call that is made again names the step whose
 * failure it is made again for: the step ran inside the call, so the call's own item names none.
 */
export function presentDoing(o: {
  readonly items: readonly QueuedItem[];
  readonly pauses: readonly StoredPause[];
  readonly steps: readonly ApiStep[];
  /** What the due items wait for, by item. */
  readonly waitsFor?: ReadonlyMap<string, ApiWaitsFor>;
}): readonly ApiDoing[] {
  const stepNames = new Map(o.steps.map(({ id, name }) => [id, name]));
  const nameOf = (stepId: string | null): string | null => (stepId === null ? null : (stepNames.get(stepId) ?? null));
  const waits = o.pauses.filter((pause) => pause.kind !== "cancel");
  const waiting = new Set(waits.map((pause) => pause.stepId));
  const items = o.items.filter(
    (item) => item.kind !== "runTimeout" && !(item.kind === "timeout" && waiting.has(item.stepId)),
  );
  return [
    ...items.map((item) => {
      const stepId = item.stepId ?? retriedStep(item, o);
      return { ...doingOf(item), stepId, stepName: nameOf(stepId), waitsFor: o.waitsFor?.get(item.id) ?? null };
    }),
    ...waits.map((pause) => ({ ...waitOf(pause), stepName: nameOf(pause.stepId), waitsFor: null })),
  ].sort((a, b) => (a.at ?? Infinity) - (b.at ?? Infinity));
}

const activities: readonly (readonly [ApiDoing["kind"], ApiActivity["kind"]])[] = [
  ["calling", "calling"],
  ["queued", "queued"],
  ["retrying", "retrying"],
  ["waitingForEvent", "waiting"],
  ["waitingForSignal", "waiting"],
  ["waitingForRun", "waiting"],
  ["sleeping", "sleeping"],
];

/** Presents what a run is doing in one word, with the soonest time of that kind; null when nothing open tells. */
export function presentActivity(open: {
  readonly items: readonly QueuedItem[];
  readonly pauses: readonly StoredPause[];
  readonly waitsFor: ReadonlyMap<string, ApiWaitsFor>;
}): ApiActivity | null {
  const doing = presentDoing({ ...open, steps: [] });
  for (const [from, kind] of activities) {
    const first = doing.find((each) => each.kind === from);
    if (first !== undefined) return activityOf(first, kind);
  }
  return null;
}

function activityOf({ at, waitsFor }: ApiDoing, kind: ApiActivity["kind"]): ApiActivity {
  return {
    kind,
    until: kind === "calling" ? null : at,
    waitsFor: waitsFor === null ? null : { text: waitsFor.text, until: waitsFor.until },
  };
}

/** The step that failed last and that no item of its own will try again. */
function retriedStep(
  item: QueuedItem,
  o: { readonly items: readonly QueuedItem[]; readonly steps: readonly ApiStep[] },
): string | null {
  if (item.kind !== "call" || item.attempt === 0) return null;
  const withItem = new Set<string | null>(o.items.map(({ stepId }) => stepId));
  const [last] = o.steps
    .filter((step) => (step.status === "retrying" || step.status === "running") && !withItem.has(step.id))
    .filter((step) => step.attempts.at(-1)?.status === "failed")
    .sort((a, b) => lastEndOf(b) - lastEndOf(a));
  return last?.id ?? null;
}

function lastEndOf(step: ApiStep): number {
  return Math.max(0, ...step.attempts.map((attempt) => attempt.endedAt));
}

function doingOf(item: QueuedItem): Omit<ApiDoing, "stepName" | "waitsFor"> {
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

function waitOf(pause: StoredPause): Omit<ApiDoing, "stepName" | "waitsFor"> {
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
