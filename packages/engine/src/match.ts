// Which functions an event starts and which pauses it ends.
import { compile, type IndexTerm, judge, readTerm } from "@stepwright/expressions";
import type { JsonValue, Millis } from "@stepwright/protocol";
import type { FunctionRecord } from "./effects.ts";
import type { StoredPause } from "./pause.ts";
import { type Registry, triggersFor } from "./registry.ts";

/** An event as matching sees it. */
export interface MatchableEvent {
  readonly name: string;
  /** The whole event, parsed: `{id,name,data,user,ts,…}`. */
  readonly value: JsonValue;
}

/**
 * The functions that the event starts, in order of their ids.
 *
 * A function starts at most once per event: its first matching trigger counts. An expression that
 * errors does not match; it never holds up the event (semantics.md §2, step 4).
 */
export function matchFunctions(registry: Registry, event: MatchableEvent, now: Millis): readonly FunctionRecord[] {
  const judging = judgeFunctions(registry, event, now);
  for (;;) {
    const turn = judging.next();
    if (turn.done === true) return turn.value;
  }
}

/** As `matchFunctions`, one trigger at a time: yields about what each cost in steps of evaluation, so that others can go on in between. */
export function* judgeFunctions(
  registry: Registry,
  event: MatchableEvent,
  now: Millis,
): Generator<number, readonly FunctionRecord[]> {
  const found: FunctionRecord[] = [];
  for (const triggers of triggersFor(registry, event.name).values()) {
    for (const { fn, expression } of triggers) {
      const verdict =
        expression === null ? { isMatch: true, steps: 1 } : judge(expression, { event: event.value }, { now });
      yield verdict.steps;
      if (!verdict.isMatch) continue;
      found.push(fn);
      break;
    }
  }
  return found.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** What to look up in the pause index for this event: one probe per indexed path that the event has. */
export function probesFor(paths: readonly string[], event: MatchableEvent): readonly IndexTerm[] {
  const probes: IndexTerm[] = [];
  for (const path of paths) {
    const term = readTerm(path, event.value);
    if (term !== null) probes.push({ path, ...term });
  }
  return probes;
}

/** Says whether the event ends the pause: the index may have found too much, the full expression decides. */
export function isPauseMatch(pause: StoredPause, event: MatchableEvent, now: Millis): boolean {
  return judgePause(pause, event, now).isMatch;
}

/** As `isPauseMatch`, with about what it cost in steps of evaluation: an event may have thousands of pauses to be judged. */
export function judgePause(
  pause: StoredPause,
  event: MatchableEvent,
  now: Millis,
): { readonly isMatch: boolean; readonly steps: number } {
  if (pause.expiresAt !== null && pause.expiresAt <= now) return { isMatch: false, steps: 1 };
  if (pause.expression === null) return { isMatch: true, steps: 1 };
  const compiled = compile(pause.expression);
  // Compiling takes about as long as sixteen characters per step.
  const steps = 1 + (pause.expression.length >> 4);
  if (compiled.kind === "invalid") return { isMatch: false, steps };
  const verdict = judge(compiled.expression, { async: event.value }, { now });
  return { isMatch: verdict.isMatch, steps: steps + verdict.steps };
}
