// Judges the pauses that an event may end and the functions it may start, a few milliseconds at a time: expressions are users', and there may be thousands.
import {
  type FunctionRecord,
  judgeFunctions,
  judgePause,
  type MatchableEvent,
  type Registry,
  type StoredPause,
} from "@stepwright/engine";
import type { Millis } from "@stepwright/protocol";
import { stepsPerTurnMax } from "./limits.ts";

/**
 * Judges pauses in order and lets everybody else go on in between; gives the verdicts by seq.
 *
 * Stops after `stepsMax` steps of evaluation, with at least one pause judged. What is read while others go on may be out of
 * date when it is committed: a pause that was closed meanwhile is passed over, one that was opened turns the commit down.
 */
export async function judgeInSlices(
  pauses: readonly StoredPause[],
  o: { readonly event: MatchableEvent; readonly now: Millis; readonly stepsMax: number },
): Promise<ReadonlyMap<number, boolean>> {
  const judged = new Map<number, boolean>();
  const rest = createRests();
  let steps = 0;
  for (const pause of pauses) {
    if (steps >= o.stepsMax) break;
    if (rest.isDue) await rest.take();
    const verdict = judgePause(pause, o.event, o.now);
    judged.set(pause.seq, verdict.isMatch);
    rest.spend(verdict.steps);
    steps += verdict.steps;
  }
  return judged;
}

/** Finds the functions that an event starts, in order of their ids. */
export async function findInSlices(
  registry: Registry,
  event: MatchableEvent,
  now: Millis,
): Promise<readonly FunctionRecord[]> {
  const rest = createRests();
  const judging = judgeFunctions(registry, event, now);
  for (;;) {
    const turn = judging.next();
    if (turn.done === true) return turn.value;
    rest.spend(turn.value);
    if (rest.isDue) await rest.take();
  }
}

/** Says when it is time to let others go on. */
function createRests(): { readonly isDue: boolean; spend(steps: number): void; take(): Promise<void> } {
  let steps = 0;
  return {
    get isDue() {
      return steps >= stepsPerTurnMax;
    },
    spend(more) {
      steps += more;
    },
    async take() {
      steps = 0;
      await new Promise(setImmediate);
    },
  };
}
