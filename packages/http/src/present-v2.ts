// Apps and functions in the JSON of REST v2.
import type { App, FunctionRecord } from "@stepwright/engine";
import {
  goDuration,
  retriesDefault,
  type ConcurrencyLimit,
  type FunctionConfig,
  type JsonObject,
  type JsonValue,
  type Trigger,
} from "@stepwright/protocol";
import type { RegistryIndex } from "./registry-index.ts";
import { given, protoTime } from "./rest-v2.ts";

/** Presents an app. */
export function v2App(app: App, registry: RegistryIndex): JsonObject {
  const [sdkLanguage = "", sdkVersion = ""] = (app.sdk ?? "").split(/:(.*)/s);
  return given({
    appVersion: app.appVersion,
    createdAt: protoTime(app.createdAt),
    functionCount: registry.functions.filter((fn) => fn.appId === app.id).length,
    id: app.name,
    latestSync: given({
      appVersion: app.appVersion,
      error: app.problem?.message,
      framework: app.framework,
      sdkLanguage,
      sdkVersion,
      url: app.url,
    }),
    method: "SERVE",
    name: app.name,
  });
}

/** What a function is called within its app. */
export function bareId(slug: string, app: App | null): string {
  return app !== null && slug.startsWith(`${app.name}-`) ? slug.slice(app.name.length + 1) : slug;
}

/** Presents a function. */
export function v2Function(fn: FunctionRecord, app: App): JsonObject {
  const id = bareId(fn.slug, app);
  return given({
    app: { id: app.name },
    configuration: configurationOf(fn.config),
    id,
    name: fn.config.name,
    slug: id,
    triggers: fn.config.triggers.map(triggerOf),
  });
}

function triggerOf(trigger: Trigger): JsonValue {
  return trigger.kind === "cron"
    ? { type: "CRON", value: trigger.text }
    : { ...given({ if: trigger.expression }), type: "EVENT", value: trigger.event };
}

function configurationOf(config: FunctionConfig): JsonObject {
  const { throttle, rateLimit, debounce, batch, singleton } = config;
  return given({
    cancellations: config.cancel.map((one) => given({ condition: one.if, event: one.event, timeout: one.timeoutText })),
    concurrency: config.concurrency.length === 0 ? [unlimited] : config.concurrency.map(concurrencyOf),
    debounce: debounce && given({ key: debounce.key, period: goDuration(debounce.periodMs) }),
    eventsBatch: batch && given({ key: batch.key, maxSize: batch.maxSize, timeout: goDuration(batch.timeoutMs) }),
    priority: config.priority?.run,
    rateLimit:
      rateLimit && given({ key: rateLimit.key, limit: rateLimit.limit, period: goDuration(rateLimit.periodMs) }),
    retries: { isDefault: config.retries === retriesDefault, value: config.retries },
    singleton: singleton && given({ key: singleton.key, mode: singleton.mode.toUpperCase() }),
    throttle:
      throttle &&
      given({ burst: throttle.burst, key: throttle.key, limit: throttle.limit, period: goDuration(throttle.periodMs) }),
  });
}

const unlimited: JsonValue = { limit: { isPlanLimit: true, value: -1 }, scope: "ACCOUNT" };
const scopes = { fn: "FUNCTION", env: "ENVIRONMENT", account: "ACCOUNT" } as const;

function concurrencyOf({ key, limit, scope }: ConcurrencyLimit): JsonValue {
  return { ...given({ key }), limit: { isPlanLimit: false, value: limit }, scope: scopes[scope] };
}
