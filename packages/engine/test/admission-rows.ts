// The rows that decide about admissions, in memory, with what becomes of each event. Stands in for a store where only
// the decision is tested: effects are applied as they are written, nothing of the core's logic is repeated.
import {
  asEventId,
  asQueueItemId,
  asRunId,
  asStepId,
  canonicalJson,
  type FunctionConfig,
  type JsonText,
  type Millis,
  millis,
  parseJsonText,
  type QueueItemId,
} from "@stepwright/protocol";
import type { Effect, FunctionRecord, Transition } from "../src/effects.ts";
import type { EventRef } from "../src/event.ts";
import { type Admission, admissionKeys, type AdmissionState } from "../src/flow/admission.ts";
import { admit } from "../src/flow/admit.ts";
import type { BatchedEvent, OpenBatch } from "../src/flow/batch.ts";
import type { DebounceWindow } from "../src/flow/debounce.ts";
import type { Drop } from "../src/flow/drop.ts";
import { isEnded, type Invoker, type Run } from "../src/run.ts";
import { batchKey, eventKey, startFunction, type StartOrigin, type StartRequest } from "../src/start-run.ts";
import { noon, sampleFunction } from "./sample.ts";

/** The rows, and ways to change them. */
export interface AdmissionRows {
  readonly runs: ReadonlyMap<string, Run>;
  /** Seqs of a run's events, by its id. */
  readonly eventsOf: ReadonlyMap<string, readonly number[]>;
  readonly windows: ReadonlyMap<string, DebounceWindow>;
  readonly batches: ReadonlyMap<string, OpenBatch>;
  readonly drops: readonly Drop[];
  /** Who was answered with what: `<run>:<step>` and the memo. */
  readonly answers: readonly (readonly [string, JsonText])[];
  /** Times of the items, by their ids. */
  readonly items: ReadonlyMap<QueueItemId, Millis>;
  /** An event comes in; gives its seq. */
  send(event?: SentEvent): number;
  /** Ends the windows and batches that are due at this time, and starts their runs. */
  passTo(now: number): void;
  /** When the run is called first; undefined when it never is. */
  firstCallAt(runId: string | undefined): Millis | undefined;
  /** Pauses the function from now on, or lets it go on. */
  pause(isPaused: boolean): void;
  /** Ends a run, as its result would. */
  end(runId: string): void;
  /** What became of the event: "run <status>", "drop <kind>", "waits in window", "waits in batch". */
  fatesOf(seq: number): readonly string[];
  now(): Millis;
}

/** An event, by what matters for its admission. */
export interface SentEvent {
  readonly data?: object;
  readonly id?: string;
  readonly ts?: number;
  readonly internalId?: string;
  readonly invokedBy?: Invoker | null;
  readonly origin?: StartOrigin;
  readonly idempotencyKey?: string | null;
}

/** Makes empty rows for a function with this configuration. */
export function admissionRows(config: Partial<FunctionConfig>, record: Partial<FunctionRecord> = {}): AdmissionRows {
  let fn: FunctionRecord = { ...sampleFunction(config), ...record };
  let now = noon;
  let made = 0;
  let lastSeq = 0;
  const newId = () => `id-${++made}`;
  const sent = new Map<number, StartRequest["trigger"]>();
  const runs = new Map<string, Run>();
  const eventsOf = new Map<string, readonly number[]>();
  const keys = new Map<string, Millis | null>();
  const arrivals = new Map<string, number>();
  const windows = new Map<string, DebounceWindow>();
  const batches = new Map<string, OpenBatch>();
  const batched = new Map<string, BatchedEvent[]>();
  const locks = new Map<string, string>();
  const drops: Drop[] = [];
  const answers: (readonly [string, JsonText])[] = [];
  const items = new Map<QueueItemId, Millis>();

  const isKeyFree = (key: string) => (keys.get(key) ?? -1) <= now;
  const stateOf = (admission: Admission): AdmissionState => {
    const wanted = admissionKeys(admission);
    const holder = runs.get(locks.get(wanted.lockId ?? "") ?? "") ?? null;
    return {
      isKeyFree: wanted.key === null || isKeyFree(wanted.key),
      arrivalAt: arrivals.get(wanted.limiterId ?? "") ?? null,
      window: last([...windows.values()].filter((one) => one.bucket === wanted.debounceBucket && one.firesAt > now)),
      batch: last(
        [...batches.values()].filter((one) => one.bucket === wanted.batchBucket && !one.isClosed && one.closesAt > now),
      ),
      holder: holder === null || isEnded(holder.status) ? null : holder,
    };
  };
  const commit = (transition: Transition): void => {
    const isLetThrough = transition.guards.every((guard) => guard.kind !== "keyFree" || isKeyFree(guard.key));
    for (const effect of isLetThrough ? transition.effects : (transition.otherwise ?? [])) apply(effect);
  };
  const apply = (effect: Effect): void => {
    switch (effect.kind) {
      case "admit": {
        const { effects, transitions } = admit(effect.admission, stateOf(effect.admission), now);
        for (const one of effects) apply(one);
        for (const one of transitions) commit(one);
        return;
      }
      case "createRun":
        runs.set(effect.run.id, effect.run);
        eventsOf.set(effect.run.id, effect.events.map(seqOf));
        if (effect.idempotencyKey !== null) keys.set(effect.idempotencyKey, effect.keyExpiresAt);
        return;
      case "updateRun":
        runs.set(effect.run.id, effect.run);
        return;
      case "enqueue":
        if (!items.has(effect.item.id)) items.set(effect.item.id, effect.item.at);
        return;
      case "reschedule":
        items.set(effect.itemId, effect.at);
        return;
      case "putKey":
        keys.set(effect.key, effect.expiresAt);
        return;
      case "putArrival":
        arrivals.set(effect.id, effect.arrivalAt);
        return;
      case "putWindow":
        windows.set(effect.window.id, effect.window);
        return;
      case "putBatched":
        batches.set(effect.batch.id, effect.batch);
        batched.set(effect.batch.id, [...(batched.get(effect.batch.id) ?? []), effect.batched]);
        return;
      case "takeLock":
        locks.set(effect.id, effect.runId);
        return;
      case "recordDrop":
        drops.push(effect.drop);
        return;
      case "resolvePause":
        if (effect.item.work.kind === "resume" && effect.item.work.outcome.kind === "invoked") {
          answers.push([effect.pauseId, effect.item.work.outcome.memo]);
        }
        return;
      case "putEvent":
      case "putPause":
      case "enqueueIfAwaited":
        return;
      default:
        throw new Error(`the rows know no ${effect.kind}`);
    }
  };
  const begin = (
    request: Pick<StartRequest, "origin" | "trigger" | "idempotencyKey" | "invokedBy"> & Partial<StartRequest>,
  ) => commit(startFunction({ fn, cron: null, originalRunId: null, now, newId, ...request }).transition);
  const triggerOf = (ref: EventRef): StartRequest["trigger"] => {
    const trigger = sent.get(seqOf(ref));
    if (trigger === undefined) throw new Error("an event that waits was sent");
    return trigger;
  };
  const fire = (window: DebounceWindow) => {
    windows.delete(window.id);
    const trigger = triggerOf(window.event);
    const idempotencyKey = eventKey(fn, trigger.internalId);
    begin({ origin: "debounce", trigger, idempotencyKey, invokedBy: window.invokedBy });
  };
  const close = (batch: OpenBatch) => {
    batches.delete(batch.id);
    const [first, ...rest] = batched.get(batch.id) ?? [];
    if (first === undefined) throw new Error("a batch has an event");
    begin({
      origin: "batch",
      trigger: triggerOf(first.event),
      moreEvents: rest.map((one) => one.event),
      idempotencyKey: batchKey(fn, batch.id),
      invokedBy: first.invokedBy,
      batch: { id: batch.id, invokers: rest.flatMap((one) => one.invokedBy ?? []) },
    });
  };

  return {
    runs,
    eventsOf,
    windows,
    batches,
    drops,
    answers,
    items,
    now: () => now,
    send(event = {}) {
      lastSeq += 1;
      const id = event.id ?? `event-${lastSeq}`;
      const ts = millis(event.ts ?? now);
      const internalId = asEventId(event.internalId ?? `internal-${lastSeq}`);
      const value = { data: { ...event.data }, id, name: "shop/order", ts };
      const text = canonicalJson(value);
      const trigger: StartRequest["trigger"] = {
        ref: { kind: "stored", seq: lastSeq },
        internalId,
        name: "shop/order",
        ts,
        value: parseJsonText(text),
        length: text.length,
      };
      sent.set(lastSeq, trigger);
      begin({
        origin: event.origin ?? "event",
        trigger,
        idempotencyKey: event.idempotencyKey === undefined ? eventKey(fn, id) : event.idempotencyKey,
        invokedBy: event.invokedBy ?? null,
      });
      return lastSeq;
    },
    passTo(until) {
      for (;;) {
        const next = [...windows.values()]
          .map((window) => ({ at: window.firesAt, run: () => fire(window) }))
          .concat(
            [...batches.values()].map((batch) => ({
              at: batch.isClosed ? now : batch.closesAt,
              run: () => close(batch),
            })),
          )
          .toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > until) break;
        now = millis(Math.max(now, next.at));
        next.run();
      }
      now = millis(Math.max(now, until));
    },
    firstCallAt: (runId) => items.get(asQueueItemId(`${runId}:d1`)),
    pause(isPaused) {
      fn = { ...fn, pausedAt: isPaused ? now : null };
    },
    end(runId) {
      const run = runs.get(runId);
      if (run !== undefined) runs.set(runId, { ...run, status: "completed", endedAt: now });
    },
    fatesOf(seq) {
      return [
        ...[...eventsOf].flatMap(([id, seqs]) => (seqs.includes(seq) ? [`run ${runs.get(id)?.status}`] : [])),
        ...drops.flatMap((drop) => (seqOf(drop.event) === seq ? [`drop ${drop.reason.kind}`] : [])),
        ...[...windows.values()].flatMap((one) => (seqOf(one.event) === seq ? ["waits in window"] : [])),
        ...[...batches.keys()].flatMap((id) =>
          (batched.get(id) ?? []).some((one) => seqOf(one.event) === seq) ? ["waits in batch"] : [],
        ),
      ];
    },
  };
}

/** A step that waits for what an event starts. */
export function invoker(name: string): Invoker {
  return { runId: asRunId("caller"), stepId: asStepId(name) };
}

/** What became of each event. */
export function fates(rows: AdmissionRows, ...seqs: readonly number[]): readonly (readonly string[])[] {
  return seqs.map((seq) => rows.fatesOf(seq));
}

/** What the steps that waited were told: the message of the error, if it is one. */
export function told(rows: AdmissionRows): readonly (readonly [string, unknown])[] {
  return rows.answers.map(([pause, memo]) => {
    const parsed = JSON.parse(memo) as { readonly error?: { readonly message: string } };
    return [pause, parsed.error?.message];
  });
}

function seqOf(ref: EventRef): number {
  if (ref.kind !== "stored") throw new Error("events of these rows are stored");
  return ref.seq;
}

function last<T>(list: readonly T[]): T | null {
  return list.at(-1) ?? null;
}
