// A function's configuration in the form in which apps register it, for APIs that show it as such.
import type { ConcurrencyLimit, FlowConfig } from "./flow-config.ts";
import type { FunctionConfig } from "./function-config.ts";
import type { FunctionId } from "./ids.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import { retriesDefault } from "./limits.ts";
import { shortDuration } from "./written-duration.ts";

/** Writes a configuration; what is not set is left out, and keys are in the order in which clients know them. */
export function registeredConfig(o: {
  readonly id: FunctionId;
  readonly version: number;
  readonly slug: string;
  readonly config: FunctionConfig;
}): JsonObject {
  const { config } = o;
  const { priority, concurrency, debounce, batch, rateLimit, idempotency, throttle, singleton, timeouts } = config;
  return set({
    id: o.id,
    fv: o.version,
    name: config.name,
    slug: o.slug,
    priority: priority && { run: priority.run },
    concurrency: concurrency.length === 0 ? null : concurrency.map(concurrencyOf),
    debounce: debounce && set({ key: debounce.key, period: shortDuration(debounce.periodMs) }),
    triggers: config.triggers.map((trigger) =>
      trigger.kind === "cron" ? { cron: trigger.text } : set({ event: trigger.event, expression: trigger.expression }),
    ),
    batchEvents:
      batch && set({ maxSize: batch.maxSize, timeout: shortDuration(batch.timeoutMs), key: batch.key, if: batch.if }),
    rateLimit:
      rateLimit && set({ limit: rateLimit.limit, period: shortDuration(rateLimit.periodMs), key: rateLimit.key }),
    idempotency: idempotency && idempotency.key,
    throttle: throttle && throttleOf(throttle),
    singleton: singleton && set({ mode: singleton.mode, key: singleton.key }),
    cancel:
      config.cancel.length === 0
        ? null
        : config.cancel.map((one) => set({ event: one.event, timeout: one.timeoutText, if: one.if })),
    timeouts: timeoutsOf(timeouts),
    steps: [
      set({
        id: "step",
        name: "step",
        uri: config.url,
        retries: config.retries === retriesDefault ? null : config.retries,
      }),
    ],
  });
}

function throttleOf({ burst, key, limit, periodMs }: NonNullable<FlowConfig["throttle"]>): JsonValue {
  return set({ burst, key, limit, period: shortDuration(periodMs) });
}

function timeoutsOf({ startMs, finishMs }: FunctionConfig["timeouts"]): JsonValue {
  if (startMs === null && finishMs === null) return null;
  return set({
    start: startMs === null ? null : shortDuration(startMs),
    finish: finishMs === null ? null : shortDuration(finishMs),
  });
}

const scopes = { fn: "Fn", env: "Env", account: "Account" } as const;

function concurrencyOf({ key, limit, scope }: ConcurrencyLimit): JsonValue {
  return set({ limit, key, scope: scopes[scope] });
}

function set(fields: Readonly<Record<string, JsonValue>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
