// Defects put in on purpose, between the runtime and its real storage: each is one that the product must not have.
import {
  type Admission,
  type Effect,
  eventNames,
  type FunctionRecord,
  type LeasedItem,
  type NewQueueItem,
  type Run,
  type Transition,
} from "@stepwright/engine";
import { asJsonText, asQueueItemId, asStepId, millis, type QueueItemId } from "@stepwright/protocol";
import type { Storage } from "@stepwright/runtime";
import type { CommitBatch, CommitResult } from "@stepwright/storage";
import type { Defects } from "../src/life.ts";
import type { Mutation } from "../src/storage-port.ts";

/** A defect, and the checker that has to find it. */
export interface Defect extends Defects {
  readonly name: string;
  readonly caughtBy: string;
}

/** The defects. */
export const defects: readonly Defect[] = [
  {
    name: "acknowledges events before they are durable",
    caughtBy: "acknowledged is durable",
    mutation: (inner) => ({ ...inner, commit: (batch) => (isIngest(batch) ? pretend(batch) : inner.commit(batch)) }),
  },
  {
    name: "acknowledges what its disk has not kept",
    caughtBy: "acknowledged is durable",
    isDiskLying: true,
  },
  {
    name: "does not know that a discovery was set aside",
    caughtBy: "unfinished runs go on",
    mutation: (inner) => ({
      ...inner,
      runs: {
        ...inner.runs,
        async load(runId) {
          const loaded = await inner.runs.load(runId);
          return loaded === null ? null : { ...loaded, isDiscoverySetAside: false };
        },
      },
    }),
  },
  {
    name: "says that a run is cancelled before it is",
    caughtBy: "acknowledged is durable",
    mutation: (inner) => ({
      ...inner,
      commit: (batch) => (batch.transitions.some(isCancelRequest) ? pretend(batch) : inner.commit(batch)),
    }),
  },
  {
    name: "acknowledges a checkpoint before it is durable",
    caughtBy: "late checkpoints are refused",
    mutation: (inner) => ({
      ...inner,
      commit: (batch) =>
        batch.transitions.some((one) => has(one, "resetAttempt")) ? pretend(batch) : inner.commit(batch),
    }),
  },
  {
    name: "ends a run with another result than its app gave",
    caughtBy: "ends have causes",
    mutation: onEffects((effect) =>
      effect.kind === "updateRun" && effect.run.status === "completed"
        ? [{ ...effect, run: { ...effect.run, output: asJsonText("{}") } }]
        : [effect],
    ),
  },
  {
    name: "calls a function before a parallel group has all its results",
    caughtBy: "groups are whole",
    mutation: (inner) => ({
      ...inner,
      runs: {
        ...inner.runs,
        async load(runId) {
          const loaded = await inner.runs.load(runId);
          if (loaded === null) return null;
          return { ...loaded, run: { ...loaded.run, progress: { ...loaded.run.progress, pending: [] } } };
        },
      },
    }),
  },
  {
    name: "cannot store a start, and goes on",
    caughtBy: "nobody complains",
    mutation: onTransitions((one) =>
      has(one, "createRun") ? { ...one, effects: [...one.effects, { kind: "dequeue", itemId: unstorable }] } : one,
    ),
  },
  {
    name: "does not look whether an event has started the function before",
    caughtBy: "events have one fate",
    mutation: onTransitions((one) => ({ ...one, guards: one.guards.filter(({ kind }) => kind !== "keyFree") })),
  },
  {
    name: "stores an answer and leaves the queue item that asked for it",
    caughtBy: "transitions are whole",
    mutation: onTransitions((one) =>
      has(one, "putStep") ? { ...one, effects: one.effects.filter(({ kind }) => kind !== "dequeue") } : one,
    ),
  },
  {
    name: "stores the first result of an answer without the others",
    caughtBy: "transitions are whole",
    mutation: onTransitions((one) => ({ ...one, effects: withoutLastOfMany(one.effects, "putStep") })),
  },
  {
    name: "forgets what is to be done next",
    caughtBy: "unfinished runs go on",
    mutation: onTransitions((one) => ({
      ...one,
      effects: has(one, "putStep") ? one.effects.filter(({ kind }) => kind !== "enqueue") : one.effects,
    })),
  },
  {
    name: "gives an item to two workers",
    caughtBy: "discoveries are alone",
    mutation: onResult((result) => ({
      ...result,
      leased: result.leased.flatMap((item) => (isCall(item) ? [item, item] : [item])),
    })),
  },
  {
    name: "loses an item that it has leased",
    caughtBy: "unfinished runs go on",
    mutation(inner) {
      let leases = 0;
      return onResult((result) => ({ ...result, leased: result.leased.filter(() => (leases += 1) % 10 !== 0) }))(inner);
    },
  },
  {
    name: "tells of the end of a run twice",
    caughtBy: "runs end once",
    mutation: onEffects((effect) =>
      effect.kind === "putEvent" && effect.event.name === eventNames.finished ? [effect, effect] : [effect],
    ),
  },
  {
    name: "tells an app another result than it stored",
    caughtBy: "results stand",
    mutation: (inner) => ({
      ...inner,
      runs: {
        ...inner.runs,
        async load(runId) {
          const loaded = await inner.runs.load(runId);
          if (loaded === null) return null;
          const steps = loaded.steps.map((step) => ({
            ...step,
            memo: step.memo.replace("#1", "#2") as typeof step.memo,
          }));
          return { ...loaded, steps };
        },
      },
    }),
  },
  {
    name: "wakes a sleeper before its time",
    caughtBy: "timers are never early",
    mutation: onItems((item) => (item.work.kind === "wake" ? { ...item, at: millis(item.at - 300) } : item)),
  },
  {
    name: "lets calls through a closed gate",
    caughtBy: "concurrency holds",
    mutation: onItems((item) =>
      item.flow === undefined
        ? item
        : { ...item, flow: { ...item.flow, gates: item.flow.gates.filter(({ kind }) => kind !== "calls") } },
    ),
  },
  {
    name: "lets starts through before their pace allows them",
    caughtBy: "throttles hold",
    mutation: onItems((item) =>
      item.flow === undefined
        ? item
        : { ...item, flow: { ...item.flow, gates: item.flow.gates.filter(({ kind }) => kind !== "starts") } },
    ),
  },
  {
    name: "lets the youngest go first",
    caughtBy: "lanes are in order",
    mutation: onItems((item) =>
      item.flow === undefined ? item : { ...item, flow: { ...item.flow, score: -item.flow.score } },
    ),
  },
  {
    name: "never gives the slot of a run back",
    caughtBy: "nothing is left",
    mutation: onEffects((effect) =>
      effect.kind === "updateRun" && effect.run.endedAt !== null
        ? [{ ...effect, run: { ...effect.run, flow: null } }]
        : [effect],
    ),
  },
  {
    name: "charges no rate limit",
    caughtBy: "rate limits hold",
    mutation: onAdmissions((admission) => ({ ...admission, limiter: null })),
  },
  {
    name: "locks no singleton",
    caughtBy: "run limits hold",
    mutation: onAdmissions((admission) => ({ ...admission, lock: null })),
  },
  {
    name: "counts calls that reached nobody although their app is waited for",
    caughtBy: "waiting is free",
    mutation: onEffects((effect) =>
      effect.kind === "reschedule" ? [{ ...effect, attempt: Math.max(1, effect.attempt) }] : [effect],
    ),
  },
  {
    name: "removes what has only just ended",
    caughtBy: "sweeps take what is over",
    mutation: (inner) => ({
      ...inner,
      retention: {
        sweep: (request) =>
          inner.retention.sweep({
            ...request,
            expired: { ...request.expired, before: millis(request.expired.before + 3_600_000) },
          }),
      },
    }),
  },
  {
    name: "leaves what is over where it is",
    caughtBy: "sweeps take what is over",
    mutation: (inner) => ({
      ...inner,
      retention: {
        sweep: () => Promise.resolve({ removed: { runs: 0, steps: 0, spans: 0, events: 0, keys: 0 }, cursor: null }),
      },
    }),
  },
  {
    name: "starts a run from a step without the results before it",
    caughtBy: "reruns remember",
    mutation: onTransitions((one) =>
      isRerun(one) ? { ...one, effects: one.effects.filter(({ kind }) => kind !== "putStep") } : one,
    ),
  },
  {
    name: "starts a run from a step with another result than the run before had",
    caughtBy: "reruns remember",
    mutation: onTransitions((one) => ({
      ...one,
      effects: one.effects.map((effect) =>
        isRerun(one) && effect.kind === "putStep"
          ? { ...effect, step: { ...effect.step, memo: asJsonText('{"data":"forged"}') } }
          : effect,
      ),
    })),
  },
  {
    name: "forgets the arguments that a step is to run with",
    caughtBy: "reruns remember",
    mutation: onEffects((effect) => {
      if (effect.kind !== "createRun") return [effect];
      const { input: _, ...progress } = effect.run.progress;
      return [{ ...effect, run: { ...effect.run, progress } }];
    }),
  },
  {
    name: "runs a step again that a rerun has the result of",
    caughtBy: "reruns remember",
    mutation: (inner) => ({
      ...inner,
      runs: {
        ...inner.runs,
        async load(runId) {
          const loaded = await inner.runs.load(runId);
          return loaded === null || loaded.run.originalRunId === null
            ? loaded
            : { ...loaded, steps: loaded.steps.slice(1) };
        },
      },
    }),
  },
  {
    name: "does not look at the condition of a cancellation",
    caughtBy: "bulk cancellations are exact",
    mutation: (inner) => ({
      ...inner,
      cancellations: {
        ...inner.cancellations,
        async get(id) {
          const found = await inner.cancellations.get(id);
          return found === null ? null : { ...found, if: null };
        },
      },
    }),
  },
  {
    name: "passes a run by that a cancellation is for",
    caughtBy: "bulk cancellations are exact",
    mutation: (inner) => ({
      ...inner,
      runs: {
        ...inner.runs,
        async list(filter, page) {
          const found = await inner.runs.list(filter, page);
          return filter.statuses?.length === 2 ? { ...found, items: found.items.slice(1) } : found;
        },
      },
    }),
  },
  {
    name: "counts a run that it has not cancelled",
    caughtBy: "bulk cancellations are exact",
    mutation: onEffects((effect) =>
      effect.kind === "noteCancellation" ? [{ ...effect, cancelled: effect.cancelled + 1 }] : [effect],
    ),
  },
  {
    name: "lets a cancelled run wake up",
    caughtBy: "ended runs sleep",
    mutation: onEffects((effect) =>
      effect.kind === "updateRun" && effect.run.status === "cancelled" ? [effect, wakeOf(effect.run)] : [effect],
    ),
  },
  {
    name: "does not keep that an app is paused",
    caughtBy: "paused is not called",
    mutation: onEffects((effect) =>
      effect.kind === "putApp" ? [{ ...effect, app: { ...effect.app, pausedAt: null } }] : [effect],
    ),
  },
  {
    name: "stores the result of a step without its metadata",
    caughtBy: "metadata is kept",
    mutation: onTransitions((one) =>
      has(one, "putStep") ? { ...one, effects: one.effects.filter(({ kind }) => kind !== "changeMetadata") } : one,
    ),
  },
  {
    name: "makes one of two changes of metadata",
    caughtBy: "metadata is kept",
    mutation: onTransitions((one) =>
      has(one, "putStep") ? one : { ...one, effects: withoutLastOfMany(one.effects, "changeMetadata") },
    ),
  },
  {
    name: "loses one of several values that were attached together",
    caughtBy: "metadata is kept",
    mutation: onEffects((effect) =>
      effect.kind === "changeMetadata" && effect.change.op === "merge"
        ? [{ ...effect, change: { ...effect.change, values: {} } }]
        : [effect],
    ),
  },
  {
    name: "moves a run without its call",
    caughtBy: "unfinished runs go on",
    mutation: onTransitions((one) =>
      has(one, "moveRun") ? { ...one, effects: one.effects.filter(({ kind }) => kind !== "enqueue") } : one,
    ),
  },
  {
    name: "goes on with the limits that an app had first",
    caughtBy: "concurrency holds",
    mutation(inner) {
      const first = new Map<string, FunctionRecord["config"]>();
      return onEffects((effect) => {
        if (effect.kind !== "putFunction") return [effect];
        const { slug, config } = effect.fn;
        if (!first.has(slug)) first.set(slug, config);
        return [{ ...effect, fn: { ...effect.fn, config: first.get(slug) ?? config } }];
      })(inner);
    },
  },
  {
    name: "stores another answer than a request of a step got",
    caughtBy: "fetches are made once",
    mutation: onEffects((effect) =>
      effect.kind === "putStep" && effect.step.op === "Gateway"
        ? [{ ...effect, step: { ...effect.step, memo: asJsonText('{"data":{"body":"forged"}}') } }]
        : [effect],
    ),
  },
  {
    name: "makes a request of a step twice",
    caughtBy: "fetches are made once",
    mutation: onResult((result) => ({
      ...result,
      leased: result.leased.flatMap((item) => (item.work.kind === "gateway" ? [item, item] : [item])),
    })),
  },
  {
    name: "does not find who waits for an event",
    caughtBy: "waits are answered",
    mutation: (inner) => ({
      ...inner,
      pauses: { ...inner.pauses, probe: async (query) => ({ ...(await inner.pauses.probe(query)), pauses: [] }) },
    }),
  },
  {
    name: "does not find whom an event cancels",
    caughtBy: "cancels are heeded",
    mutation: (inner) => ({
      ...inner,
      pauses: {
        ...inner.pauses,
        async probe(query) {
          const found = await inner.pauses.probe(query);
          return { ...found, pauses: found.pauses.filter(({ kind }) => kind !== "cancel") };
        },
      },
    }),
  },
  {
    name: "starts before a debounce is quiet",
    caughtBy: "gathering takes its time",
    mutation: onAdmissions((admission) =>
      admission.debouncer === null ? admission : { ...admission, debouncer: { ...admission.debouncer, periodMs: 400 } },
    ),
  },
  {
    name: "tries again too soon",
    caughtBy: "timers are never early",
    mutation: onEffects((effect) =>
      effect.kind === "reschedule" ? [{ ...effect, at: millis(effect.at - 900) }] : [effect],
    ),
  },
  {
    name: "forgets a function that the event is for",
    caughtBy: "events have one fate",
    mutation: onTransitions((one) =>
      has(one, "putEvent") ? { ...one, children: (one.children ?? []).slice(1) } : one,
    ),
  },
  {
    name: "puts more events into a batch than it may have",
    caughtBy: "batches hold",
    mutation: onAdmissions((admission) =>
      admission.batcher === null ? admission : { ...admission, batcher: { ...admission.batcher, maxSize: 100 } },
    ),
  },
  {
    name: "takes an app for bigger than it is",
    caughtBy: "calls per app hold",
    mutation: (inner) => ({
      ...inner,
      commit: (batch) => inner.commit({ ...batch, lease: batch.lease.map((room) => ({ ...room, max: 100 })) }),
    }),
  },
];

/** No text at all: SQLite cannot be given it. */
const unstorable = {} as QueueItemId;

function has(transition: Transition, kind: Effect["kind"]): boolean {
  return transition.effects.some((effect) => effect.kind === kind);
}

/** Says whether a run is made again; its results from before, if it has any, come with it. */
function isRerun({ effects }: Transition): boolean {
  return effects.some((effect) => effect.kind === "createRun" && effect.run.originalRunId !== null);
}

function wakeOf({ id, endedAt }: Run): Effect {
  const work = { kind: "wake", runId: id, stepId: asStepId("s1") } as const;
  return {
    kind: "enqueue",
    item: { id: asQueueItemId(`${id}:woken`), lane: "system", at: endedAt ?? millis(0), attempt: 0, work },
  };
}

function isCall(item: LeasedItem): boolean {
  return item.work.kind === "call";
}

function isIngest({ transitions }: CommitBatch): boolean {
  return transitions.length > 0 && transitions.every((one) => has(one, "putEvent") && !has(one, "updateRun"));
}

function isCancelRequest({ guards, effects }: Transition): boolean {
  const isCancelled = effects.some((effect) => effect.kind === "updateRun" && effect.run.status === "cancelled");
  return isCancelled && guards.every(({ kind }) => kind !== "lease");
}

function pretend(batch: CommitBatch): Promise<CommitResult> {
  const outcomes = batch.transitions.map(
    () => ({ kind: "committed", eventSeqs: [], children: [], admitted: [] }) as const,
  );
  return Promise.resolve({ outcomes, leased: [], lanes: [], hasMore: false });
}

function withoutLastOfMany(effects: readonly Effect[], kind: Effect["kind"]): readonly Effect[] {
  const count = effects.filter((effect) => effect.kind === kind).length;
  const last = effects.findLast((effect) => effect.kind === kind);
  return count < 2 ? effects : effects.filter((effect) => effect !== last);
}

/** Changes every transition, children and starts included. */
function onTransitions(change: (transition: Transition) => Transition): Mutation {
  const deep = (transition: Transition): Transition => {
    // The fault of the store is an effect that throws when it is looked at: that is left to the store.
    if (Object.getOwnPropertyDescriptor(transition.effects.at(-1) ?? {}, "kind")?.get !== undefined) return transition;
    const changed = change(transition);
    return {
      ...changed,
      effects: changed.effects.map((effect) =>
        effect.kind === "admit"
          ? {
              ...effect,
              admission: {
                ...effect.admission,
                start: { ...effect.admission.start, transition: deep(effect.admission.start.transition) },
              },
            }
          : effect,
      ),
      children: (changed.children ?? []).map(deep),
    };
  };
  return (inner) => ({
    ...inner,
    commit: (batch) => inner.commit({ ...batch, transitions: batch.transitions.map(deep) }),
  });
}

function onEffects(change: (effect: Effect) => readonly Effect[]): Mutation {
  return onTransitions((one) => ({ ...one, effects: one.effects.flatMap(change) }));
}

function onItems(change: (item: NewQueueItem) => NewQueueItem): Mutation {
  return onEffects((effect) => [effect.kind === "enqueue" ? { ...effect, item: change(effect.item) } : effect]);
}

function onAdmissions(change: (admission: Admission) => Admission): Mutation {
  return onEffects((effect) => [effect.kind === "admit" ? { ...effect, admission: change(effect.admission) } : effect]);
}

function onResult(change: (result: CommitResult) => CommitResult): Mutation {
  return (inner: Storage) => ({ ...inner, commit: async (batch) => change(await inner.commit(batch)) });
}
