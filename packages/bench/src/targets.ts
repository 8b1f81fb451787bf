// What has to be reached, figure by figure.
import { type Figure, ratioOf } from "./figure.ts";

/** Bounds; all that are given must hold. */
export interface Target {
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly p99AtMost?: number;
  /** How many times worse than its reference it may be. */
  readonly ratioAtMost?: number;
}

const callsTarget: Target = { ratioAtMost: 2.5 };

/** Targets by figure; an id that ends in `*` is of all figures that begin so. */
const targets: Readonly<Record<string, Target>> = {
  "ingest/single": { ratioAtMost: 2 },
  "ingest/batch-unmatched": { atLeast: 20_000 },
  "ingest/batch-matched": { atLeast: 10_000 },
  "calls/0-steps": callsTarget,
  "calls/3-steps": callsTarget,
  "calls/20-steps": callsTarget,
  "calls/10-parallel": callsTarget,
  steps: { atMost: 1.5 },
  "first-call": { atMost: 4, p99AtMost: 20 },
  parallel: { atMost: 15 },
  "checkpoint/1": { atLeast: 4_000 },
  "checkpoint/10": { atLeast: 15_000 },
  "sdk-v4/20-steps": { atMost: 30 },
  "sdk-v3/20-steps": { atMost: 60 },
  "sdk-v4/3-steps": { ratioAtMost: 4 / 3 },
  "sdk-v3/3-steps": { ratioAtMost: 4 / 3 },
  "slow-calls/memory": { atMost: 200 },
  "slow-calls/first-call": { ratioAtMost: 1.2 },
  "slow-calls/calls": { ratioAtMost: 1.2 },
  "waiting/100000/memory": { atMost: 250 },
  "waiting/100000/resume": { atMost: 5 },
  "growth/*": { ratioAtMost: 1.2 },
  "retention/delay": { atMost: 5 },
  "retention/steps": { ratioAtMost: 1.2 },
  "lists/store/*": { atMost: 50 },
  "cold-start/fresh": { atMost: 300 },
  "cold-start/1000000": { atMost: 1_000 },
  "idle/fresh/memory": { atMost: 100 },
  "idle/1000000/memory": { atMost: 100 },
  "idle/fresh/cpu": { atMost: 0.3 },
  "idle/1000000/cpu": { atMost: 0.3 },
};

/** The target of a figure. A ratio to nothing is none: the smallest of a series has no target of its own. */
function targetOf({ id, reference }: Figure): Target | undefined {
  const found =
    targets[id] ?? Object.entries(targets).find(([key]) => key.endsWith("*") && id.startsWith(key.slice(0, -1)))?.[1];
  return found?.ratioAtMost !== undefined && reference === null ? undefined : found;
}

/** Whether a figure keeps its target; null when it has none. */
export function isMet(figure: Figure): boolean | null {
  const target = targetOf(figure);
  if (target === undefined) return null;
  const { atLeast, atMost, p99AtMost, ratioAtMost } = target;
  return (
    (atLeast === undefined || figure.value >= atLeast) &&
    (atMost === undefined || figure.value <= atMost) &&
    (p99AtMost === undefined || (figure.p99 ?? Infinity) <= p99AtMost) &&
    (ratioAtMost === undefined || (ratioOf(figure) ?? Infinity) <= ratioAtMost)
  );
}

/** The target in words; empty when there is none. */
export function describeTarget(figure: Figure): string {
  const target = targetOf(figure);
  if (target === undefined) return "";
  const { atLeast, atMost, p99AtMost, ratioAtMost } = target;
  return [
    ...(atLeast === undefined ? [] : [`≥ ${atLeast.toLocaleString("en")} ${figure.unit}`]),
    ...(atMost === undefined ? [] : [`≤ ${atMost.toLocaleString("en")} ${figure.unit}`]),
    ...(p99AtMost === undefined ? [] : [`p99 ≤ ${p99AtMost} ${figure.unit}`]),
    ...(ratioAtMost === undefined
      ? []
      : [`≤ ${Math.round(ratioAtMost * 100) / 100} × ${figure.reference?.name ?? "floor"}`]),
  ].join(", ");
}
