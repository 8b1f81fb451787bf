// Groups what is stored about a run into what it did.
import { isEnded, type Span, type StepResult } from "@stepwright/engine";
import type { StepId } from "@stepwright/protocol";
import type { QueuedItem } from "@stepwright/storage";
import { attemptsOf, itemOf, nextAttempt, retryOf } from "./attempts.ts";
import { attachFailures, withOwnFailure } from "./failures.ts";
import { type Group, startOf, type TraceFacts } from "./group.ts";

/** Groups the facts, in the order in which things began. */
export function groupsOf(facts: TraceFacts): readonly Group[] {
  const parts = partsOf(facts);
  const groups = [...stepGroups(parts, facts), ...functionGroups(parts, facts)];
  return withOwnFailure(attachFailures(groups.sort((a, b) => startOf(a) - startOf(b))), facts);
}

interface Parts {
  /** Attempts and waits of steps, by step. */
  readonly ofSteps: ReadonlyMap<StepId, readonly Span[]>;
  /** Attempts of the code outside steps, by queue item. */
  readonly ofItems: ReadonlyMap<string, readonly Span[]>;
  readonly results: ReadonlyMap<StepId, StepResult>;
  /** Calls that run one step. */
  readonly stepCalls: ReadonlyMap<StepId, QueuedItem>;
  /** The call that goes on with the function; null while there is none. */
  readonly discovery: QueuedItem | null;
}

function partsOf({ run, steps, spans, items }: TraceFacts): Parts {
  const ofSteps = new Map<StepId, Span[]>();
  const ofItems = new Map<string, Span[]>();
  for (const span of spans) {
    // The code outside steps may also fail in a call that was for a step: then that step is what is tried again.
    if (span.stepId !== null) put(ofSteps, span.stepId, span);
    else put(ofItems, itemOf(span), span);
  }
  const calls = isEnded(run.status) ? [] : items.filter(({ kind }) => kind === "call");
  const stepCalls = new Map(calls.flatMap((item) => (item.stepId === null ? [] : [[item.stepId, item] as const])));
  return {
    ofSteps,
    ofItems,
    results: new Map(steps.map((step) => [step.id, step])),
    stepCalls,
    discovery: calls.find(({ stepId }) => stepId === null) ?? null,
  };
}

function stepGroups(parts: Parts, { run }: TraceFacts): readonly Group[] {
  const ids = new Set([...parts.ofSteps.keys(), ...parts.stepCalls.keys()]);
  return [...ids].map((id): Group => {
    const spans = parts.ofSteps.get(id) ?? [];
    const wait = spans.find((span) => span.kind !== "step" && span.kind !== "function") ?? null;
    const result = parts.results.get(id) ?? null;
    const tried = attemptsOf(spans.filter((span) => span !== wait));
    const item = parts.stepCalls.get(id) ?? null;
    if (wait !== null)
      return {
        kind: "wait",
        key: id,
        stepId: id,
        name: wait.name,
        wait,
        attempts: tried,
        result,
        isOpen: wait.endedAt === null,
      };
    // A step that fails within a call for the function is tried again by that call, whose item names no step.
    const next = result === null ? nextAttempt(item ?? retryOf(tried, parts.discovery), tried) : null;
    const attempts = next === null ? tried : [...tried, next];
    const name = result?.name ?? spans.find(({ kind }) => kind === "step")?.name ?? item?.name ?? id;
    const isOpen = result === null && next !== null && !isEnded(run.status);
    return { kind: "step", key: id, stepId: id, name, wait: null, attempts, result, isOpen };
  });
}

function functionGroups(parts: Parts, { run }: TraceFacts): readonly Group[] {
  const { discovery, ofItems } = parts;
  const groups = [...ofItems].map(([item, spans]): Group => {
    const tried = attemptsOf(spans);
    const next = discovery?.id === item ? nextAttempt(discovery, tried) : null;
    const attempts = next === null ? tried : [...tried, next];
    const isOpen = next !== null && !isEnded(run.status);
    return { kind: "function", key: item, stepId: null, name: "", wait: null, attempts, result: null, isOpen };
  });
  if (discovery === null || !discovery.isLeased || ofItems.has(discovery.id) || retriesStep(parts)) return groups;
  // The call is being made, and what it will come to is not known.
  const attempt = nextAttempt(discovery, []);
  if (attempt === null) return groups;
  const running: Group = {
    kind: "function",
    key: discovery.id,
    stepId: null,
    name: "",
    wait: null,
    attempts: [attempt],
    result: null,
    isOpen: true,
  };
  return [...groups, running];
}

/** Whether the call that goes on with the function does so because a step failed in it. */
function retriesStep({ ofSteps, results, stepCalls, discovery }: Parts): boolean {
  return [...ofSteps].some(
    ([id, spans]) =>
      !results.has(id) && !stepCalls.has(id) && retryOf(attemptsOf(spans.filter(isTry)), discovery) !== null,
  );
}

function isTry({ kind }: Span): boolean {
  return kind === "step" || kind === "function";
}

function put(map: Map<string, Span[]>, key: string, span: Span): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [span]);
  else list.push(span);
}
