// A function's configuration as apps register it: `GET /dev` and REST v1 show it in the words of the registration.
import type { FunctionRecord } from "@stepwright/engine";
import {
  retriesDefault,
  type ConcurrencyLimit,
  type FunctionConfig,
  type JsonObject,
  type JsonValue,
} from "@stepwright/protocol";
import { given } from "./rest-v2.ts";

/** Presents a configuration; what is not set is left out. */
export function wireConfig({ id, version, slug, config }: FunctionRecord): JsonObject {
  return {
    id,
    fv: version,
    name: config.name,
    slug,
    triggers: config.triggers.map((trigger) =>
      trigger.kind === "cron"
        ? { cron: trigger.text }
        : { event: trigger.event, ...(trigger.expression === null ? {} : { expression: trigger.expression }) },
    ),
    ...flowOf(config),
    steps: [
      {
        id: "step",
        name: "step",
        uri: config.url,
        ...(config.retries === retriesDefault ? {} : { retries: config.retries }),
      },
    ],
  };
}

function flowOf(config: FunctionConfig): JsonObject {
  const { batch, debounce, rateLimit, throttle, singleton, priority, idempotency, timeouts } = config;
  return given({
    batchEvents:
      batch && given({ key: batch.key, maxSize: batch.maxSize, timeout: shortDuration(batch.timeoutMs), if: batch.if }),
    cancel: config.cancel.map((one) => given({ event: one.event, if: one.if, timeout: one.timeoutText })),
    concurrency: config.concurrency.map(concurrencyOf),
    debounce: debounce && given({ key: debounce.key, period: shortDuration(debounce.periodMs) }),
    idempotency: idempotency?.key,
    priority: priority && { run: priority.run },
    rateLimit:
      rateLimit && given({ key: rateLimit.key, limit: rateLimit.limit, period: shortDuration(rateLimit.periodMs) }),
    singleton: singleton && given({ key: singleton.key, mode: singleton.mode }),
    throttle:
      throttle &&
      given({
        burst: throttle.burst,
        key: throttle.key,
        limit: throttle.limit,
        period: shortDuration(throttle.periodMs),
      }),
    timeouts: timeoutsOf(timeouts),
  });
}

function timeoutsOf({ startMs, finishMs }: FunctionConfig["timeouts"]): JsonValue {
  if (startMs === null && finishMs === null) return null;
  return given({
    start: startMs === null ? null : shortDuration(startMs),
    finish: finishMs === null ? null : shortDuration(finishMs),
  });
}

const scopes = { fn: "Fn", env: "Env", account: "Account" } as const;

function concurrencyOf({ key, limit, scope }: ConcurrencyLimit): JsonValue {
  return { limit, ...given({ key }), scope: scopes[scope] };
}

const units = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "m"],
  [1_000, "s"],
] as const;

/** Writes a duration in the greatest unit that is whole, as people write it in a configuration: `2s`. */
export function shortDuration(ms: number): string {
  const [unitMs, unit] = units.find(([size]) => ms >= size && ms % size === 0) ?? [1, "ms"];
  return `${ms / unitMs}${unit}`;
}
