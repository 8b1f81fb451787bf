// A start that its flow control has a say in: the rows are read, the core decides, its effects are applied.
import {
  type Admission,
  admissionKeys,
  type AdmissionState,
  admit,
  type Effect,
  isEnded,
  type Transition,
} from "@stepwright/engine";
import { holds } from "./check-guard.ts";
import type { EffectScope } from "./effect-scope.ts";
import type { Tables } from "./tables.ts";

type Apply = (tables: Tables, scope: EffectScope, effect: Effect) => void;

/** Applies an admission as part of the transition it belongs to; `apply` applies the effects that it comes to. */
export function admitStart(tables: Tables, scope: EffectScope, admission: Admission, apply: Apply): void {
  const { effects, transitions } = admit(admission, stateOf(tables, scope, admission), scope.now);
  for (const effect of effects) apply(tables, scope, effect);
  for (const transition of transitions) applyWithin(tables, scope, transition, apply);
}

/** References point at the events around it until the transition has put one of its own. */
function applyWithin(tables: Tables, scope: EffectScope, transition: Transition, apply: Apply): void {
  const inheritedEvents = scope.ownEvents.length > 0 ? scope.ownEvents : scope.inheritedEvents;
  const own: EffectScope = { ...scope, ownEvents: [], inheritedEvents };
  const isLetThrough = transition.guards.every((guard) => holds(tables, guard));
  for (const effect of isLetThrough ? transition.effects : (transition.otherwise ?? [])) {
    apply(tables, own, effect);
    if (effect.kind === "createRun" || effect.kind === "updateRun") {
      scope.admitted.push({ id: effect.run.id, status: effect.run.status });
    }
  }
}

function stateOf(tables: Tables, { now }: EffectScope, admission: Admission): AdmissionState {
  const { key, limiterId, debounceBucket, batchBucket, lockId } = admissionKeys(admission);
  const holderId = lockId === null ? null : tables.locks.holder(lockId);
  const holder = holderId === null ? null : tables.runs.get(holderId);
  return {
    isKeyFree: key === null || tables.runs.isKeyFree(key, now),
    arrivalAt: limiterId === null ? null : tables.gates.arrival(limiterId),
    window: debounceBucket === null ? null : tables.debounces.open(debounceBucket, now),
    batch: batchBucket === null ? null : tables.batches.open(batchBucket, now),
    holder: holder === null || isEnded(holder.status) ? null : holder,
  };
}
