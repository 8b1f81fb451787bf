// Lets a start in, or not: batch, rate limit, debounce and singleton, in this order (semantics.md §2).
// Called inside the commit, on rows that nobody else changes meanwhile.
import { millis, type Millis } from "@stepwright/protocol";
import { cancelHolder } from "../cancel.ts";
import type { Effect, Transition } from "../effects.ts";
import { skippedRun } from "../start-run.ts";
import type { Admission, AdmissionState } from "./admission.ts";
import { type Batcher, batchItemId, isFull, type OpenBatch } from "./batch.ts";
import { debounceItemId, type Debouncer, firesAt } from "./debounce.ts";
import { type DropReason, dropStart } from "./drop.ts";
import { letThroughAt } from "./rate-limit.ts";
import { chargeStart } from "./throttle.ts";

/** What letting in changes: effects, and transitions after them that have events of their own. */
export interface Admitted {
  readonly effects: readonly Effect[];
  readonly transitions: readonly Transition[];
}

/** Decides an admission. */
export function admit(admission: Admission, state: AdmissionState, now: Millis): Admitted {
  if (admission.key !== null && !state.isKeyFree) return dropped(admission, { kind: "duplicate" }, now);
  if (admission.batcher !== null) return only(batched(admission, admission.batcher, state.batch, now));
  if (admission.keyError !== null) return dropped(admission, { kind: "keyError", ...admission.keyError }, now);
  const charge = rateLimited(admission, state, now);
  if (charge.kind === "limited") return dropped(admission, charge.reason, now);
  if (admission.debouncer !== null) {
    const joining = debounced(admission, admission.debouncer, state, now);
    return only([...remembered(admission, now), ...charge.effects, ...joining]);
  }
  return { effects: charge.effects, transitions: locked(admission, state, now) };
}

function only(effects: readonly Effect[]): Admitted {
  return { effects, transitions: [] };
}

function dropped(admission: Admission, reason: DropReason, now: Millis): Admitted {
  return only(dropStart({ ...admission, event: admission.event.ref }, reason, now));
}

type Charge =
  | { readonly kind: "let through"; readonly effects: readonly Effect[] }
  | { readonly kind: "limited"; readonly reason: DropReason };

function rateLimited({ limiter }: Admission, { arrivalAt }: AdmissionState, now: Millis): Charge {
  if (limiter === null) return { kind: "let through", effects: [] };
  const { id, key, pace, option } = limiter;
  const at = letThroughAt(limiter, arrivalAt);
  if (at > now) {
    const kind = option === "idempotency" ? "idempotent" : "rateLimited";
    return { kind: "limited", reason: { kind, key, until: millis(Math.ceil(at)) } };
  }
  return {
    kind: "let through",
    effects: [{ kind: "putArrival", id, arrivalAt: chargeStart(pace, arrivalAt, now) }],
  };
}

/** Batches and debounces are deduplicated by our own event ids, so that only a repeated request is absorbed (semantics.md §2, §4.7). */
const repetitionMs = 30 * 60_000;

/** What is charged and stored for an event is so once; other starts are remembered with their run. */
function remembered({ key }: Admission, now: Millis): readonly Effect[] {
  return key === null ? [] : [{ kind: "putKey", key: key.text, expiresAt: millis(now + repetitionMs) }];
}

function batched(admission: Admission, batcher: Batcher, open: OpenBatch | null, now: Millis): readonly Effect[] {
  const { event, invokedBy, functionId } = admission;
  const isClosed = isFull(batcher, open, event.length);
  const batch: OpenBatch = {
    id: open?.id ?? batcher.batchId,
    functionId,
    bucket: batcher.bucket,
    key: batcher.key,
    count: (open?.count ?? 0) + 1,
    bytes: (open?.bytes ?? 0) + event.length,
    firstAt: open?.firstAt ?? now,
    closesAt: open?.closesAt ?? millis(now + batcher.timeoutMs),
    isClosed,
  };
  const itemId = batchItemId(batch.id);
  const at = isClosed ? now : batch.closesAt;
  const scheduling: readonly Effect[] =
    open === null
      ? [
          {
            kind: "enqueue",
            item: {
              id: itemId,
              lane: "system",
              at,
              attempt: 0,
              work: { kind: "batch", functionId, batchId: batch.id },
            },
          },
        ]
      : isClosed
        ? [{ kind: "reschedule", itemId, at, attempt: 0 }]
        : [];
  return [
    ...remembered(admission, now),
    { kind: "putBatched", batch, batched: { event: event.ref, length: event.length, invokedBy } },
    ...scheduling,
  ];
}

function debounced(
  admission: Admission,
  debouncer: Debouncer,
  { window }: AdmissionState,
  now: Millis,
): readonly Effect[] {
  const { event, invokedBy, functionId } = admission;
  if (window !== null && event.ts < window.eventTs) {
    return dropped(admission, { kind: "outOfOrder", waiting: window.eventId }, now).effects;
  }
  const firstAt = window?.firstAt ?? now;
  const at = firesAt(debouncer, firstAt, now);
  const id = window?.id ?? debouncer.windowId;
  const { bucket, key } = debouncer;
  const next: Effect = {
    kind: "putWindow",
    window: {
      id,
      functionId,
      bucket,
      key,
      event: event.ref,
      eventId: event.internalId,
      eventTs: event.ts,
      firstAt,
      firesAt: at,
      invokedBy,
    },
  };
  if (window === null) {
    const item = { id: debounceItemId(id), lane: "system", at, attempt: 0 } as const;
    return [next, { kind: "enqueue", item: { ...item, work: { kind: "debounce", functionId, windowId: id } } }];
  }
  const replaced = { ...admission, event: { ...event, ref: window.event }, invokedBy: window.invokedBy };
  return [
    ...dropped(replaced, { kind: "debounced", by: event.internalId }, now).effects,
    next,
    { kind: "reschedule", itemId: debounceItemId(id), at, attempt: 0 },
  ];
}

function locked(admission: Admission, { holder }: AdmissionState, now: Millis): readonly Transition[] {
  const { lock, start } = admission;
  // A run of a paused function is skipped whoever goes on: it takes no lock and cancels nobody.
  const isCalled = start.transition.effects.some((effect) => effect.kind === "enqueue");
  if (lock === null || !isCalled) return [start.transition];
  const taking: Transition = {
    ...start.transition,
    effects: [...start.transition.effects, { kind: "takeLock", id: lock.id, runId: start.run.id }],
  };
  if (holder === null) return [taking];
  if (lock.mode === "cancel") {
    const reason = { kind: "singleton", runId: start.run.id } as const;
    return [cancelHolder(holder, { reason, now, ids: admission.spareIds }), taking];
  }
  return [skippedRun(start.transition, { kind: "singleton", runId: holder.id }, now)];
}
