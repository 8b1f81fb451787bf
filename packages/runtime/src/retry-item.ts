// Somebody asks for an item that was set aside to be tried again.
import { redrive, retrySetAside } from "@stepwright/engine";
import { asQueueItemId, queueItemNotFound, queueItemUnreadable, type RunId } from "@stepwright/protocol";
import type { Committer } from "./committer.ts";
import type { RunBox } from "./run-box.ts";
import type { Shell } from "./shell.ts";
import { asStorageTrouble, refuseFailed } from "./storage-trouble.ts";

/**
 * Puts the item back into the queue. One that cannot be read has its run's function asked anew from what is stored.
 *
 * Throws QUEUE_ITEM_NOT_FOUND when it is not set aside, QUEUE_ITEM_UNREADABLE when nobody can tell what it was for.
 */
export async function retryItem(
  shell: Shell,
  deps: { readonly committer: Committer; readonly box: RunBox },
  itemId: string,
): Promise<void> {
  const { storage, clock } = shell.ports;
  const found = await storage.queue.setAsideItem(itemId);
  if (found === null) throw queueItemNotFound({ queueItemId: itemId });
  const { runId, work } = found;
  if (work === null) return askAnew(shell, deps, itemId, runId);
  const run = runId === null ? null : await storage.runs.get(runId);
  const steps = runId === null ? [] : await storage.runs.steps(runId);
  const finished = new Set(steps.map((step) => step.id));
  const write = () => deps.committer.submit(retrySetAside({ ...found, work, run, finished }, clock.now()));
  const outcome = await (runId === null ? write() : deps.box.change(runId, write));
  refuseFailed(outcome);
  // Somebody was quicker.
  if (outcome.kind === "rejected") throw queueItemNotFound({ queueItemId: itemId });
}

async function askAnew(
  shell: Shell,
  { box, committer }: { readonly committer: Committer; readonly box: RunBox },
  itemId: string,
  runId: RunId | null,
): Promise<void> {
  if (runId === null) throw queueItemUnreadable({ queueItemId: itemId });
  const id = asQueueItemId(itemId);
  const forget = { kind: "forgetSetAside", itemId: id } as const;
  const isStill = { kind: "itemSetAside", itemId: id } as const;
  const decided = await box.decideOnce(runId, async (state) => {
    if ((await shell.ports.storage.queue.setAsideItem(itemId)) === null) return null;
    const decision = redrive(state, shell.context());
    return {
      ...decision,
      transition: { ...decision.transition, effects: [forget, ...decision.transition.effects] },
    };
  });
  if (decided.kind === "refused") throw asStorageTrouble(decided.error);
  // The run has ended meanwhile.
  if (decided.kind === "nothing") refuseFailed(await committer.submit({ guards: [isStill], effects: [forget] }));
}
