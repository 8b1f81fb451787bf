// Pushes what was committed to whoever listens. A listener that throws or is slow never holds up a commit.
import type { Effect, RunStatus, Transition } from "@stepwright/engine";
import type { RunId } from "@stepwright/protocol";
import type { TransitionOutcome } from "@stepwright/storage";
import type { LiveChange, LiveFeed } from "./runtime.ts";

/** The feed and its inlet. */
export interface LiveFeedSource extends LiveFeed {
  /** Tells listeners about one commit. */
  publish(transitions: readonly Transition[], outcomes: readonly TransitionOutcome[]): void;
  /** Tells listeners about a change that no effect names well enough. */
  tell(change: LiveChange): void;
}

/** Makes a feed. `onError` gets what listeners throw. */
export function createLiveFeed(onError: (error: unknown) => void): LiveFeedSource {
  const listeners = new Set<(change: LiveChange) => void>();
  const tell = (change: LiveChange): void => {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        onError(error);
      }
    }
  };
  return {
    tell,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    publish(transitions, outcomes) {
      if (listeners.size === 0) return;
      const change = changeOf(transitions, outcomes);
      if (change !== null) tell(change);
    },
  };
}

function changeOf(transitions: readonly Transition[], outcomes: readonly TransitionOutcome[]): LiveChange | null {
  const runs = new Map<RunId, RunStatus>();
  let hasNewEvents = false;
  let haveAppsChanged = false;
  const visit = (effect: Effect) => {
    if (effect.kind === "createRun" || effect.kind === "updateRun") runs.set(effect.run.id, effect.run.status);
    else if (effect.kind === "putEvent") hasNewEvents = true;
    else if (effect.kind === "putApp" || effect.kind === "removeApp" || effect.kind === "putFunction")
      haveAppsChanged = true;
  };
  const walk = (transition: Transition, outcome: TransitionOutcome | undefined) => {
    if (outcome?.kind !== "committed") return;
    transition.effects.forEach(visit);
    for (const run of outcome.admitted) runs.set(run.id, run.status);
    transition.children?.forEach((child, index) => walk(child, outcome.children[index]));
  };
  transitions.forEach((transition, index) => walk(transition, outcomes[index]));
  if (runs.size === 0 && !hasNewEvents && !haveAppsChanged) return null;
  return { runs: [...runs].map(([id, status]) => ({ id, status })), hasNewEvents, haveAppsChanged };
}
