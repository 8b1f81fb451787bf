// What starts a function: events, matched by name or trailing wildcard, and cron schedules.
import { z } from "zod";
import type { ConfigReport } from "./config-problem.ts";
import { cronJitterMs, cronLengthMax, triggerNameLengthMax, triggersMax } from "./limits.ts";

/** Starts a function by event or by the clock. */
export type Trigger =
  | { readonly kind: "event"; readonly event: string; readonly expression: string | null }
  | {
      readonly kind: "cron";
      /** The five fields, without the time zone prefix. */
      readonly cron: string;
      readonly timeZone: string;
      /** As written, prefix included; the identity of the schedule. */
      readonly text: string;
      readonly jitterMs: number | null;
    };

/** A trigger as it is registered. */
export const wireTriggerSchema = z.object({
  event: z.string().nullish(),
  expression: z.string().nullish(),
  cron: z.string().nullish(),
  jitter: z.string().nullish(),
});

/** A trigger as it is registered. */
export type WireTrigger = z.infer<typeof wireTriggerSchema>;

/**
 * Tells whether a function can be triggered by this name: 1 to 255 characters,
 * where `*` may only be the last one, right after `/` or `.`.
 */
export function isTriggerEventName(name: string): boolean {
  if (name === "" || name.length > triggerNameLengthMax) return false;
  return !name.includes("*") || /^[^*]*[/.]\*$/.test(name);
}

/** Tells whether the name stands for many events. */
export function isEventPattern(name: string): boolean {
  return /[/.]\*$/.test(name);
}

/**
 * Lists every name a trigger may carry to match the event: the name itself, then one wildcard per `/` and `.`.
 *
 * `app/user.created` gives itself, `app/*` and `app/user.*`.
 */
export function eventPatternsFor(name: string): readonly string[] {
  const patterns = [name];
  for (const separator of name.matchAll(/[/.]/g)) patterns.push(`${name.slice(0, separator.index + 1)}*`);
  return patterns;
}

/** Reads a function's triggers; what is wrong goes to the report. */
export function readTriggers(wire: readonly WireTrigger[], report: ConfigReport): readonly Trigger[] {
  if (wire.length > triggersMax) {
    report.reject(
      "triggers",
      `${wire.length} triggers are more than the limit of ${triggersMax}; use a wildcard or several functions`,
    );
  }
  const triggers: Trigger[] = [];
  const seen = new Set<string>();
  for (const [index, item] of wire.entries()) {
    const path = `triggers[${index}]`;
    const trigger = readTrigger(item, path, report);
    if (trigger === null) continue;
    const identity =
      trigger.kind === "cron" ? `cron ${trigger.text}` : JSON.stringify([trigger.event, trigger.expression]);
    if (seen.has(identity)) report.reject(path, "this trigger is a duplicate of an earlier one; remove it");
    seen.add(identity);
    triggers.push(trigger);
  }
  return triggers;
}

function readTrigger(wire: WireTrigger, path: string, report: ConfigReport): Trigger | null {
  const event = wire.event ?? "";
  const cron = wire.cron ?? "";
  if ((event === "") === (cron === "")) {
    report.reject(path, "a trigger needs either an event or a cron schedule, and not both");
    return null;
  }
  return event === "" ? readCron(cron, wire.jitter, path, report) : readEvent(event, wire.expression, path, report);
}

function readEvent(event: string, expression: string | null | undefined, path: string, report: ConfigReport): Trigger {
  if (!isTriggerEventName(event)) {
    report.reject(
      `${path}.event`,
      `"${event}" cannot trigger a function: a name has at most ${triggerNameLengthMax} characters, and "*" only at its end after "/" or "."`,
      "event_name_invalid",
    );
  }
  return { kind: "event", event, expression: report.expression(`${path}.expression`, expression, "trigger") };
}

function readCron(text: string, jitter: string | null | undefined, path: string, report: ConfigReport): Trigger {
  const [, timeZone = "UTC", cron = ""] = /^(?:(?:CRON_)?TZ=(\S+)\s+)?(.*)$/s.exec(text.trim()) ?? [];
  const wrong = cronProblem(text, cron, timeZone, report);
  if (wrong !== null) report.reject(`${path}.cron`, `the schedule "${text}" is invalid: ${wrong}`, "schedule_invalid");
  const jitterMs = report.duration(`${path}.jitter`, jitter, {
    minMs: cronJitterMs.min,
    maxMs: cronJitterMs.max,
    allowed: "between 1s and 5m",
    code: "schedule_invalid",
  });
  return { kind: "cron", cron, timeZone, text, jitterMs };
}

function cronProblem(text: string, cron: string, timeZone: string, report: ConfigReport): string | null {
  if (text.length > cronLengthMax) return `it is longer than ${cronLengthMax} characters`;
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5 || cron.startsWith("@")) {
    return "it must have the five fields minute, hour, day of month, month and day of week";
  }
  return report.checkCron(cron, timeZone);
}
