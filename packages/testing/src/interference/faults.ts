// Faults between the engine and the apps, planned one by one or drawn from a seed.
import type { FaultRule, RandomFaults } from "@stepwright/http";
import { createSeededFractions } from "../seeded-random.ts";
import type { Call } from "./call.ts";
import type { StepNames } from "./step-names.ts";

/** What happens to one call. */
export type Fault =
  | { readonly kind: "drop" | "duplicate" }
  | { readonly kind: "delay"; readonly ms: number }
  | { readonly kind: "answer"; readonly status: number };

/** The faults of an engine. */
export interface FaultPlan {
  add(rule: FaultRule): void;
  random(faults: RandomFaults): void;
  clear(): void;
  /** Whether a fault waits for a single step of a function, which has to plan its steps then. */
  concern(functionSlug: string): boolean;
  /** What becomes of this call; what is planned is used up by it. */
  next(call: Call): Fault | null;
  /** Apps that nobody listens at; null stands for all. */
  readonly away: Set<string | null>;
}

/** A delay that is drawn is at most so long by the virtual clock. */
const drawnDelayMaxMs = 10_000;

/** Makes the plan; `seed` is what random faults are drawn from unless they bring their own. */
export function createFaultPlan(names: StepNames, seed: number): FaultPlan {
  let planned: { readonly rule: FaultRule; left: number }[] = [];
  let draw: ((call: Call) => Fault | null) | null = null;
  const away = new Set<string | null>();
  const concerns = ({ function: slug }: FaultRule, call: Pick<Call, "functionSlug">): boolean =>
    slug === null || slug === call.functionSlug;

  return {
    away,
    add(rule) {
      planned.push({ rule, left: rule.times });
    },
    random(faults) {
      draw = drawnFrom(faults, createSeededFractions(faults.seed ?? seed));
    },
    clear() {
      planned = [];
      draw = null;
      away.clear();
    },
    concern: (functionSlug) => planned.some(({ rule }) => rule.step !== null && concerns(rule, { functionSlug })),
    next(call) {
      const hit = planned.find(({ rule }) => concerns(rule, call) && isOfStep(rule, call, names));
      if (hit === undefined) return draw?.(call) ?? null;
      hit.left -= 1;
      if (hit.left <= 0) planned = planned.filter((one) => one !== hit);
      return faultOf(hit.rule);
    },
  };
}

function isOfStep({ step }: FaultRule, { runId, stepId }: Call, names: StepNames): boolean {
  if (step === null) return true;
  return stepId !== null && names.isNamed(runId, stepId, step);
}

function faultOf({ kind, delayMs = 0, status = 502 }: FaultRule): Fault {
  switch (kind) {
    case "delay":
      return { kind, ms: delayMs };
    case "answer":
      return { kind, status };
    default:
      return { kind };
  }
}

function drawnFrom({ drop, duplicate, delay }: RandomFaults, fraction: () => number): () => Fault | null {
  return () => {
    // As many numbers for each call, so that one more fault does not change all that come after it.
    const [forDrop, forDuplicate, forDelay, length] = [fraction(), fraction(), fraction(), fraction()];
    if (forDrop < drop) return { kind: "drop" };
    if (forDuplicate < duplicate) return { kind: "duplicate" };
    return forDelay < delay ? { kind: "delay", ms: Math.ceil(length * drawnDelayMaxMs) } : null;
  };
}
