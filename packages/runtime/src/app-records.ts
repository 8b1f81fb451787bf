// The records of apps: how they are changed, what a new one looks like, and how a problem is kept on one.
import { type App, type AppProblem, syncFailed, type Transition } from "@stepwright/engine";
import { type AppId, type StepwrightError, storageUnavailable } from "@stepwright/protocol";
import type { Committer } from "./committer.ts";
import { redecideMax, syncNoteMs } from "./limits.ts";
import type { Shell } from "./shell.ts";
import { refuseFailed } from "./storage-trouble.ts";

/** Commits a change of apps and functions, made again when somebody else changed them first; null changes nothing. */
export type ChangeApps = (make: () => Transition | null | Promise<Transition | null>) => Promise<void>;

/** Makes the way in which apps are changed. Memory knows of a change before its promise resolves. */
export function createChangeApps(shell: Shell, committer: Committer): ChangeApps {
  const { gate } = shell;
  const commitChange = async (make: Parameters<ChangeApps>[0]): Promise<void> => {
    for (let round = 0; round < redecideMax; round += 1) {
      const transition = await make();
      if (transition === null && !gate.isUnsure) return;
      gate.isUnsure = true;
      // That there is nothing to change is said only by a store that still writes, and of what it has.
      const outcome = await committer.submit(transition ?? { guards: [], effects: [] });
      await shell.refreshRegistry();
      gate.isUnsure = false;
      refuseFailed(outcome);
      if (outcome.kind === "committed" && transition !== null) return;
    }
    throw storageUnavailable({ reason: "apps kept changing under the sync" });
  };
  return (make) => shell.gate.change(() => commitChange(make));
}

/** The record of an app that has not registered yet. */
export function placeholder(options: {
  readonly id: AppId;
  readonly name: string;
  readonly url: string;
  readonly now: App["createdAt"];
}): App {
  return {
    id: options.id,
    name: options.name,
    url: options.url,
    sdk: null,
    framework: null,
    appVersion: null,
    checksum: null,
    status: "pending",
    problem: null,
    createdAt: options.now,
    syncedAt: null,
    triedAt: null,
    pausedAt: null,
  };
}

/** An error as it is kept on an app. */
export function problemOf(error: StepwrightError): AppProblem {
  return { code: error.code, message: error.message, httpStatus: null, bodyExcerpt: null };
}

/** Says whether what was found out about the app just now was written down a moment ago: apps are polled for ever. */
export function isNoted(app: App | undefined, now: number): boolean {
  return app !== undefined && app.triedAt !== null && now - app.triedAt < syncNoteMs;
}

/**
 * Keeps why an app could not be synced; what is registered stays in force. Nothing is written when it is known and noted.
 *
 * `find` gives the app as it is then, or undefined when there is none to blame any more.
 */
export async function keepProblem(
  shell: Shell,
  change: ChangeApps,
  o: { readonly find: () => App | undefined; readonly problem: AppProblem },
): Promise<void> {
  const news: App[] = [];
  await change(() => {
    // Decided again when another app was changed at the same moment: what is new then is to be told once.
    news.length = 0;
    const app = o.find();
    if (app === undefined) return null;
    const now = shell.ports.clock.now();
    // The excerpt does not count: error pages carry times and request ids, and would be written down at every poll.
    const isKnown = app.problem?.code === o.problem.code && app.problem.message === o.problem.message;
    if (isKnown && isNoted(app, now)) return null;
    if (!isKnown) news.push(app);
    return syncFailed(shell.registry(), app, o.problem, now);
  });
  for (const { id: appId, url } of news)
    shell.log.warn({ appId, url, code: o.problem.code }, "app could not be synced");
}
