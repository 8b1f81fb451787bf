// Works on leased queue items: one item, one decision, one commit.
import {
  cancel,
  cronTicked,
  gatewayAnswered,
  type GatewayResult,
  isLate,
  type LeasedItem,
  closeDraft,
  openDraft,
  resume,
  timeOut,
  type Transition,
  wake,
  type Work,
} from "@stepwright/engine";
import { millis, responseBodyBytesMax } from "@stepwright/protocol";
import type { TransitionOutcome } from "@stepwright/storage";
import { callApp, type CallsInFlight, findFunction } from "./call-app.ts";
import type { Committer } from "./committer.ts";
import { eventText } from "./event-payload.ts";
import { redecideMax, storageRetryMs } from "./limits.ts";
import type { Matcher } from "./matcher.ts";
import type { Decided, RunBox } from "./run-box.ts";
import type { Shell } from "./shell.ts";

/** What working on items needs. */
export interface WorkDeps {
  readonly box: RunBox;
  readonly committer: Committer;
  readonly matcher: Matcher;
  readonly calls: CallsInFlight;
}

/**
 * Works on one item until its end is committed. Never rejects: what cannot be processed is set aside,
 * visible with its reason, and the others go on; what the disk refuses is tried again.
 */
export async function workOn(shell: Shell, deps: WorkDeps, item: LeasedItem): Promise<void> {
  try {
    const decided = await dispatch(shell, deps, item);
    if (decided.kind === "refused") await setAside(shell, deps, item, decided.error);
    else if (decided.kind === "nothing") await drop(deps, item);
  } catch (error) {
    if (shell.signal.aborted) return;
    // The database as a whole said no (a full disk). The lease is ours still: wait and do it again.
    shell.log.error({ err: error, itemId: item.id, kind: item.work.kind }, "queue item could not be committed; trying again");
    await shell.ports.clock.sleepUntil(millis(shell.ports.clock.now() + storageRetryMs), shell.signal);
    if (!shell.signal.aborted) await workOn(shell, deps, item);
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
      return deps.box.decide(work.runId, (state) =>
        isLate(state, work.which) ? cancel(state, shell.context(), { kind: "timeout", which: work.which }, item) : null,
      );
    case "gateway":
      return requestForStep(shell, deps, item, work);
    case "match":
      return matchEvent(shell, deps, item, work);
    case "cron":
      return tick(shell, deps, item, work);
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

async function requestForStep(
  shell: Shell,
  deps: WorkDeps,
  item: LeasedItem,
  work: Extract<Work, { kind: "gateway" }>,
): Promise<Decided> {
  const run = await deps.box.read(work.runId, (state) => state.run);
  if (run === null) return { kind: "nothing" };
  const fn = await findFunction(shell, run.functionId);
  const answer = await shell.ports.appClient.request(
    { ...work.request, timeoutMs: shell.settings.callTimeoutMs, responseBytesMax: responseBodyBytesMax },
    shell.signal,
  );
  if (shell.signal.aborted) throw new Error("the runtime stopped during a request");
  const result: GatewayResult = answer.kind === "response" ? answer : { kind: "failed", message: answer.message };
  return deps.box.decide(work.runId, (state) => {
    const draft = openDraft(state, shell.context());
    draft.guards.push({ kind: "lease", itemId: item.id, generation: item.generation });
    gatewayAnswered(draft, { item, work, result, attemptsMax: (fn?.config.retries ?? 0) + 1 });
    return closeDraft(draft);
  });
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

async function tick(
  shell: Shell,
  deps: WorkDeps,
  item: LeasedItem,
  work: Extract<Work, { kind: "cron" }>,
): Promise<Decided> {
  return untilSettled(shell, deps.committer, () => {
    const fn = shell.registry().functions.get(work.functionId);
    const trigger = fn?.config.triggers.find((one) => one.kind === "cron" && one.text === work.cron);
    if (fn === undefined || trigger?.kind !== "cron") return null;
    return cronTicked({
      fn,
      trigger,
      item,
      tick: work.tick,
      policy: shell.settings.cronMissedTick,
      now: shell.ports.clock.now(),
      newId: shell.newId,
    });
  });
}

/** Commits a transition that belongs to no run, making it again when what it read has changed. */
async function untilSettled(
  shell: Shell,
  committer: Committer,
  make: () => Promise<Transition> | Transition | null,
): Promise<Decided> {
  for (let round = 0; round < redecideMax; round += 1) {
    const transition = await make();
    if (transition === null) return { kind: "nothing" };
    const outcome = await committer.submit(transition);
    const settled = settle(outcome);
    if (settled !== null) return settled;
    await shell.refreshRegistry();
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

async function drop(deps: WorkDeps, item: LeasedItem): Promise<void> {
  await deps.committer.submit({
    guards: [{ kind: "lease", itemId: item.id, generation: item.generation }],
    effects: [{ kind: "dequeue", itemId: item.id }],
  });
}

async function setAside(shell: Shell, deps: WorkDeps, item: LeasedItem, error: Error): Promise<void> {
  shell.log.error({ err: error, itemId: item.id, kind: item.work.kind }, "queue item set aside");
  await deps.committer.submit({
    guards: [{ kind: "lease", itemId: item.id, generation: item.generation }],
    effects: [{ kind: "setAside", itemId: item.id, reason: error.message, at: shell.ports.clock.now() }],
  });
}
