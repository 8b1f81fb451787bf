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
  type StartRequest,
  type StoredEvent,
  type Transition,
  type Work,
} from "@stepwright/engine";
import { isJsonObject, type JsonText, parseJsonText, utf8Bytes } from "@stepwright/protocol";
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
  return startGathered(shell, committer, { item, work }, async () => {
    const window = await shell.ports.storage.flow.window(work.windowId);
    if (window === null) return null;
    return {
      events: [window],
      end: { kind: "removeWindow", windowId: window.id },
      guards: [],
      requestOf: (event, fn) => ({
        origin: "debounce",
        trigger: triggerOf(event),
        // Told apart by our own id: events of one sender's id may replace each other (semantics.md §4.6).
        idempotencyKey: eventKey(fn, event.stored.internalId),
        cron: cronOf(event),
        invokedBy: window.invokedBy,
      }),
    };
  });
}

/** A batch is full or old enough: it ends with one run of all its events. */
export function startBatched(
  shell: Shell,
  committer: Committer,
  item: LeasedItem,
  work: Extract<Work, { kind: "batch" }>,
): Promise<Decided> {
  return startGathered(shell, committer, { item, work }, async () => {
    const found = await shell.ports.storage.flow.batch(work.batchId);
    if (found === null) return null;
    const [first, ...rest] = found.events;
    return {
      events: found.events,
      end: { kind: "removeBatch", batchId: work.batchId },
      guards: [{ kind: "batchSize", batchId: work.batchId, count: found.events.length }],
      requestOf: (event, fn) => ({
        origin: "batch",
        trigger: { ...triggerOf(event), length: found.batch.bytes },
        moreEvents: rest.map((one) => one.event),
        idempotencyKey: batchKey(fn, work.batchId),
        cron: null,
        invokedBy: first?.invokedBy ?? null,
        batch: { id: work.batchId, invokers: rest.flatMap((one) => one.invokedBy ?? []) },
      }),
    };
  });
}

/** Events that waited, and how they start. */
interface Gathered {
  /** The first is the one that the run is started by. */
  readonly events: readonly Pick<BatchedEvent, "event" | "invokedBy">[];
  /** Ends the wait. */
  readonly end: Effect;
  /** What must not have changed since it was read, besides the lease. */
  readonly guards: Transition["guards"];
  readonly requestOf: (
    first: ReadEvent,
    fn: FunctionRecord,
  ) => Omit<StartRequest, "fn" | "originalRunId" | "now" | "newId">;
}

/** Starts what waited; `read` gives null when it has been started meanwhile. */
function startGathered(
  shell: Shell,
  committer: Committer,
  { item, work }: { readonly item: LeasedItem; readonly work: { readonly functionId: FunctionRecord["id"] } },
  read: () => Promise<Gathered | null>,
): Promise<Decided> {
  return untilSettled(shell, committer, async () => {
    const gathered = await read();
    if (gathered === null) return null;
    const { events, end, guards, requestOf } = gathered;
    const ends: readonly Effect[] = [{ kind: "dequeue", itemId: item.id }, end];
    const [first] = events;
    const event = first === undefined ? null : await readEvent(shell, first);
    const fn = await registered(shell, work);
    if (event === null || fn === null) return ending(shell, { item, ends, events, work });
    const started = startFunction({
      ...requestOf(event, fn),
      fn,
      originalRunId: null,
      now: shell.ports.clock.now(),
      newId: shell.newId,
    });
    return { guards: [leaseGuard(item), ...guards], effects: ends, children: [started.transition] };
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
    length: utf8Bytes(text),
  } as const;
}
