// What waited in a debounce or a batch starts its function now.
import {
  batchKey,
  type BatchedEvent,
  dropStart,
  type Effect,
  eventKey,
  eventNames,
  type FunctionRecord,
  leaseGuard,
  type LeasedItem,
  startFunction,
  type StoredEvent,
  type Transition,
  type Work,
} from "@stepwright/engine";
import { isJsonObject, type JsonText, parseJsonText } from "@stepwright/protocol";
import type { Committer } from "./committer.ts";
import { eventText } from "./event-payload.ts";
import type { Decided } from "./run-box.ts";
import type { Shell } from "./shell.ts";
import { untilSettled } from "./until-settled.ts";

/** A debounce's period has passed: its window ends with a run of the event that came last. */
export function startDebounced(
  shell: Shell,
  committer: Committer,
  item: LeasedItem,
  work: Extract<Work, { kind: "debounce" }>,
): Promise<Decided> {
  return untilSettled(shell, committer, async () => {
    const window = await shell.ports.storage.flow.window(work.windowId);
    if (window === null) return null;
    const ends: readonly Effect[] = [
      { kind: "dequeue", itemId: item.id },
      { kind: "removeWindow", windowId: window.id },
    ];
    const event = await readEvent(shell, window);
    const fn = await registered(shell, work);
    if (event === null || fn === null) return ending(shell, { item, ends, events: [window], work });
    const started = startFunction({
      origin: "debounce",
      fn,
      trigger: triggerOf(event),
      // Told apart by our own id: events of one sender's id may replace each other (semantics.md §4.6).
      idempotencyKey: eventKey(fn, event.stored.internalId),
      cron: cronOf(event),
      invokedBy: window.invokedBy,
      originalRunId: null,
      now: shell.ports.clock.now(),
      newId: shell.newId,
    });
    return { guards: [leaseGuard(item)], effects: ends, children: [started.transition] };
  });
}

/** A batch is full or old enough: it ends with one run of all its events. */
export function startBatched(
  shell: Shell,
  committer: Committer,
  item: LeasedItem,
  work: Extract<Work, { kind: "batch" }>,
): Promise<Decided> {
  return untilSettled(shell, committer, async () => {
    const found = await shell.ports.storage.flow.batch(work.batchId);
    if (found === null) return null;
    const ends: readonly Effect[] = [
      { kind: "dequeue", itemId: item.id },
      { kind: "removeBatch", batchId: work.batchId },
    ];
    const [first, ...rest] = found.events;
    const event = first === undefined ? null : await readEvent(shell, first);
    const fn = await registered(shell, work);
    if (first === undefined || event === null || fn === null) {
      return ending(shell, { item, ends, events: found.events, work });
    }
    const started = startFunction({
      origin: "batch",
      fn,
      trigger: { ...triggerOf(event), length: found.batch.bytes },
      moreEvents: rest.map((one) => one.event),
      idempotencyKey: batchKey(fn, work.batchId),
      cron: null,
      invokedBy: first.invokedBy,
      batch: { id: work.batchId, invokers: rest.flatMap((one) => one.invokedBy ?? []) },
      originalRunId: null,
      now: shell.ports.clock.now(),
      newId: shell.newId,
    });
    return {
      guards: [leaseGuard(item), { kind: "batchSize", batchId: work.batchId, count: found.events.length }],
      effects: ends,
      children: [started.transition],
    };
  });
}

/** The function, if it is still registered: a removed one starts nothing. */
async function registered(shell: Shell, work: { readonly functionId: FunctionRecord["id"] }) {
  const known = shell.registry().functions.get(work.functionId);
  if (known !== undefined) return known;
  // It must not be a sync that memory has not caught up with.
  await shell.refreshRegistry();
  return shell.registry().functions.get(work.functionId) ?? null;
}

/** Nothing is started: each event says why, and so does the answer to each step that invoked. */
function ending(
  shell: Shell,
  options: {
    readonly item: LeasedItem;
    readonly ends: readonly Effect[];
    readonly events: readonly Pick<BatchedEvent, "event" | "invokedBy">[];
    readonly work: { readonly functionId: FunctionRecord["id"] };
  },
): Transition {
  const { functionId } = options.work;
  const now = shell.ports.clock.now();
  const drops = options.events.flatMap(({ event, invokedBy }) =>
    dropStart({ event, functionId, invokedBy }, { kind: "functionRemoved" }, now),
  );
  return { guards: [leaseGuard(options.item)], effects: [...options.ends, ...drops] };
}

interface ReadEvent {
  readonly stored: StoredEvent;
  readonly text: JsonText;
}

async function readEvent(shell: Shell, { event }: Pick<BatchedEvent, "event">): Promise<ReadEvent | null> {
  const { storage } = shell.ports;
  const stored = event.kind === "stored" ? await storage.events.get(event.seq) : null;
  return stored === null ? null : { stored, text: await eventText(storage, stored) };
}

/** The expression whose tick the event is; null for other events. */
function cronOf({ stored, text }: ReadEvent): string | null {
  if (stored.name !== eventNames.timer) return null;
  const value = parseJsonText(text);
  const data = isJsonObject(value) ? value["data"] : null;
  const cron = data !== undefined && isJsonObject(data) ? data["cron"] : null;
  return typeof cron === "string" ? cron : null;
}

function triggerOf({ stored, text }: ReadEvent) {
  return {
    ref: { kind: "stored", seq: stored.seq },
    internalId: stored.internalId,
    name: stored.name,
    ts: stored.ts,
    value: parseJsonText(text),
    length: text.length,
  } as const;
}
