// An app registers: its functions are added, changed and removed in one transition, cron chains included.
import {
  type AppId,
  appIdOf,
  canonicalJson,
  type FunctionConfig,
  type FunctionId,
  functionIdOf,
  type Millis,
} from "@stepwright/protocol";
import { type CronTrigger, startCron, stopCron } from "./cron.ts";
import type { App, AppProblem, Effect, FunctionRecord, Transition } from "./effects.ts";
import type { Registry } from "./registry.ts";

/** A registration that was checked. */
export interface CheckedSync {
  readonly name: string;
  /** Normalized serve URL. */
  readonly url: string;
  readonly sdk: string;
  readonly framework: string | null;
  readonly appVersion: string | null;
  readonly env?: string;
  readonly checksum: string;
  readonly functions: readonly FunctionConfig[];
  /** Those among them that were removed before. */
  readonly archived: readonly FunctionRecord[];
}

/** What a registration changes, and whether it changes anything people would notice. */
export interface SyncDecision {
  readonly appId: AppId;
  readonly isModified: boolean;
  readonly transition: Transition;
}

/**
 * Decides a registration. The same checksum again only notes the time; a function keeps its id by
 * (app, slug) whatever its name or URL becomes, so runs in flight go on (sdk-protocol.md §3.5).
 */
export function syncApp(registry: Registry, sync: CheckedSync, now: Millis): SyncDecision {
  const appId = appIdOf(sync.name);
  const known = registry.apps.get(appId);
  const isModified = known === undefined || known.checksum !== sync.checksum || known.status !== "synced";
  const app: App = {
    id: appId,
    name: sync.name,
    url: sync.url,
    sdk: sync.sdk,
    framework: sync.framework,
    appVersion: sync.appVersion,
    ...(sync.env === undefined ? {} : { env: sync.env }),
    checksum: sync.checksum,
    status: "synced",
    problem: null,
    createdAt: known?.createdAt ?? now,
    syncedAt: now,
    triedAt: now,
    pausedAt: known?.pausedAt ?? null,
  };
  const effects: Effect[] = [{ kind: "putApp", app }];
  if (isModified) {
    effects.push(...placeholdersOf(registry, sync.url, appId, now));
    effects.push(...functionChanges(registry, { appId, sync, now }));
  }
  return {
    appId,
    isModified,
    transition: { guards: [{ kind: "registryVersion", version: registry.version }], effects },
  };
}

/** Keeps why an app could not be synced; what was registered before stays in force. */
export function syncFailed(registry: Registry, app: App, problem: AppProblem, now: Millis): Transition {
  return {
    guards: [{ kind: "registryVersion", version: registry.version }],
    effects: [{ kind: "putApp", app: { ...app, status: "failed", problem, triedAt: now } }],
  };
}

/** Removes an app with its functions and cron chains. Its runs stay. */
export function removeApp(registry: Registry, appId: AppId, now: Millis): Transition {
  return {
    guards: [{ kind: "registryVersion", version: registry.version }],
    effects: [...functionsOf(registry, appId).flatMap((fn) => archive(fn, now)), { kind: "removeApp", appId, at: now }],
  };
}

function functionChanges(
  registry: Registry,
  { appId, sync, now }: { readonly appId: AppId; readonly sync: CheckedSync; readonly now: Millis },
): Effect[] {
  const before = new Map(functionsOf(registry, appId).map((fn) => [fn.slug, fn]));
  const effects: Effect[] = [];
  const archived = new Map(sync.archived.map((fn) => [fn.slug, fn]));
  for (const config of sync.functions) {
    const known = before.get(config.slug);
    before.delete(config.slug);
    const gone = archived.get(config.slug);
    if (known !== undefined) effects.push(...changed(known, config, now));
    else if (gone !== undefined) effects.push(...returned(gone, config, now));
    else effects.push(...added(registry, { appId, config, now }));
  }
  return [...effects, ...[...before.values()].flatMap((fn) => archive(fn, now))];
}

function added(
  registry: Registry,
  { appId, config, now }: { readonly appId: AppId; readonly config: FunctionConfig; readonly now: Millis },
): Effect[] {
  const fn: FunctionRecord = {
    id: newFunctionId(registry, config),
    appId,
    slug: config.slug,
    version: 1,
    config,
    createdAt: now,
    updatedAt: now,
    archivedAt: null,
    pausedAt: null,
  };
  return installed(fn, now);
}

/**
 * The id that clients know a function by comes from its name and URL. When another app has a function of that name at that URL,
 * the slug is a part of it: else the one that registers last would take the other's place, which would be gone without a word.
 */
function newFunctionId(registry: Registry, { name, url, slug }: FunctionConfig): FunctionId {
  const id = functionIdOf({ name, url });
  return registry.functions.has(id) ? functionIdOf({ name, url: `${url}#${slug}` }) : id;
}

/** A function that a deployment took out and the next one brought back: it goes on with its versions, and is as paused as it was. */
function returned(gone: FunctionRecord, config: FunctionConfig, now: Millis): Effect[] {
  const isSame = canonicalJson(gone.config) === canonicalJson(config);
  const fn: FunctionRecord = {
    ...gone,
    version: isSame ? gone.version : gone.version + 1,
    config,
    updatedAt: now,
    archivedAt: null,
  };
  return installed(fn, now);
}

function installed(fn: FunctionRecord, now: Millis): Effect[] {
  return [{ kind: "putFunction", fn }, ...cronsOf(fn.config).flatMap((trigger) => startCron(fn, trigger, now))];
}

function changed(known: FunctionRecord, config: FunctionConfig, now: Millis): Effect[] {
  if (canonicalJson(known.config) === canonicalJson(config)) return [];
  const fn: FunctionRecord = { ...known, version: known.version + 1, config, updatedAt: now };
  const before = cronsOf(known.config);
  const after = cronsOf(config);
  return [
    { kind: "putFunction", fn },
    ...before
      .filter((trigger) => !after.some((other) => isSameCron(trigger, other)))
      .flatMap((trigger) => stopCron(fn.id, trigger.text)),
    ...after
      .filter((trigger) => !before.some((other) => isSameCron(trigger, other)))
      .flatMap((trigger) => startCron(fn, trigger, now)),
  ];
}

function archive(fn: FunctionRecord, now: Millis): Effect[] {
  return [
    ...cronsOf(fn.config).flatMap((trigger) => stopCron(fn.id, trigger.text)),
    { kind: "archiveFunction", functionId: fn.id, at: now },
  ];
}

/** An app that was added by URL has its URL for a name until its first sync; that row makes room for the real one. */
function placeholdersOf(registry: Registry, url: string, appId: AppId, now: Millis): Effect[] {
  return [...registry.apps.values()]
    .filter((app) => app.id !== appId && app.checksum === null && app.url === url)
    .map((app) => ({ kind: "removeApp", appId: app.id, at: now }));
}

function functionsOf(registry: Registry, appId: AppId): readonly FunctionRecord[] {
  return [...registry.functions.values()].filter((fn) => fn.appId === appId);
}

function cronsOf(config: FunctionConfig): readonly CronTrigger[] {
  return config.triggers.filter((trigger) => trigger.kind === "cron");
}

/** A changed jitter is read at the next tick; only the schedule itself makes another chain. */
function isSameCron(a: CronTrigger, b: CronTrigger): boolean {
  return a.text === b.text;
}
