// Transitions that belong to no run: made, committed, and made again when what they read has changed.
import type { Transition } from "@stepwright/engine";
import type { TransitionOutcome } from "@stepwright/storage";
import type { Committer } from "./committer.ts";
import { redecideMax } from "./limits.ts";
import { onRegistry } from "./on-registry.ts";
import type { Decided } from "./run-box.ts";
import type { Shell } from "./shell.ts";

/** Commits what `make` makes, on a registry that is read again whenever it is turned down. Null from `make` is nothing to do. */
export async function untilSettled(
  shell: Shell,
  committer: Committer,
  make: () => Promise<Transition | null>,
): Promise<Decided> {
  const settled = await onRegistry(
    shell,
    async () => {
      const transition = await make();
      return transition === null ? null : { transition };
    },
    async ({ transition }) => settle(await committer.submitUntilWritten(transition)),
  );
  switch (settled.kind) {
    case "nothing":
      return { kind: "nothing" };
    case "settled":
      return settled.value;
    case "exhausted":
      return { kind: "refused", error: new Error(`what the item relies on changed ${redecideMax} times in a row`) };
  }
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
