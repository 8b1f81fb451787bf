// The tick of a cron chain is due.
import { cronTicked, type CronTrigger, type FunctionRecord, type LeasedItem, type Work } from "@stepwright/engine";
import type { Committer } from "./committer.ts";
import type { Decided } from "./run-box.ts";
import type { Shell } from "./shell.ts";
import { untilSettled } from "./until-settled.ts";

type CronWork = Extract<Work, { kind: "cron" }>;

/** Starts the run of the tick and moves the chain on. */
export function tickCron(shell: Shell, committer: Committer, item: LeasedItem, work: CronWork): Promise<Decided> {
  return untilSettled(shell, committer, async () => {
    // A chain whose function is not known is ended for good: it must not be a sync that memory has not caught up with.
    if (cronOf(shell, work) === null) await shell.refreshRegistry();
    const found = cronOf(shell, work);
    if (found === null) return null;
    return cronTicked({
      ...found,
      item,
      tick: work.tick,
      policy: shell.settings.cronMissedTick,
      now: shell.ports.clock.now(),
      newId: shell.newId,
    });
  });
}

/** The function and the trigger of a chain; null when the function is not registered any more, or is registered without it. */
function cronOf(shell: Shell, work: CronWork): { readonly fn: FunctionRecord; readonly trigger: CronTrigger } | null {
  const fn = shell.registry().functions.get(work.functionId);
  const trigger = fn?.config.triggers.find((one) => one.kind === "cron" && one.text === work.cron);
  return fn === undefined || trigger?.kind !== "cron" ? null : { fn, trigger };
}
