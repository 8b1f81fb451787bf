// A run in memory: what a decision reads, and the draft in which it collects changes.
import type { FunctionId, JsonText, JsonValue, Millis, QueueItemId, RunLimits, StepId } from "@stepwright/protocol";
import { asQueueItemId, parseJsonText } from "@stepwright/protocol";
import { assert } from "./assert.ts";
import type { Effect, Transition } from "./effects.ts";
import type { Registry } from "./registry.ts";
import type { RetryPolicy } from "./retry.ts";
import { isEnded, type Run, type RunProgress } from "./run.ts";
import type { StepResult } from "./step.ts";

/** A triggering event in the two forms in which requests carry it (sdk-protocol.md §11). */
export interface RunEvent {
  /** `{data,id,name,ts,user[,v][,meta]}` */
  readonly full: JsonText;
  /** The same without an empty `user`: the form inside lifecycle events. */
  readonly raw: JsonText;
}

/** A run as the cache holds it. Only `advance` changes it, after its decision was committed. */
export interface RunState {
  run: Run;
  readonly events: readonly RunEvent[];
  readonly steps: Map<StepId, StepResult>;
  /** Step ids in completion order. */
  readonly stack: StepId[];
  /** Steps that were reported but have no result: planned, sleeping, waiting. */
  readonly open: Set<StepId>;
  /** The discovery item of the run, if it could not be processed and was set aside: nobody works on it. */
  readonly setAsideDiscovery: QueueItemId | null;
}

/** What every decision may ask of the world; all of it is data or a pure function of data, except the ids and chance it is given. */
export interface DecisionContext {
  readonly now: Millis;
  /** A fresh ULID. */
  readonly newId: () => string;
  /** Uniform in [0, 1); used for retry jitter. */
  readonly fraction: () => number;
  readonly registry: Registry;
  readonly retry: RetryPolicy;
  /** Names of signals that have an open waiter, as read before the decision. */
  readonly takenSignals: ReadonlySet<string>;
  /** The limits of a function's runs. */
  readonly limitsOf: (functionId: FunctionId) => RunLimits;
}

/** A decision in the making. It lives inside one decision and never outlives it. */
export interface Draft {
  readonly state: RunState;
  readonly context: DecisionContext;
  run: Run;
  readonly guards: Transition["guards"][number][];
  readonly effects: Effect[];
  readonly children: Transition[];
  readonly newSteps: StepResult[];
  readonly opened: Set<StepId>;
  readonly closed: Set<StepId>;
  /** Number of `putEvent` effects so far, for references to them. */
  eventsPut: number;
  /** Set when the discovery that this decision ends must be followed by another. */
  needsDiscovery: boolean;
}

/** What a decision changes: the transition to commit, and the run as it is once that is done. */
export interface Decision {
  readonly transition: Transition;
  readonly run: Run;
  readonly newSteps: readonly StepResult[];
  readonly opened: ReadonlySet<StepId>;
  readonly closed: ReadonlySet<StepId>;
}

/** Begins a decision about a run. */
export function openDraft(state: RunState, context: DecisionContext): Draft {
  return {
    state,
    context,
    run: state.run,
    guards: [{ kind: "runVersion", runId: state.run.id, version: state.run.version }],
    effects: [],
    children: [],
    newSteps: [],
    opened: new Set(),
    closed: new Set(),
    eventsPut: 0,
    needsDiscovery: false,
  };
}

/** Ends a decision: the run's row goes last, one version up. */
export function closeDraft(draft: Draft): Decision {
  const run: Run = { ...draft.run, version: draft.state.run.version + 1 };
  assertGoesOn(draft, run);
  return {
    transition: {
      guards: draft.guards,
      effects: [...draft.effects, { kind: "updateRun", run }],
      children: draft.children,
    },
    run,
    newSteps: draft.newSteps,
    opened: draft.opened,
    closed: draft.closed,
  };
}

/** Brings the cached state up to a committed decision. */
export function advance(state: RunState, decision: Decision): void {
  assert(decision.run.version === state.run.version + 1, "a decision is applied to the version it was made for");
  state.run = decision.run;
  for (const step of decision.newSteps) {
    state.steps.set(step.id, step);
    state.stack.push(step.id);
  }
  for (const id of decision.opened) state.open.add(id);
  for (const id of decision.closed) state.open.delete(id);
}

/** Changes the run's bookkeeping. */
export function patchProgress(draft: Draft, patch: Partial<RunProgress>): void {
  draft.run = { ...draft.run, progress: { ...draft.run.progress, ...patch } };
}

/** Says whether the step has a result, stored or about to be. */
export function hasResult(draft: Draft, stepId: StepId): boolean {
  return draft.state.steps.has(stepId) || draft.newSteps.some((step) => step.id === stepId);
}

/** Says whether the step was reported before and is still without a result. */
export function isOpen(draft: Draft, stepId: StepId): boolean {
  return (draft.state.open.has(stepId) || draft.opened.has(stepId)) && !draft.closed.has(stepId);
}

/** Marks a step as reported. */
export function openStep(draft: Draft, stepId: StepId): void {
  draft.opened.add(stepId);
  draft.closed.delete(stepId);
}

/** The number of steps with a result, including those of this draft. */
export function stepCount(draft: Draft): number {
  return draft.state.steps.size + draft.newSteps.length;
}

/** A fresh id for a discovery item of this run. */
export function nextItemId(draft: Draft): QueueItemId {
  const made = draft.run.progress.itemsMade + 1;
  patchProgress(draft, { itemsMade: made });
  return asQueueItemId(`${draft.run.id}:d${made}`);
}

/** The first triggering event, parsed. Parsed on use: most decisions never look inside. */
export function triggerEvent(state: RunState): JsonValue {
  const first = state.events[0];
  assert(first !== undefined, "a run has at least one triggering event");
  return parseJsonText(first.full);
}

/** Says whether any step is reported and without a result. */
export function hasOpenSteps(draft: Draft): boolean {
  for (const id of draft.opened) if (!draft.closed.has(id)) return true;
  for (const id of draft.state.open) if (!draft.closed.has(id)) return true;
  return false;
}

function assertGoesOn(draft: Draft, run: Run): void {
  if (isEnded(run.status)) return;
  assert(run.progress.discovery !== null || hasOpenSteps(draft), "an unfinished run has a queue item or a pause");
}
