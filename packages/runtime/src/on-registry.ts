// Starts rest on what is registered: whether the function is paused, and its flow control. So they hold only for the registry they
// were decided on, like the match of an event.
import { storageUnavailable } from "@stepwright/protocol";
import type { Transition } from "@stepwright/engine";
import type { TransitionOutcome } from "@stepwright/storage";
import type { Committer } from "./committer.ts";
import { redecideMax } from "./limits.ts";
import { patienceRounds } from "./registry-gate.ts";
import type { Shell } from "./shell.ts";

interface Made {
  readonly transition: Transition;
}

/** What came of it: there was nothing to do, it is settled, or what is registered changed each time. */
export type OnRegistry<R> =
  | { readonly kind: "nothing" }
  | { readonly kind: "settled"; readonly value: R }
  | { readonly kind: "exhausted" };

/**
 * Makes a transition that is turned down when what is registered changes before it is committed, and makes it again for as long as
 * `commit` gives null. After some rounds further changes have to wait.
 */
export async function onRegistry<T extends Made, R>(
  shell: Shell,
  make: () => Promise<T | null>,
  commit: (made: T) => Promise<R | null>,
): Promise<OnRegistry<R>> {
  let release = (): void => undefined;
  try {
    for (let round = 0; round < redecideMax; round += 1) {
      if (round === patienceRounds) release = shell.gate.hold();
      const { version } = shell.registry();
      const made = await make();
      if (made === null) return { kind: "nothing" };
      const guards = [...made.transition.guards, { kind: "registryVersion", version } as const];
      const value = await commit({ ...made, transition: { ...made.transition, guards } });
      if (value !== null) return { kind: "settled", value };
      await shell.refreshRegistry();
    }
  } finally {
    release();
  }
  return { kind: "exhausted" };
}

/** Commits what `make` makes for somebody who waits for it. */
export async function submitOnRegistry<T extends Made>(
  shell: Shell,
  committer: Committer,
  make: () => Promise<T>,
): Promise<{ readonly made: T; readonly outcome: TransitionOutcome }> {
  const submitted = await onRegistry(shell, make, async (made) => {
    const outcome = await committer.submit(made.transition);
    const isStale = outcome.kind === "rejected" && outcome.guard.kind === "registryVersion";
    return isStale ? null : { made, outcome };
  });
  if (submitted.kind === "settled") return submitted.value;
  throw storageUnavailable({ reason: "apps kept changing under the start" });
}
