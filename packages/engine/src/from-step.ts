// A run is started again from one of its steps: what began before the step is remembered, the step and all behind it run anew
// (semantics.md §10.4).
import type { JsonText, Millis, StepId } from "@stepwright/protocol";
import { millis } from "@stepwright/protocol";
import type { Span } from "./span.ts";
import type { StepResult } from "./step.ts";

/** Where a new run of the same function begins. */
export interface FromStep {
  readonly stepId: StepId;
  readonly name: string;
  /** The step runs code of the app, and is no wait. */
  readonly isRun: boolean;
  /** Results that the new run has from the beginning, in completion order. */
  readonly memoized: readonly StepResult[];
  /** A JSON array of arguments that replace the step's own; null leaves them as the code gives them. */
  readonly input: JsonText | null;
}

/** What was found of the step that somebody asked for. */
export type FoundStep =
  | ({ readonly kind: "found" } & Omit<FromStep, "input">)
  | { readonly kind: "unknown" }
  /** It is a name that several steps have. */
  | { readonly kind: "ambiguous"; readonly ids: readonly StepId[] };

/**
 * Finds a step of a run by its id, or else by the name people see, and the results of the steps that began before it.
 *
 * The results keep the order in which they came about: the function's own races are decided as they were. Of two steps that
 * began in the same millisecond the one that has a result first, or alone, came first.
 */
export function stepsBefore(o: {
  readonly asked: string;
  readonly steps: readonly StepResult[];
  readonly spans: readonly Span[];
}): FoundStep {
  const known = knownSteps(o);
  const ids = known.has(o.asked as StepId)
    ? [o.asked as StepId]
    : [...known].flatMap(([id, { name }]) => (name === o.asked ? [id] : []));
  const [stepId, ...others] = ids;
  if (stepId === undefined) return { kind: "unknown" };
  if (others.length > 0) return { kind: "ambiguous", ids };
  const target = known.get(stepId);
  const startedAt = target?.startedAt ?? millis(0);
  const position = target?.result?.position ?? Infinity;
  const isBefore = (step: StepResult): boolean => {
    if (step.id === stepId) return false;
    const at = known.get(step.id)?.startedAt ?? step.finishedAt;
    return at < startedAt || (at === startedAt && step.position < position);
  };
  const { name, isRun } = target ?? { name: stepId, isRun: false };
  return {
    kind: "found",
    stepId,
    name,
    isRun,
    memoized: o.steps.filter(isBefore).sort((a, b) => a.position - b.position),
  };
}

interface KnownStep {
  readonly name: string;
  readonly isRun: boolean;
  readonly startedAt: Millis;
  readonly result: StepResult | null;
}

function knownSteps(o: {
  readonly steps: readonly StepResult[];
  readonly spans: readonly Span[];
}): ReadonlyMap<StepId, KnownStep> {
  const known = new Map<StepId, KnownStep>();
  for (const { kind, stepId, name, startedAt } of o.spans) {
    // The code around a step that was called on its own is no step.
    if (stepId === null || kind === "function") continue;
    const before = known.get(stepId);
    if (before === undefined || startedAt < before.startedAt)
      known.set(stepId, { name, isRun: kind === "step", startedAt, result: null });
  }
  for (const result of o.steps) {
    const { name, isRun, startedAt } = known.get(result.id) ?? {
      name: result.name,
      isRun: result.op === "StepRun" || result.op === "Step",
      startedAt: result.finishedAt,
    };
    // The result of a wait has no name of its own, so a wait goes by its span.
    known.set(result.id, { name, isRun, startedAt, result });
  }
  return known;
}
