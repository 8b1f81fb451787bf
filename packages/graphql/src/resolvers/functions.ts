// Functions and their configuration.
import type { App, FunctionRecord } from "@stepwright/engine";
import {
  appIdOf,
  type ConcurrencyLimit,
  effectiveRateLimit,
  type FunctionConfig,
  goDuration,
  registeredConfig,
  retriesDefault,
  shortDuration,
} from "@stepwright/protocol";
import { notFound } from "../failure.ts";
import type { Resolve, TypeResolvers } from "../resolver.ts";

interface BySlugArgs {
  readonly query: { readonly functionSlug: string };
}

const functions: Resolve<unknown, unknown> = (_, __, { registry }) => registry.functions;

const functionBySlug: Resolve<unknown, BySlugArgs> = (_, { query }, { registry }) => {
  const fn = registry.fnBySlug(query.functionSlug);
  if (fn === null) throw notFound("function", query.functionSlug);
  return fn;
};

const functionFields = {
  name: ({ config }) => config.name,
  url: ({ config }) => config.url,
  appID: ({ appId }) => appId,
  app: ({ appId, slug }, _, { registry }) => registry.app(appId) ?? goneApp(appId, slug),
  config: (fn) => JSON.stringify(registeredConfig(fn)),
  concurrency: ({ config }) => unkeyedLimit(config.concurrency),
  triggers: ({ config }) =>
    config.triggers.map((trigger) =>
      trigger.kind === "event"
        ? { type: "EVENT", value: trigger.event, condition: trigger.expression }
        : { type: "CRON", value: trigger.text, condition: null },
    ),
  failureHandler: ({ slug }, _, { registry }) => registry.fnBySlug(`${slug}-failure`),
  configuration: ({ config }) => configurationOf(config),
} satisfies Readonly<Record<string, Resolve<FunctionRecord, unknown>>>;

/** An app that was removed: its runs and functions outlive it. */
export function goneApp(id: App["id"], slug: string): App {
  const name = appNameIn(slug, id);
  return {
    id,
    name,
    url: "",
    sdk: null,
    framework: null,
    appVersion: null,
    checksum: null,
    status: "failed",
    problem: null,
    createdAt: 0 as App["createdAt"],
    syncedAt: null,
    triedAt: null,
    pausedAt: null,
  };
}

/** The part of a slug that the id of its app was made of: both parts may have dashes. */
function appNameIn(slug: string, id: App["id"]): string {
  const parts = slug.split("-");
  const names = parts.map((_, index) => parts.slice(0, index + 1).join("-"));
  return names.find((name) => appIdOf(name) === id) ?? slug;
}

function configurationOf(config: FunctionConfig): object {
  const { batch, debounce, throttle, singleton, retries, concurrency } = config;
  const rateLimit = effectiveRateLimit(config);
  return {
    cancellations: config.cancel.map((cancel) => ({
      event: cancel.event,
      timeout: cancel.timeoutText,
      condition: cancel.if,
    })),
    retries: { value: retries, isDefault: retries === retriesDefault },
    priority: config.priority?.run ?? null,
    eventsBatch:
      batch === null ? null : { maxSize: batch.maxSize, timeout: shortDuration(batch.timeoutMs), key: batch.key },
    concurrency: concurrency.length === 0 ? [noLimit] : concurrency.map(presentLimit),
    rateLimit:
      rateLimit === null
        ? null
        : { limit: rateLimit.limit, period: shortDuration(rateLimit.periodMs), key: rateLimit.key },
    debounce: debounce === null ? null : { period: shortDuration(debounce.periodMs), key: debounce.key },
    throttle:
      throttle === null
        ? null
        : { burst: throttle.burst, key: throttle.key, limit: throttle.limit, period: goDuration(throttle.periodMs) },
    singleton: singleton === null ? null : { mode: singleton.mode.toUpperCase(), key: singleton.key },
  };
}

/** How a function without a limit of its own is shown: there is none above it either. */
const noLimit = { scope: "ACCOUNT", limit: { value: -1, isPlanLimit: true }, key: null };
const scopes = { fn: "FUNCTION", env: "ENVIRONMENT", account: "ACCOUNT" } as const;

function presentLimit({ scope, limit, key }: ConcurrencyLimit): object {
  return { scope: scopes[scope], limit: { value: limit, isPlanLimit: false }, key };
}

function unkeyedLimit(limits: readonly ConcurrencyLimit[]): number {
  return limits.find(({ key }) => key === null)?.limit ?? 0;
}

/** The resolvers of functions. */
export const functionResolvers: Readonly<Record<string, TypeResolvers>> = {
  Query: { functions, functionBySlug },
  Function: functionFields,
};
