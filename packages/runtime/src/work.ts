// Works on leased queue items: one item, one decision, one commit.
import {
  cancel,
  type Effect,
  leaseGuard,
  type LeasedItem,
  resume,
  runTimedOut,
  timeOut,
  wake,
  type Work,
} from "@stepwright/engine";
import { asPauseId } from "@stepwright/protocol";
import type { AppReach } from "./app-reach.ts";
import { workOnCancellation } from "./cancellations.ts";
import { callApp, type CallsInFlight } from "./call-app.ts";
import type { Committer } from "./committer.ts";
import { eventText } from "./event-payload.ts";
import type { FirstCalls } from "./first-calls.ts";
import { workOnBacklog } from "./function-control.ts";
import type { Matcher } from "./matcher.ts";
import { requestForStep } from "./request-for-step.ts";
import type { Decided, RunBox } from "./run-box.ts";
import type { Shell } from "./shell.ts";
import { startBatched, startDebounced } from "./start-waiting.ts";
import { isStorageTrouble, refuseFailed } from "./storage-trouble.ts";
import { tickCron } from "./tick-cron.ts";
import { untilSettled } from "./until-settled.ts";

/** What working on items needs. */
export interface WorkDeps {
  readonly box: RunBox;
  readonly committer: Committer;
  readonly matcher: Matcher;
  readonly calls: CallsInFlight;
  readonly firstCalls: FirstCalls;
  readonly reach: AppReach;
}

/**
 * Works on one item until its end is committed. Never rejects: what cannot be processed is set aside, visible
 * with its reason, and the others go on. When the runtime stops first, the item stays leased for the next boot.
 */
export async function workOn(shell: Shell, deps: WorkDeps, item: LeasedItem): Promise<void> {
  let isToldOf = false;
  while (!shell.signal.aborted) {
    try {
      const decided = await dispatch(shell, deps, item);
      if (decided.kind === "refused") await setAside(shell, deps, item, decided.error);
      else if (decided.kind === "nothing") await drop(deps, item);
      return;
    } catch (error) {
      if (shell.signal.aborted) return;
      if (!isStorageTrouble(error)) {
        await setAside(shell, deps, item, error);
        return;
      }
      // It was a read that failed: nothing was asked of the app yet, and the lease is ours still.
      // Said once: a damaged page stays damaged, and hundreds of items may ask for it every second.
      if (!isToldOf)
        shell.log.error(
          { err: error, itemId: item.id, kind: item.work.kind },
          "queue item could not be read; trying again",
        );
      isToldOf = true;
      await shell.rest();
    }
  }
}

async function dispatch(shell: Shell, deps: WorkDeps, item: LeasedItem): Promise<Decided> {
  const { work } = item;
  switch (work.kind) {
    case "call":
      return callApp(shell, deps, item, work);
    case "wake":
      return deps.box.decide(work.runId, (state) => wake(state, shell.context(), item, work));
    case "timeout":
      return deps.box.decide(work.runId, (state) => timeOut(state, shell.context(), item, work));
    case "resume":
      return resumeRun(shell, deps, item, work);
    case "cancel":
      return deps.box.decide(work.runId, (state) => cancel(state, shell.context(), work.reason, item));
    case "runTimeout":
      return deps.box.decide(work.runId, (state) => runTimedOut(state, shell.context(), item, work));
    case "gateway":
      return requestForStep(shell, deps.box, item, work);
    case "match":
      return matchEvent(shell, deps, item, work);
    case "cron":
      return tickCron(shell, deps.committer, item, work);
    case "backlog":
      return workOnBacklog(shell, deps, item, work);
    case "cancellation":
      return workOnCancellation(shell, deps, item, work);
    case "debounce":
      return startDebounced(shell, deps.committer, item, work);
    case "batch":
      return startBatched(shell, deps.committer, item, work);
  }
}

async function resumeRun(
  shell: Shell,
  deps: WorkDeps,
  item: LeasedItem,
  work: Extract<Work, { kind: "resume" }>,
): Promise<Decided> {
  const { outcome } = work;
  const stored =
    outcome.kind === "event" && outcome.event.kind === "stored"
      ? await shell.ports.storage.events.get(outcome.event.seq)
      : null;
  const event =
    stored === null ? null : { internalId: stored.internalId, text: await eventText(shell.ports.storage, stored) };
  return deps.box.decide(work.runId, (state) => resume(state, shell.context(), item, { work, event }));
}

async function matchEvent(
  shell: Shell,
  deps: WorkDeps,
  item: LeasedItem,
  work: Extract<Work, { kind: "match" }>,
): Promise<Decided> {
  const event = work.event.kind === "stored" ? await shell.ports.storage.events.get(work.event.seq) : null;
  if (event === null) return { kind: "nothing" };
  return untilSettled(shell, deps.committer, () => deps.matcher.continue(item, event, work.cursor));
}

async function drop(deps: WorkDeps, item: LeasedItem): Promise<void> {
  await deps.committer.submitUntilWritten({
    guards: [leaseGuard(item)],
    effects: [{ kind: "dequeue", itemId: item.id }],
  });
}

/**
 * Takes the item out of the queue. If not even that can be stored, its lease keeps it from coming round again before the next boot.
 *
 * A wait whose time is up goes with its item: its pause would look like something that goes on with the run, and never will.
 */
async function setAside(shell: Shell, deps: WorkDeps, item: LeasedItem, reason: unknown): Promise<void> {
  const facts = { itemId: item.id, kind: item.work.kind };
  const text = reason instanceof Error ? reason.message : String(reason);
  shell.log.error({ err: reason, ...facts }, "queue item set aside");
  try {
    const write = () =>
      deps.committer.submitUntilWritten({
        guards: [leaseGuard(item)],
        effects: [...endedWait(item), { kind: "setAside", itemId: item.id, reason: text, at: shell.ports.clock.now() }],
      });
    // What else the run is doing goes on: it has to know that this item will not come.
    refuseFailed(await ("runId" in item.work ? deps.box.change(item.work.runId, write) : write()));
  } catch (error) {
    if (!shell.signal.aborted) shell.log.error({ err: error, ...facts }, "queue item could not be set aside");
  }
}

function endedWait({ work }: LeasedItem): readonly Effect[] {
  return work.kind === "timeout" ? [{ kind: "closePause", pauseId: asPauseId(`${work.runId}:${work.stepId}`) }] : [];
}
