// Transitions that belong to no run: made, committed, and made again when what they read has changed.
import type { Transition } from "@stepwright/engine";
import type { TransitionOutcome } from "@stepwright/storage";
import type { Committer } from "./committer.ts";
import { redecideMax } from "./limits.ts";
import { madeOnRegistry } from "./on-registry.ts";
import { patienceRounds } from "./registry-gate.ts";
import type { Decided } from "./run-box.ts";
import type { Shell } from "./shell.ts";

/** Commits what `make` makes, on a registry that is read again whenever it is turned down. Null from `make` is nothing to do. */
export async function untilSettled(
  shell: Shell,
  committer: Committer,
  make: () => Promise<Transition | null>,
): Promise<Decided> {
  let release = (): void => undefined;
  try {
    for (let round = 0; round < redecideMax; round += 1) {
      if (round === patienceRounds) release = shell.gate.hold();
      const made = await madeOnRegistry(shell, async () => {
        const transition = await make();
        return transition === null ? null : { transition };
      });
      if (made === null) return { kind: "nothing" };
      const settled = settle(await committer.submitUntilWritten(made.transition));
      if (settled !== null) return settled;
      await shell.refreshRegistry();
    }
  } finally {
    release();
  }
  return { kind: "refused", error: new Error(`what the item relies on changed ${redecideMax} times in a row`) };
}

function settle(outcome: TransitionOutcome): Decided | null {
  switch (outcome.kind) {
    case "committed":
      return { kind: "done" };
    case "failed":
      return { kind: "refused", error: outcome.error };
    case "rejected":
      return outcome.guard.kind === "lease" ? { kind: "leaseLost" } : null;
  }
}
