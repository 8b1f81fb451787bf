// A signal ends the wait of the one run that listens for its name.
import { resumeItemId, type StoredPause, type Transition } from "@stepwright/engine";
import type { JsonText, Millis, RunId } from "@stepwright/protocol";
import type { Committer } from "./committer.ts";
import type { Shell } from "./shell.ts";
import { refuseFailed } from "./storage-trouble.ts";

/** Sends the signal. Null when nobody waits for it, or somebody else's signal was faster. */
export async function sendSignal(
  shell: Shell,
  committer: Committer,
  signal: string,
  data: JsonText,
): Promise<RunId | null> {
  const now = shell.ports.clock.now();
  const pause = await shell.ports.storage.pauses.bySignal(signal);
  if (pause === null || (pause.expiresAt !== null && pause.expiresAt <= now)) return null;
  const transition = resumption(pause, { signal, data, now });
  if (transition === null) return null;
  const outcome = await committer.submit(transition);
  refuseFailed(outcome);
  return outcome.kind === "committed" ? pause.runId : null;
}

/** As with an event, the pause gives way to an item of its run: what it means for the run is decided in the run's own order. */
function resumption(
  pause: StoredPause,
  options: { readonly signal: string; readonly data: JsonText; readonly now: Millis },
): Transition | null {
  const { runId, stepId } = pause;
  if (stepId === null) return null;
  const { signal, data, now } = options;
  return {
    guards: [{ kind: "pauseOpen", pauseId: pause.id }],
    effects: [
      {
        kind: "resolvePause",
        pauseId: pause.id,
        item: {
          id: resumeItemId(runId, stepId),
          lane: "system",
          at: now,
          attempt: 0,
          work: { kind: "resume", runId, stepId, outcome: { kind: "signal", signal, data } },
        },
      },
    ],
  };
}
