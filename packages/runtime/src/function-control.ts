// What people do to a function as a whole: pause it, look at its queue, drop or move its backlog.
import {
  cancel,
  type FunctionRecord,
  isWaitingToStart,
  leaseGuard,
  type LeasedItem,
  moveRun,
  pauseApp,
  pauseFunction,
  type Work,
} from "@stepwright/engine";
import {
  type AppId,
  appNotFound,
  asQueueItemId,
  asRunId,
  functionNotFound,
  type Millis,
  type RunId,
} from "@stepwright/protocol";
import { createChangeApps } from "./app-records.ts";
import type { Committer } from "./committer.ts";
import { eachRun } from "./each-run.ts";
import { backlogPerItem } from "./limits.ts";
import type { Decided, RunBox } from "./run-box.ts";
import type { AppControl, FunctionControl } from "./runtime.ts";
import type { Shell } from "./shell.ts";
import { refuseFailed } from "./storage-trouble.ts";

/** Makes the pausing of apps. `onChange` is called when one was paused or resumed. */
export function createAppPause(
  shell: Shell,
  committer: Committer,
  onChange: () => void,
): Pick<AppControl, "pause" | "resume"> {
  const change = createChangeApps(shell, committer);
  const setPaused = async (appId: AppId, pausedAt: Millis | null): Promise<void> => {
    await change(() => {
      const app = shell.registry().apps.get(appId);
      if (app === undefined) throw appNotFound({ app: appId });
      const isPaused = app.pausedAt !== null;
      return isPaused === (pausedAt !== null) ? null : pauseApp(shell.registry(), app, pausedAt);
    });
    onChange();
  };
  return {
    pause: (appId) => setPaused(appId, shell.ports.clock.now()),
    resume: (appId) => setPaused(appId, null),
  };
}

/** Makes function control. `onChange` is called when a function was paused or resumed. */
export function createFunctionControl(shell: Shell, committer: Committer, onChange: () => void): FunctionControl {
  const change = createChangeApps(shell, committer);

  const bySlug = (slug: string): FunctionRecord => {
    const fn = shell.registry().functionsBySlug.get(slug);
    if (fn === undefined) throw functionNotFound({ functionSlug: slug });
    return fn;
  };
  const setPaused = async (slug: string, pausedAt: Millis | null): Promise<void> => {
    await change(() => {
      const fn = bySlug(slug);
      const isPaused = fn.pausedAt !== null;
      return isPaused === (pausedAt !== null) ? null : pauseFunction(shell.registry(), fn, pausedAt);
    });
    onChange();
  };
  /** Queues the work: a backlog may be long, and what was asked for is done even if the server is killed in the middle. */
  const workThrough = async (fn: FunctionRecord, moveTo: FunctionRecord | null): Promise<void> => {
    const before = asRunId(shell.newId());
    const outcome = await committer.submit({
      guards: [],
      effects: [
        {
          kind: "enqueue",
          item: {
            id: asQueueItemId(`backlog:${before}`),
            lane: "system",
            at: shell.ports.clock.now(),
            attempt: 0,
            work: { kind: "backlog", functionId: fn.id, moveTo: moveTo?.id ?? null, before },
          },
        },
      ],
    });
    refuseFailed(outcome);
  };

  return {
    pause: (slug) => setPaused(slug, shell.ports.clock.now()),
    resume: (slug) => setPaused(slug, null),
    // As promises: a slug that nobody knows is told to those who wait, not thrown at those who ask.
    dropBacklog: async (slug) => workThrough(bySlug(slug), null),
    moveBacklog: async (slug, to) => workThrough(bySlug(slug), bySlug(to)),
  };
}

/** Works through a part of a backlog; what is left goes on from the same item. */
export async function workOnBacklog(
  shell: Shell,
  deps: { readonly box: RunBox; readonly committer: Committer },
  item: LeasedItem,
  work: Extract<Work, { kind: "backlog" }>,
): Promise<Decided> {
  const filter = { functionId: work.functionId, statuses: ["queued"] } as const;
  const page = await shell.ports.storage.runs.list(filter, { cursor: work.before, limit: backlogPerItem });
  const to = work.moveTo === null ? null : (shell.registry().functions.get(work.moveTo) ?? null);
  // A function that is gone meanwhile takes no runs; they stay where they are.
  const isPossible = work.moveTo === null || to !== null;
  const ids = page.items.map(({ id }) => id);
  if (isPossible) await eachRun(shell, ids, (runId) => takeOut(shell, deps.box, runId, to));
  const last = page.items.at(-1);
  const isDone = !isPossible || page.nextCursor === null || last === undefined;
  const outcome = await deps.committer.submitUntilWritten({
    guards: [leaseGuard(item)],
    effects: isDone
      ? [{ kind: "dequeue", itemId: item.id }]
      : [
          {
            kind: "replaceWork",
            item: { ...item, at: shell.ports.clock.now(), work: { ...work, before: last.id } },
          },
        ],
  });
  return outcome.kind === "failed" ? { kind: "refused", error: outcome.error } : { kind: "done" };
}

async function takeOut(shell: Shell, box: RunBox, runId: RunId, to: FunctionRecord | null): Promise<void> {
  // A call that has gone out may be running already.
  const items = await shell.ports.storage.runs.items(runId);
  if (items.some((one) => one.kind === "call" && one.isLeased)) return;
  await box.decide(runId, (state) => {
    if (!isWaitingToStart(state)) return null;
    return to === null
      ? cancel(state, shell.context(), { kind: "backlogDropped" }, null)
      : moveRun(state, shell.context(), to);
  });
}
