// Starts rest on what is registered: whether the function is paused, and its flow control. So they hold only for the registry they
// were decided on, like the match of an event.
import { storageUnavailable } from "@stepwright/protocol";
import type { Transition } from "@stepwright/engine";
import type { TransitionOutcome } from "@stepwright/storage";
import type { Committer } from "./committer.ts";
import { redecideMax } from "./limits.ts";
import { patienceRounds } from "./registry-gate.ts";
import type { Shell } from "./shell.ts";

/** Makes a transition that is turned down when what is registered changes before it is committed. */
export async function madeOnRegistry<T extends { readonly transition: Transition } | null>(
  shell: Shell,
  make: () => Promise<T>,
): Promise<T> {
  const { version } = shell.registry();
  const made = await make();
  if (made === null) return made;
  const { guards } = made.transition;
  return { ...made, transition: { ...made.transition, guards: [...guards, { kind: "registryVersion", version }] } };
}

/** Commits what `make` makes for somebody who waits for it, and makes it again whenever what is registered has changed meanwhile. */
export async function submitOnRegistry<T extends { readonly transition: Transition }>(
  shell: Shell,
  committer: Committer,
  make: () => Promise<T>,
): Promise<{ readonly made: T; readonly outcome: TransitionOutcome }> {
  let release = (): void => undefined;
  try {
    for (let round = 0; round < redecideMax; round += 1) {
      if (round === patienceRounds) release = shell.gate.hold();
      const made = await madeOnRegistry(shell, make);
      const outcome = await committer.submit(made.transition);
      if (outcome.kind !== "rejected" || outcome.guard.kind !== "registryVersion") return { made, outcome };
      await shell.refreshRegistry();
    }
  } finally {
    release();
  }
  throw storageUnavailable({ reason: "apps kept changing under the start" });
}
