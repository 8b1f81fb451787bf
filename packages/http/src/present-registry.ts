// Apps and functions as the dashboard shows them.
import { type App, type CronSchedule, type FunctionRecord, pausedSince } from "@stepwright/engine";
import {
  canonicalJson,
  parseJsonText,
  type ApiApp,
  type ApiFunction,
  type ApiTrigger,
  type Trigger,
} from "@stepwright/protocol";
import type { RegistryIndex } from "./registry-index.ts";

/** Presents a function with the next times of its crons. */
export function presentFunction(
  fn: FunctionRecord,
  registry: RegistryIndex,
  crons: readonly CronSchedule[],
): ApiFunction {
  const ownCrons = crons.filter((schedule) => schedule.functionId === fn.id);
  return {
    id: fn.id,
    slug: fn.slug,
    name: fn.config.name,
    appId: fn.appId,
    appName: registry.app(fn.appId)?.name ?? fn.appId,
    version: fn.version,
    pausedAt: pausedSince(fn),
    pausedBy: pausedBy(fn),
    retries: fn.config.retries,
    triggers: fn.config.triggers.map((trigger) => presentTrigger(trigger, ownCrons)),
    config: parseJsonText(canonicalJson(fn.config)),
  };
}

function pausedBy(fn: FunctionRecord): ApiFunction["pausedBy"] {
  return [
    ...(fn.pausedAt === null ? [] : ["function" as const]),
    ...(fn.appPausedAt === undefined ? [] : ["app" as const]),
  ];
}

/** Presents an app. */
export function presentApp(app: App, registry: RegistryIndex): ApiApp {
  const { id, name, url, status, sdk, framework, appVersion, env = null, problem, syncedAt, triedAt, pausedAt } = app;
  const functionCount = registry.functions.filter((fn) => fn.appId === id).length;
  return {
    id,
    name,
    url,
    status,
    sdk,
    framework,
    appVersion,
    env,
    problem,
    syncedAt,
    triedAt,
    pausedAt,
    functionCount,
  };
}

function presentTrigger(trigger: Trigger, crons: readonly CronSchedule[]): ApiTrigger {
  if (trigger.kind === "event") {
    return {
      kind: "event",
      event: trigger.event,
      expression: trigger.expression,
      cron: null,
      timeZone: null,
      nextAt: null,
    };
  }
  const schedule = crons.find(({ cron }) => cron === trigger.text);
  return {
    kind: "cron",
    event: null,
    expression: null,
    cron: trigger.cron,
    timeZone: trigger.timeZone,
    nextAt: schedule?.nextAt ?? null,
  };
}
