// What a run did, grouped: each step with its attempts, each wait, each stretch of the code outside steps with its attempts.
import { type AppSpan, isEnded, type Run, type Span, type StepResult } from "@stepwright/engine";
import type { Millis, StepId } from "@stepwright/protocol";
import type { QueuedItem } from "@stepwright/storage";
import { detailOf } from "./span-detail.ts";

/** What is stored about the course of a run. */
export interface TraceFacts {
  readonly run: Run;
  readonly steps: readonly StepResult[];
  /** In the order they began. */
  readonly spans: readonly Span[];
  readonly items: readonly QueuedItem[];
  /** Those of the app's own code. */
  readonly appSpans: readonly AppSpan[];
}

/** One try of a step or of the code outside steps. */
export interface Attempt {
  readonly index: number;
  readonly status: "COMPLETED" | "FAILED" | "RUNNING" | "QUEUED";
  readonly queuedAt: Millis;
  readonly startedAt: Millis | null;
  readonly endedAt: Millis | null;
  /** The stored span; null while the attempt has none. */
  readonly span: Span | null;
}

/** One thing a run did. */
export interface Group {
  readonly kind: "step" | "wait" | "function";
  /** The step's id, or that of the queue item behind the attempts. */
  readonly key: string;
  readonly stepId: StepId | null;
  readonly name: string;
  /** The span of a wait. */
  readonly wait: Span | null;
  /** In order. Of a wait: the failed attempts of the code that came to it. */
  readonly attempts: readonly Attempt[];
  readonly result: StepResult | null;
  /** Whether it goes on: it is being tried, will be tried again, or waits. */
  readonly isOpen: boolean;
}

/** Groups the facts, in the order in which things began. */
export function groupsOf(facts: TraceFacts): readonly Group[] {
  const parts = partsOf(facts);
  const groups = [...stepGroups(parts, facts), ...functionGroups(parts, facts)];
  return withOwnFailure(attachFailures(groups.sort((a, b) => startOf(a) - startOf(b))), facts);
}

/** A run may also fail without the app: over a result that is too large, or too many steps. No span tells of it. */
function withOwnFailure(groups: readonly Group[], { run }: TraceFacts): readonly Group[] {
  const last = groups.at(-1);
  const isTold = last?.kind === "function" && last.attempts.at(-1)?.status === "FAILED";
  if (run.status !== "failed" || run.endedAt === null || isTold) return groups;
  const startedAt = last?.attempts.at(-1)?.endedAt ?? last?.wait?.endedAt ?? run.startedAt ?? run.endedAt;
  const attempt: Attempt = {
    index: 0,
    status: "FAILED",
    queuedAt: startedAt,
    startedAt,
    endedAt: run.endedAt,
    span: null,
  };
  const failure: Group = {
    kind: "function",
    key: "failure",
    stepId: null,
    name: "",
    wait: null,
    attempts: [attempt],
    result: null,
    isOpen: false,
  };
  return [...groups, failure];
}

/** What the output of an attempt is found by; null when it has none. */
export function outputKeyOf({ span, status }: Attempt): string | null {
  return span?.id ?? (status === "FAILED" ? "run" : null);
}

/** When a group began. */
export function startOf({ wait, attempts }: Group): number {
  const [first] = attempts;
  const times = [wait?.startedAt, first?.startedAt ?? first?.queuedAt].filter((at) => at !== undefined);
  return Math.min(...times);
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

function retryOf(tried: readonly Attempt[], discovery: QueuedItem | null): QueuedItem | null {
  const last = tried.at(-1);
  return last?.status === "FAILED" && willBeRetried(last) && discovery !== null && discovery.attempt > 0
    ? discovery
    : null;
}

function attemptsOf(spans: readonly Span[]): readonly Attempt[] {
  return spans
    .map((span): Attempt => ({
      index: span.attempt,
      status: span.status === "completed" ? "COMPLETED" : "FAILED",
      queuedAt: span.queuedAt,
      startedAt: span.startedAt,
      endedAt: span.endedAt,
      span,
    }))
    .sort((a, b) => a.index - b.index);
}

/** The attempt that an open call is, or will be. */
function nextAttempt(item: QueuedItem | null, tried: readonly Attempt[]): Attempt | null {
  if (item === null) return null;
  return {
    index: item.attempt,
    status: item.isLeased ? "RUNNING" : "QUEUED",
    queuedAt: tried.at(-1)?.endedAt ?? item.at,
    // When it was leased is not stored; it was due then.
    startedAt: item.isLeased ? item.at : null,
    endedAt: null,
    span: null,
  };
}

function willBeRetried({ span }: Attempt): boolean {
  return span !== null && detailOf(span)["retryAt"] !== undefined;
}

/**
 * The code outside steps failed and was called again, and then it came to a step or a wait: the failures belong to what it came to, as
 * its first attempts.
 */
function attachFailures(groups: readonly Group[]): readonly Group[] {
  const kept: Group[] = [];
  let failures: readonly Attempt[] = [];
  for (const group of groups) {
    const last = group.attempts.at(-1);
    if (group.kind === "function" && !group.isOpen && last?.status === "FAILED" && willBeRetried(last)) {
      failures = [...failures, ...group.attempts];
      continue;
    }
    const [first] = group.attempts;
    const follows = failures.length > 0 && (group.kind === "wait" || first?.index === failures.length);
    kept.push(follows ? { ...group, attempts: [...failures, ...group.attempts] } : group);
    if (follows) failures = [];
  }
  const [first] = failures;
  if (first?.span == null) return kept;
  // It was cancelled before it came to anything.
  const rest: Group = {
    kind: "function",
    key: itemOf(first.span),
    stepId: null,
    name: "",
    wait: null,
    attempts: failures,
    result: null,
    isOpen: false,
  };
  return [...kept, rest];
}

/** `fn:<item>:<attempt>` without its ends. */
function itemOf({ id }: Span): string {
  return id.slice(id.indexOf(":") + 1, id.lastIndexOf(":"));
}

function put(map: Map<string, Span[]>, key: string, span: Span): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [span]);
  else list.push(span);
}
