// Runs that a commit has made and leased the first call of: their state is known, and need not be read back.
import type { Effect, EventRef, LeasedItem, NewEvent, Run, RunEvent, Transition } from "@stepwright/engine";
import { eventJson, eventJsonRaw, type RunId } from "@stepwright/protocol";

/** A run as it was made. */
export interface StartedRun {
  readonly run: Run;
  readonly events: readonly RunEvent[];
}

/** Finds them. Runs that flow control has decided about, or whose events are not all in the commit, are left to be read. */
export function startedRuns(transitions: readonly Transition[], leased: readonly LeasedItem[]): readonly StartedRun[] {
  const called = new Set<RunId>();
  for (const { work } of leased) if (work.kind === "call") called.add(work.runId);
  if (called.size === 0) return [];
  return transitions.flatMap(({ effects, children = [] }) => {
    const events = effects.flatMap((effect) => (effect.kind === "putEvent" ? [effect.event] : []));
    return children.flatMap((child) =>
      child.effects.flatMap((effect) => (isStarted(effect, called) ? startedRun(effect, events) : [])),
    );
  });
}

type CreateRun = Extract<Effect, { kind: "createRun" }>;

function isStarted(effect: Effect, called: ReadonlySet<RunId>): effect is CreateRun {
  return effect.kind === "createRun" && called.has(effect.run.id);
}

function startedRun({ run, events: refs }: CreateRun, events: readonly NewEvent[]): readonly StartedRun[] {
  const texts = refs.flatMap((ref) => textsOf(ref, events));
  return texts.length === refs.length ? [{ run, events: texts }] : [];
}

function textsOf(ref: EventRef, events: readonly NewEvent[]): readonly RunEvent[] {
  const event = ref.kind === "inTransition" ? events[ref.index] : undefined;
  if (event === undefined || event.data === null) return [];
  const fields = { ...event, data: event.data };
  return [{ full: eventJson(fields), raw: eventJsonRaw(fields) }];
}
