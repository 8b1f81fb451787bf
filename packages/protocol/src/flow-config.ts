// Flow control as registered: concurrency, throttle, rate limit, debounce,
// batching, singleton, priority and idempotency. Durations become milliseconds.
import { z } from "zod";
import type { ConfigReport } from "./config-problem.ts";
import {
  batchSizeMin,
  batchTimeoutMinMs,
  concurrencyLimitsMax,
  debouncePeriodMs,
  rateLimitPeriodMaxMs,
  throttlePeriodMinMs,
} from "./limits.ts";

/** At most `limit` calls in flight at once, per value of the key, within the scope. */
export interface ConcurrencyLimit {
  readonly limit: number;
  /** `null` only in scope `fn`: one bucket for the function. */
  readonly key: string | null;
  readonly scope: "fn" | "env" | "account";
}

/** At most `limit` runs between start and end at once, per value of the key. */
export interface RunConcurrency {
  readonly limit: number;
  readonly key: string | null;
}

/** Spreads starts: `limit` per period, `burst` more at once; nothing is dropped. */
export interface Throttle {
  readonly limit: number;
  readonly periodMs: number;
  readonly burst: number;
  readonly key: string | null;
}

/** Drops starts over `limit` per period. */
export interface RateLimit {
  readonly limit: number;
  readonly periodMs: number;
  readonly key: string | null;
}

/** Starts once with the last event when none came for the period. */
export interface Debounce {
  readonly periodMs: number;
  /** Ceiling from the first event; `null` means none. */
  readonly timeoutMs: number | null;
  readonly key: string | null;
}

/** Starts one run for many events. */
export interface Batch {
  readonly maxSize: number;
  readonly timeoutMs: number;
  readonly key: string | null;
  /** Events it rejects run alone and at once. */
  readonly if: string | null;
}

/** Allows one run at a time: a later one is skipped, or cancels the earlier. */
export interface Singleton {
  readonly key: string | null;
  readonly mode: "skip" | "cancel";
}

/** Expression for how many seconds older than it is a run shall count. */
export interface Priority {
  readonly run: string;
}

/** Expression whose value starts at most one run in 24 hours. */
export interface Idempotency {
  readonly key: string;
}

const key = z.string().nullish();
const scopeAllowed = 'use "fn", "env" or "account"';
const limitSchema = z.object({
  limit: z.int(),
  key,
  scope: z.enum(["fn", "env", "account", "app"], scopeAllowed).nullish(),
});
const limitListSchema = z.preprocess(limitList, z.array(limitSchema));

/** The flow-control part of a function as it is registered. */
export const wireFlowSchema = z.object({
  concurrency: z
    .preprocess(concurrencyForm, z.object({ fn: limitListSchema.optional(), step: limitListSchema.optional() }))
    .nullish(),
  throttle: z.object({ limit: z.int(), period: z.string(), burst: z.int().nullish(), key }).nullish(),
  rateLimit: z.object({ limit: z.int(), period: z.string(), key }).nullish(),
  debounce: z.object({ period: z.string(), timeout: z.string().nullish(), key }).nullish(),
  batchEvents: z.object({ maxSize: z.int(), timeout: z.string(), key, if: z.string().nullish() }).nullish(),
  singleton: z.object({ key, mode: z.enum(["skip", "cancel"]).nullish() }).nullish(),
  priority: z.object({ run: z.string().nullish() }).nullish(),
  idempotency: z.string().nullish(),
});

/** The flow-control part of a function as it is registered. */
export type WireFlow = z.infer<typeof wireFlowSchema>;

/** The flow control of a function; `null` means not configured. */
export interface FlowConfig {
  /** Ascending by limit. */
  readonly concurrency: readonly ConcurrencyLimit[];
  readonly runConcurrency: RunConcurrency | null;
  readonly throttle: Throttle | null;
  /** `null` when `idempotency` is set, which replaces it; see `effectiveRateLimit`. */
  readonly rateLimit: RateLimit | null;
  readonly debounce: Debounce | null;
  readonly batch: Batch | null;
  readonly singleton: Singleton | null;
  readonly priority: Priority | null;
  readonly idempotency: Idempotency | null;
}

/** Reads a function's flow control; what is wrong goes to the report. */
export function readFlow(wire: WireFlow, report: ConfigReport): FlowConfig {
  const idempotency = report.expression("idempotency", wire.idempotency, "key");
  const rateLimit = readRateLimit(wire, report);
  const priority = report.expression("priority.run", wire.priority?.run, "priority");
  return {
    concurrency: readConcurrency(wire, report),
    runConcurrency: readRunConcurrency(wire, report),
    throttle: readThrottle(wire, report),
    rateLimit: idempotency === null ? rateLimit : null,
    debounce: readDebounce(wire, report),
    batch: readBatch(wire, report),
    singleton: readSingleton(wire, report),
    priority: priority === null ? null : { run: priority },
    idempotency: idempotency === null ? null : { key: idempotency },
  };
}

function readConcurrency(wire: WireFlow, report: ConfigReport): readonly ConcurrencyLimit[] {
  const limits = wire.concurrency?.step ?? [];
  if (limits.length > concurrencyLimitsMax) {
    report.reject(
      "concurrency",
      `${limits.length} concurrency limits are more than the ${concurrencyLimitsMax} a function may have`,
      "concurrency_limit_invalid",
    );
  }
  return limits
    .map((item, index) => {
      const path = `concurrency[${index}]`;
      rejectLimit(`${path}.limit`, item.limit, report);
      const scope = item.scope ?? "fn";
      if (scope === "app")
        report.reject(
          `${path}.scope`,
          `scope "app" cannot be configured; ${scopeAllowed}`,
          "concurrency_limit_invalid",
        );
      const limitKey = report.expression(`${path}.key`, item.key, "key");
      if (scope !== "fn" && limitKey === null) {
        report.reject(
          `${path}.key`,
          `scope "${scope}" needs a key, so that functions can share the limit; a constant such as "'shared'" will do`,
          "concurrency_limit_invalid",
        );
      }
      return { limit: item.limit, key: limitKey, scope: scope === "app" ? "fn" : scope };
    })
    .sort((a, b) => a.limit - b.limit);
}

function readRunConcurrency(wire: WireFlow, report: ConfigReport): RunConcurrency | null {
  const limits = wire.concurrency?.fn ?? [];
  if (limits.length > 1)
    report.reject("concurrency.fn", "a function may have one limit of concurrent runs", "concurrency_limit_invalid");
  const [first] = limits;
  if (first === undefined) return null;
  rejectLimit("concurrency.fn[0].limit", first.limit, report);
  if ((first.scope ?? "fn") !== "fn") {
    report.reject(
      "concurrency.fn[0].scope",
      `scope "${first.scope}" is not possible for concurrent runs; use "fn"`,
      "concurrency_limit_invalid",
    );
  }
  return { limit: first.limit, key: report.expression("concurrency.fn[0].key", first.key, "key") };
}

function rejectLimit(path: string, limit: number, report: ConfigReport): void {
  if (limit >= 1) return;
  report.reject(
    path,
    `the limit ${limit} would let nothing run; use 1 or more, or leave concurrency out`,
    "concurrency_limit_invalid",
  );
}

function readThrottle(wire: WireFlow, report: ConfigReport): Throttle | null {
  const { throttle } = wire;
  if (throttle == null) return null;
  const burst = throttle.burst ?? 0;
  if (throttle.limit < 0) report.reject("throttle.limit", `the limit ${throttle.limit} must be 1 or more`);
  if (burst < 0) report.reject("throttle.burst", `the burst ${burst} must be 0 or more`);
  const periodMs = requiredPeriod(
    "throttle.period",
    throttle.period,
    { minMs: throttlePeriodMinMs, allowed: "of 1s or more" },
    report,
  );
  const limitKey = report.expression("throttle.key", throttle.key, "key");
  // A limit of 0 has always meant 1 here, and SDKs that leave it out send 0.
  return { limit: Math.max(1, throttle.limit), periodMs, burst, key: limitKey };
}

function readRateLimit(wire: WireFlow, report: ConfigReport): RateLimit | null {
  const { rateLimit } = wire;
  if (rateLimit == null) return null;
  if (rateLimit.limit < 1) report.reject("rateLimit.limit", `the limit ${rateLimit.limit} must be 1 or more`);
  // Anything above zero: the smallest duration there is.
  const range = { minMs: 1e-6, maxMs: rateLimitPeriodMaxMs, allowed: "above 0 and up to 24h" };
  const periodMs = requiredPeriod("rateLimit.period", rateLimit.period, range, report);
  return { limit: rateLimit.limit, periodMs, key: report.expression("rateLimit.key", rateLimit.key, "key") };
}

function readDebounce(wire: WireFlow, report: ConfigReport): Debounce | null {
  const { debounce } = wire;
  if (debounce == null) return null;
  const range = { minMs: debouncePeriodMs.min, maxMs: debouncePeriodMs.max, allowed: "between 1s and 7d" };
  return {
    periodMs: requiredPeriod("debounce.period", debounce.period, range, report),
    timeoutMs: report.duration("debounce.timeout", debounce.timeout, { minMs: 0, allowed: `such as "10m"` }),
    key: report.expression("debounce.key", debounce.key, "key"),
  };
}

function readBatch(wire: WireFlow, report: ConfigReport): Batch | null {
  const { batchEvents } = wire;
  if (batchEvents == null) return null;
  if (batchEvents.maxSize < batchSizeMin) {
    report.reject(
      "batchEvents.maxSize",
      `a batch of ${batchEvents.maxSize} is none; use ${batchSizeMin} or more, or leave batchEvents out`,
      "batch_size_invalid",
    );
  }
  const range = {
    minMs: batchTimeoutMinMs,
    allowed: `of 1s or more, written without days and weeks`,
    code: "batch_timeout_invalid",
    goOnly: true,
  } as const;
  return {
    maxSize: batchEvents.maxSize,
    timeoutMs: requiredPeriod("batchEvents.timeout", batchEvents.timeout, range, report),
    key: report.expression("batchEvents.key", batchEvents.key, "key", "batch_key_expression_invalid"),
    if: report.expression("batchEvents.if", batchEvents.if, "batch-if", "batch_if_expression_invalid"),
  };
}

function readSingleton(wire: WireFlow, report: ConfigReport): Singleton | null {
  if (wire.singleton == null) return null;
  return { key: report.expression("singleton.key", wire.singleton.key, "key"), mode: wire.singleton.mode ?? "skip" };
}

/** Reads a duration that must be there; a refused one is in the report, and its value never used. */
function requiredPeriod(
  path: string,
  text: string,
  range: Parameters<ConfigReport["duration"]>[2],
  report: ConfigReport,
): number {
  if (text === "") report.reject(path, `a duration ${range.allowed} is required`, range.code);
  return report.duration(path, text, range) ?? 0;
}

/** `concurrency` may be a limit, a list of limits, or `{fn, step}`. */
function concurrencyForm(value: unknown): unknown {
  if (value === null || value === undefined) return {};
  if (typeof value === "object" && ("fn" in value || "step" in value)) return value;
  return { step: value };
}

/** A limit may be a bare number, and a list of one may be without brackets. */
function limitList(value: unknown): unknown {
  if (value === null || value === undefined) return [];
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return items.map((item) => (typeof item === "number" ? { limit: item } : item));
}
