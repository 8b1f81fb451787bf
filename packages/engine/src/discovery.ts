// When a run's function is called again. Discovery calls of one run never overlap:
// what finishes meanwhile is folded into the next one, so a parallel group ends with one final call.
import { type Millis, millis } from "@stepwright/protocol";
import type { QueueItemId, StepId } from "@stepwright/protocol";
import { failRun } from "./finish-run.ts";
import { callFlow, callItem } from "./queue-item.ts";
import { isEnded } from "./run.ts";
import { type Draft, hasOpenSteps, nextItemId, patchProgress } from "./state.ts";

/**
 * A step got its result by something other than a discovery call's own answer: decide whether the
 * function is called now, later, or with a call that is on its way.
 *
 * - Request version 2 and up: not before the whole group has results, except in race mode,
 *   where every completion gets a call, in sequence (sdk-protocol.md §10.3).
 * - Request version 1: always, but a call that has not been answered yet is followed by one more
 *   instead of being doubled. One that was set aside is not on its way: it is replaced.
 */
export function callAfterCompletion(draft: Draft, stepId: StepId): void {
  // The result itself may have been more than the run can hold.
  if (isEnded(draft.run.status)) return;
  const { progress } = draft.run;
  const isRace = progress.requestVersion >= 2 && goesOnAlone(draft, stepId);
  if (isGroupOpen(draft) && !isRace) return;
  if (progress.discovery === null) {
    enqueueDiscovery(draft, draft.context.now);
  } else if (progress.discovery.itemId === draft.state.setAsideDiscovery) {
    replaceSetAside(draft, progress.discovery.itemId);
  } else if (progress.discovery.retryAt !== null && progress.discovery.retryAt > draft.context.now) {
    // The waiting retry would call with what was known when it failed; a fresh call knows more and gets its own attempts.
    // Once its time has come the retry may be on its way: from then on it is a call like any other.
    draft.effects.push({ kind: "dequeue", itemId: progress.discovery.itemId });
    enqueueDiscovery(draft, draft.context.now);
  } else if (isRace) {
    patchProgress(draft, { owed: progress.owed + 1 });
  } else {
    patchProgress(draft, { completions: progress.completions + 1 });
  }
}

/**
 * What was set aside never comes: the run would stand still beside it. If somebody has it tried again meanwhile, that one
 * is the call, and the decision is made anew.
 */
function replaceSetAside(draft: Draft, itemId: QueueItemId): void {
  draft.guards.push({ kind: "itemSetAside", itemId });
  draft.effects.push({ kind: "forgetSetAside", itemId });
  enqueueDiscovery(draft, draft.context.now);
}

/** Says whether members of a coalesced parallel group still lack results. */
export function isGroupOpen(draft: Draft): boolean {
  return draft.run.progress.requestVersion >= 2 && draft.run.progress.pending.length > 0;
}

/**
 * Says whether a step's result calls the function although other steps of a group are open: the step is in race mode, or it
 * came after a race that is decided. What a race has left behind may take days and nobody waits for it, so the
 * function must not (sdk-protocol.md §10.3 leaves such a step hanging; FIX).
 */
export function goesOnAlone(draft: Draft, stepId: StepId): boolean {
  const { pending, race } = draft.run.progress;
  return race.includes(stepId) || (pending.length > 0 && pending.every((id) => race.includes(id)));
}

/** Queues the next discovery call. With request version 2 it ends the parallel section (sdk-protocol.md §10.3). */
export function enqueueDiscovery(draft: Draft, at: Millis): void {
  const itemId = nextItemId(draft);
  draft.effects.push({
    kind: "enqueue",
    item: callItem(draft.run, { id: itemId, at, flow: callFlow(draft.run) }),
  });
  patchProgress(draft, {
    discovery: { itemId, retryAt: null },
    ...(draft.run.progress.requestVersion >= 2 ? { forceStepPlan: false } : {}),
  });
}

/** An answer that changes nothing must not spin: the function is asked again after this pause, */
const idleRedriveMs = 1_000;
/** and this often in a row before the run fails: an app that asks for nothing and never ends would be called for ever. */
const idleAnswersMax = 5;

/**
 * A discovery call was answered: follow it with another if its own answer asks for one, if steps finished
 * that it did not know of, or if race mode owes one.
 */
export function callAfterDiscovery(draft: Draft, completionsSeen: number): void {
  patchProgress(draft, { discovery: null });
  const { progress } = draft.run;
  const isBehind = progress.completions > completionsSeen && !isGroupOpen(draft);
  if (progress.owed > 0) {
    patchProgress(draft, { owed: progress.owed - 1 });
    enqueueDiscovery(draft, draft.context.now);
  } else if (draft.needsDiscovery || isBehind) {
    enqueueDiscovery(draft, draft.context.now);
  } else if (!hasOpenSteps(draft)) {
    askAgain(draft);
  }
}

/** The app asked for nothing, and nothing is under way. */
function askAgain(draft: Draft): void {
  if (!failsAsIdle(draft)) enqueueDiscovery(draft, millis(draft.context.now + idleRedriveMs));
}

/** Counts an answer that brought nothing; fails the run when there were too many since the last result. */
export function failsAsIdle(draft: Draft): boolean {
  const idleAnswers = (draft.run.progress.idleAnswers ?? 0) + 1;
  patchProgress(draft, { idleAnswers });
  if (idleAnswers < idleAnswersMax) return false;
  failRun(draft, {
    error: "NothingToDo",
    name: "NothingToDo",
    message: `The app answered ${idleAnswers} times in a row without a result, an error or a step to wait for, so the run cannot go on. Check what its endpoint answers, and that its SDK is up to date.`,
  });
  return true;
}
