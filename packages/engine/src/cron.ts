// Cron chains: one queue item per function and expression, always at its next tick.
import {
  canonicalJson,
  type FunctionId,
  type Millis,
  millis,
  type QueueItemId,
  type Trigger,
  asEventId,
  asQueueItemId,
  eventJson,
  parseJsonText,
  utf8Bytes,
} from "@stepwright/protocol";
import { type CronDate, type CronExpression, CronExpressionParser } from "cron-parser";
import type { Effect, FunctionRecord, Transition } from "./effects.ts";
import type { NewEvent } from "./event.ts";
import { eventNames } from "./lifecycle.ts";
import { leaseGuard, type LeasedItem, type NewQueueItem } from "./queue-item.ts";
import { startFunction, tickKey } from "./start-run.ts";

/** A cron trigger. */
export type CronTrigger = Extract<Trigger, { kind: "cron" }>;

/** What happens to ticks that passed while the server was down. */
export type MissedTickPolicy = "latest" | "none";

/** Why the expression or its time zone cannot be used; null when they can. Five fields; names are allowed, descriptors and seconds are not (semantics.md §5). */
export function checkCron(cron: string, timeZone: string): string | null {
  if (cron.trim().startsWith("@")) return `"${cron}" is a descriptor; write the five fields, for example "0 9 * * MON"`;
  const fields = cron.trim().split(/\s+/u).length;
  if (fields !== 5)
    return `"${cron}" has ${fields} fields; five are needed: minute hour day-of-month month day-of-week`;
  if (/(?:^|[\s,])H(?![A-Z])/iu.test(cron))
    return `"${cron}" leaves a time to chance with "H"; write the minute or hour itself`;
  if (!isTimeZone(timeZone)) return `"${timeZone}" is not a known time zone; use an IANA name such as "Europe/Berlin"`;
  try {
    CronExpressionParser.parse(cron, { tz: timeZone });
    return null;
  } catch (error) {
    return `"${cron}" cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The first tick after `after`; null when the schedule never fires again (30 February). */
export function nextTick(trigger: Pick<CronTrigger, "cron" | "timeZone">, after: Millis): Millis | null {
  return findTick(trigger, after, (schedule) => schedule.next());
}

/** The last tick at or before `now`, if it is not before `from`. */
function latestTick(trigger: CronTrigger, from: Millis, now: Millis): Millis | null {
  const tick = findTick(trigger, millis(now + 1), (schedule) => schedule.prev());
  return tick !== null && tick >= from ? tick : null;
}

/** A schedule can name an hour that every year's change of clocks leaves out; after this many there is no tick to be found. */
const leftOutMax = 20;

/** Steps over local times that a change of clocks left out: the parser moves them by an hour, the schedule does not have them (semantics.md §5). */
function findTick(
  trigger: Pick<CronTrigger, "cron" | "timeZone">,
  from: Millis,
  step: (schedule: CronExpression) => CronDate,
): Millis | null {
  try {
    const schedule = CronExpressionParser.parse(trigger.cron, { tz: trigger.timeZone, currentDate: from });
    for (let tried = 0; tried < leftOutMax; tried += 1) {
      const date = step(schedule);
      if (schedule.includesDate(date)) return millis(date.getTime());
    }
    return null;
  } catch {
    // The parser throws when it finds no date within its search limit.
    return null;
  }
}

/** Natural key of a chain's item. */
export function cronItemId(functionId: FunctionId, cron: string): QueueItemId {
  return asQueueItemId(`cron:${functionId}:${cron}`);
}

/** Starts a chain: its item at the next tick after `now`. Empty when it never fires. */
export function startCron(fn: Pick<FunctionRecord, "id">, trigger: CronTrigger, now: Millis): readonly Effect[] {
  const tick = nextTick(trigger, now);
  return [
    { kind: "putCron", schedule: { functionId: fn.id, cron: trigger.text, nextAt: tick, lastTickAt: null } },
    ...(tick === null ? [] : [{ kind: "enqueue", item: tickItem(fn, trigger, tick) } satisfies Effect]),
  ];
}

/** Ends a chain at once: no tick fires after the commit. */
export function stopCron(functionId: FunctionId, cron: string): readonly Effect[] {
  return [
    { kind: "dequeue", itemId: cronItemId(functionId, cron) },
    { kind: "removeCron", functionId, cron },
  ];
}

/** A tick this late was missed, not delayed. */
const missedAfterMs = 60_000;

/**
 * The chain's item is due: start the run, move the item to the next tick.
 *
 * After downtime at most one run is made, for the latest tick, or none, as the policy says;
 * a series is never replayed (semantics.md §12.4).
 */
export function cronTicked(options: {
  readonly fn: FunctionRecord;
  readonly trigger: CronTrigger;
  readonly item: LeasedItem;
  readonly tick: Millis;
  readonly policy: MissedTickPolicy;
  readonly now: Millis;
  readonly newId: () => string;
}): Transition {
  const { fn, trigger, item, now } = options;
  const isMissed = now - options.tick > missedAfterMs + (trigger.jitterMs ?? 0);
  // From the tick, not from now: a jitter longer than the interval must not swallow the ticks within it.
  const next = nextTick(trigger, isMissed ? now : options.tick);
  const tick = isMissed ? latestTick(trigger, options.tick, now) : options.tick;
  const isSkipped = tick === null || (isMissed && options.policy === "none");
  return {
    guards: [leaseGuard(item)],
    effects: [
      next === null ? { kind: "dequeue", itemId: item.id } : { kind: "replaceWork", item: tickItem(fn, trigger, next) },
      {
        kind: "putCron",
        schedule: { functionId: fn.id, cron: trigger.text, nextAt: next, lastTickAt: tick ?? options.tick },
      },
    ],
    children: isSkipped ? [] : [tickTransition({ ...options, tick })],
  };
}

interface TickOptions {
  readonly fn: FunctionRecord;
  readonly trigger: CronTrigger;
  readonly tick: Millis;
  readonly now: Millis;
  readonly newId: () => string;
}

/** The event and the run of one tick, unless another cron of the function had the same one. */
function tickTransition(options: TickOptions): Transition {
  const key = tickKey(options.fn, options.tick);
  const { effects } = tickStart(options, key);
  return { guards: [{ kind: "keyFree", key, now: options.now }], effects };
}

/** What a tick would start now, whatever the schedule says: the chain goes on as if nothing had been. */
export function tickByHand(options: Omit<TickOptions, "tick">): Transition {
  return tickStart({ ...options, tick: options.now }, null);
}

function tickStart({ fn, trigger, tick, now, newId }: TickOptions, key: string | null): Transition {
  const event = timerEvent({ trigger, tick, now, newId });
  const data = event.data ?? canonicalJson({});
  const full = eventJson({ ...event, data });
  const started = startFunction({
    origin: "cron",
    fn,
    trigger: {
      ref: { kind: "inTransition", index: 0 },
      internalId: event.internalId,
      name: event.name,
      ts: event.ts,
      value: parseJsonText(full),
      length: utf8Bytes(full),
    },
    idempotencyKey: key,
    cron: trigger.text,
    invokedBy: null,
    originalRunId: null,
    now,
    newId,
  });
  return { guards: [], effects: [{ kind: "putEvent", event }, ...started.transition.effects] };
}

function timerEvent(options: {
  readonly trigger: CronTrigger;
  readonly tick: Millis;
  readonly now: Millis;
  readonly newId: () => string;
}): NewEvent {
  const at = rfc3339(options.tick);
  return {
    internalId: asEventId(options.newId()),
    id: at,
    name: eventNames.timer,
    data: canonicalJson({ cron: options.trigger.text, scheduledAt: at, fireAt: rfc3339(options.now) }),
    user: canonicalJson({}),
    ts: options.now,
    v: null,
    meta: null,
    receivedAt: options.now,
    lifecycleOf: null,
  };
}

function tickItem(fn: Pick<FunctionRecord, "id">, trigger: CronTrigger, tick: Millis): NewQueueItem {
  return {
    id: cronItemId(fn.id, trigger.text),
    lane: "system",
    at: millis(tick + jitterOf(fn.id, trigger, tick)),
    attempt: 0,
    work: { kind: "cron", functionId: fn.id, cron: trigger.text, tick },
  };
}

/** Deterministic offset in [1 s, jitter): the same tick of the same chain always fires at the same moment. */
function jitterOf(functionId: FunctionId, trigger: CronTrigger, tick: Millis): number {
  if (trigger.jitterMs === null) return 0;
  const minMs = 1_000;
  const span = Math.max(1, trigger.jitterMs - minMs);
  // FNV-1a: spread evenly is all that is asked of it.
  let hash = 2_166_136_261;
  for (const char of `${functionId}:${trigger.text}:${tick}`)
    hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619) >>> 0;
  return minMs + (hash % span);
}

function rfc3339(at: Millis): string {
  // oxlint-disable-next-line no-restricted-globals -- writes a time it is given, asks no clock
  return new Date(at).toISOString().replace(/\.000Z$/u, "Z");
}

function isTimeZone(name: string): boolean {
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    // The only way to ask.
    return false;
  }
}
