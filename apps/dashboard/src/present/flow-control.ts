// Says in a few words how a function limits, spreads or gathers its runs.
import type { FunctionConfig, JsonValue } from "@stepwright/protocol";
import { formatDuration } from "./duration.ts";

/** A piece of what a limit does; code is an expression of the function's author. */
export type FlowPart = { readonly kind: "text" | "code"; readonly text: string };

/** One thing a function sets. */
export interface FlowFact {
  /** What the option is called, for people. */
  readonly name: string;
  readonly parts: readonly FlowPart[];
  /** The same for a list: without keys and conditions. */
  readonly short: string;
}

/** Options that `flowFacts` tells. */
export const flowOptions = [
  "concurrency",
  "runConcurrency",
  "throttle",
  "rateLimit",
  "debounce",
  "batch",
  "singleton",
  "priority",
  "idempotency",
  "timeouts",
] as const satisfies readonly (keyof FunctionConfig)[];

type Flow = Partial<Pick<FunctionConfig, (typeof flowOptions)[number]>>;

/** Reads what is set from a stored configuration; empty for a function without flow control. */
export function flowFacts(config: JsonValue): readonly FlowFact[] {
  if (typeof config !== "object" || config === null || Array.isArray(config)) return [];
  // It is the configuration the engine works with, and the server is of the same build as this page.
  const flow = config as Flow;
  return [
    ...(flow.concurrency ?? []).map(concurrencyFact),
    ...factOf(flow.runConcurrency, ({ limit, key }) => ({
      name: "Runs at once",
      parts: [text(`${counted(limit, "run")} between start and end`), ...forEach(key)],
      short: `${counted(limit, "run")} at once`,
    })),
    ...factOf(flow.throttle, ({ limit, periodMs, burst, key }) => ({
      name: "Throttle",
      parts: [
        text(`${counted(limit, "start")} every ${formatDuration(periodMs)}`),
        text(burst === 0 ? "" : `, ${burst} more in a burst`),
        ...forEach(key),
        text("; others wait"),
      ],
      short: `throttle ${limit} / ${formatDuration(periodMs)}`,
    })),
    ...factOf(flow.rateLimit, ({ limit, periodMs, key }) => ({
      name: "Rate limit",
      parts: [
        text(`${counted(limit, "start")} every ${formatDuration(periodMs)}`),
        ...forEach(key),
        text("; others are not started"),
      ],
      short: `rate limit ${limit} / ${formatDuration(periodMs)}`,
    })),
    ...factOf(flow.debounce, ({ periodMs, timeoutMs, key }) => ({
      name: "Debounce",
      parts: [
        text(`starts ${formatDuration(periodMs)} after the last event`),
        ...forEach(key),
        text(timeoutMs === null ? "" : `, ${formatDuration(timeoutMs)} after the first one at the latest`),
      ],
      short: `debounce ${formatDuration(periodMs)}`,
    })),
    ...factOf(flow.batch, ({ maxSize, timeoutMs, key, if: condition }) => ({
      name: "Batching",
      parts: [
        text(`up to ${maxSize} events in a run`),
        ...forEach(key),
        text(`, ${formatDuration(timeoutMs)} after the first one at the latest`),
        ...(condition === null ? [] : [text("; an event starts alone unless "), code(condition)]),
      ],
      short: `batches of ${maxSize}`,
    })),
    ...factOf(flow.singleton, ({ key, mode }) => ({
      name: "Singleton",
      parts: [
        text("one run at a time"),
        ...forEach(key),
        text(mode === "skip" ? "; a later one is skipped" : "; a later one cancels it"),
      ],
      short: "singleton",
    })),
    ...factOf(flow.priority, ({ run }) => ({
      name: "Priority",
      parts: [text("seconds ahead: "), code(run)],
      short: "priority",
    })),
    ...factOf(flow.idempotency, ({ key }) => ({
      name: "Idempotency",
      parts: [text("one run in 24 h"), ...forEach(key)],
      short: "idempotency",
    })),
    ...timeoutFacts(flow.timeouts),
  ];
}

/** Writes a fact as plain text. */
export function flowText({ parts }: FlowFact): string {
  return parts.map((part) => part.text).join("");
}

function concurrencyFact({ limit, key, scope }: FunctionConfig["concurrency"][number]): FlowFact {
  const shared =
    scope === "fn" ? "" : `, shared with every function of the ${scope === "env" ? "environment" : "account"}`;
  return {
    name: "Concurrency",
    parts: [text(`${counted(limit, "call")} at once`), ...forEach(key), text(shared)],
    short: `${counted(limit, "call")} at once`,
  };
}

function timeoutFacts(timeouts: Flow["timeouts"]): readonly FlowFact[] {
  const texts = [
    ...factOf(timeouts?.startMs, (ms) => `started within ${formatDuration(ms)}`),
    ...factOf(timeouts?.finishMs, (ms) => `finished within ${formatDuration(ms)} of its start`),
  ];
  if (texts.length === 0) return [];
  return [{ name: "Timeouts", parts: [text(`cancelled unless ${texts.join(" and ")}`)], short: "timeouts" }];
}

function factOf<T, F>(option: T | null | undefined, write: (option: T) => F): readonly F[] {
  return option === null || option === undefined ? [] : [write(option)];
}

function forEach(key: string | null): readonly FlowPart[] {
  return key === null ? [] : [text(" for each "), code(key)];
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

function text(value: string): FlowPart {
  return { kind: "text", text: value };
}

function code(value: string): FlowPart {
  return { kind: "code", text: value };
}
