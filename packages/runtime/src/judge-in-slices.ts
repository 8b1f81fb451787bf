// Judges the pauses that an event may end, a few milliseconds at a time: expressions are users', and there may be thousands.
import { judgePause, type MatchableEvent, type StoredPause } from "@stepwright/engine";
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
  let stepsInTurn = 0;
  let steps = 0;
  for (const pause of pauses) {
    if (steps >= o.stepsMax) break;
    if (stepsInTurn >= stepsPerTurnMax) {
      await new Promise(setImmediate);
      stepsInTurn = 0;
    }
    const verdict = judgePause(pause, o.event, o.now);
    judged.set(pause.seq, verdict.isMatch);
    stepsInTurn += verdict.steps;
    steps += verdict.steps;
  }
  return judged;
}
