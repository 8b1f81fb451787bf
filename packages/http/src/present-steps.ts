// The steps of a run as the dashboard shows them, put together from results, spans and open queue items.
import { isEnded, type Run, type Span, type SpanKind, type StepResult } from "@stepwright/engine";
import {
  isJsonObject,
  parseJsonText,
  retriesDefault,
  type ApiAttempt,
  type ApiError,
  type ApiStep,
  type JsonValue,
  type OpName,
} from "@stepwright/protocol";
import type { QueuedItem } from "@stepwright/storage";
import { invokedEventOf, type InvokedInputs } from "./invoked-inputs.ts";
import { errorOf, readError, readJson, readObject } from "./present-json.ts";

/** What is stored about a run's steps. */
export interface StepFacts {
  readonly run: Run;
  readonly steps: readonly StepResult[];
  readonly spans: readonly Span[];
  readonly items: readonly QueuedItem[];
  /** What the run's invoke steps gave to the functions they invoked. */
  readonly invokedInputs: InvokedInputs;
  /** Retries of the function as it is now; null when it is gone. */
  readonly retries: number | null;
}

/** Id of the row that stands for the code outside steps. */
export const functionStepId = "function";

/**
 * Presents the steps in order of start.
 *
 * A step that was planned and not called yet has neither a result nor a span: only its queue item tells of it. The code
 * outside steps is one more row, if an attempt of it failed or it ended the run.
 */
export function presentSteps(facts: StepFacts): readonly ApiStep[] {
  const groups = new Map<string, StepGroup>();
  const groupOf = (id: string): StepGroup => {
    const group = groups.get(id) ?? { id, result: null, spans: [], item: null };
    groups.set(id, group);
    return group;
  };
  for (const result of facts.steps) groupOf(result.id).result = result;
  for (const span of facts.spans) groupOf(span.stepId ?? functionStepId).spans.push(span);
  for (const item of facts.items) {
    if (item.stepId !== null && item.kind !== "runTimeout") groupOf(item.stepId).item ??= item;
  }
  const discovery = facts.items.find((item) => item.kind === "call" && item.stepId === null) ?? null;
  return [...groups.values()]
    .map((group) => presentStep(group, discovery, facts))
    .sort((a, b) => (a.startedAt ?? a.queuedAt) - (b.startedAt ?? b.queuedAt) || a.queuedAt - b.queuedAt);
}

interface StepGroup {
  readonly id: string;
  result: StepResult | null;
  readonly spans: Span[];
  /** The open item that names the step. */
  item: QueuedItem | null;
}

function presentStep(group: StepGroup, discovery: QueuedItem | null, facts: StepFacts): ApiStep {
  const { run, retries } = facts;
  const ownSpans =
    group.id === functionStepId ? group.spans.map((span) => afterItsSteps(span, facts.spans)) : group.spans;
  const spans = ownSpans.toSorted((a, b) => a.startedAt - b.startedAt || a.attempt - b.attempt);
  const [first] = spans;
  const last = spans.at(-1);
  const own = spans.find((span) => span.kind !== "function");
  const kind = own?.kind ?? (group.id === functionStepId ? "function" : kindOfOp(group.result?.op ?? "StepRun"));
  // A step that fails inside a discovery call is tried again by that call, whose item names no step.
  const item = group.item ?? (last?.status === "failed" || kind === "function" ? discovery : null);
  const status = statusOf({ run, kind, result: group.result, last, item });
  const isOpen = status === "queued" || status === "running" || status === "waiting" || status === "retrying";
  const outcome = outcomeOf(group.result, last);
  const detail = Object.fromEntries(spans.flatMap((span) => Object.entries(readObject(span.detail))));
  return {
    id: group.id,
    name: nameOf(group, { own, kind }) ?? (group.id === functionStepId ? run.functionSlug : group.id),
    kind,
    status,
    queuedAt: Math.min(
      ...spans.map((span) => span.queuedAt),
      first === undefined ? (item?.at ?? group.result?.finishedAt ?? run.queuedAt) : Infinity,
    ),
    startedAt: first?.startedAt ?? group.result?.finishedAt ?? null,
    endedAt: isOpen ? null : (last?.endedAt ?? group.result?.finishedAt ?? run.endedAt),
    input: readJson(group.result?.input ?? null) ?? facts.invokedInputs.get(invokedEventOf(detail) ?? "") ?? null,
    output: outcome.output,
    error: outcome.error,
    attempts: isWait(kind) ? [] : spans.flatMap(presentAttempt),
    nextAttemptAt: status === "retrying" ? (item?.at ?? null) : null,
    maxAttempts: isWait(kind) ? 1 : (retries ?? retriesDefault) + 1,
    detail: isInference(group) ? { ...detail, isInference: true } : detail,
  };
}

/** Both are requests of the engine; a question to a model may be asked in other words when the run is started again. */
function isInference({ result, spans }: StepGroup): boolean {
  return result?.op === "AIGateway" || spans.some(({ op }) => op === "AIGateway");
}

/**
 * An attempt of the function without the steps that ran inside its call.
 *
 * The row is about the code outside steps: with the whole call it would come before the steps and last as long as all
 * of them. What is left begins where the last of them ended; the stretches between them are not told apart.
 */
function afterItsSteps(span: Span, all: readonly Span[]): Span {
  const ends = all.flatMap(({ kind, stepId, startedAt, endedAt }) => {
    const isStep = stepId !== null && !isWait(kind) && endedAt !== null;
    const isInside = isStep && startedAt >= span.startedAt && endedAt <= (span.endedAt ?? Infinity);
    return isInside ? [endedAt] : [];
  });
  const startedAt = ends.sort((a, b) => b - a)[0];
  return startedAt === undefined ? span : { ...span, queuedAt: startedAt, startedAt };
}

/** The result of a wait has no name of its own, so a wait goes by its span. */
function nameOf(
  group: StepGroup,
  { own, kind }: { readonly own: Span | undefined; readonly kind: SpanKind },
): string | undefined {
  return isWait(kind)
    ? (own?.name ?? group.result?.name)
    : (group.result?.name ?? own?.name ?? group.item?.name ?? undefined);
}

function statusOf(o: {
  readonly run: Run;
  readonly kind: SpanKind;
  readonly result: StepResult | null;
  readonly last: Span | undefined;
  readonly item: QueuedItem | null;
}): ApiStep["status"] {
  const { run, kind, result, last, item } = o;
  if (result !== null) return result.status;
  if (isEnded(run.status)) return endedStatus(run, last);
  if (isWait(kind)) return last?.status ?? "waiting";
  if (item === null) return last?.status ?? "waiting";
  if (item.isLeased) return "running";
  if (item.attempt > 0) return "retrying";
  return "queued";
}

/** What a step without a result came to when its run ended. */
function endedStatus(run: Run, last: Span | undefined): ApiStep["status"] {
  if (last?.kind === "function" && run.status === "completed") return "completed";
  if (last?.status === "failed" && run.status === "failed") return "failed";
  return last?.status === "completed" || last?.status === "timedOut" ? last.status : "cancelled";
}

function outcomeOf(
  result: StepResult | null,
  last: Span | undefined,
): { readonly output: JsonValue | null; readonly error: ApiError | null } {
  if (result === null) return { output: null, error: readError(last?.error ?? null) };
  const memo = parseJsonText(result.memo);
  if (!isJsonObject(memo) || Object.keys(memo).length !== 1) return { output: memo, error: null };
  if (memo["error"] !== undefined) return { output: null, error: errorOf(memo["error"]) };
  return { output: memo["data"] === undefined ? memo : memo["data"], error: null };
}

function presentAttempt(span: Span): ApiAttempt[] {
  if (span.endedAt === null || (span.status !== "completed" && span.status !== "failed")) return [];
  const { attempt, status, queuedAt, startedAt, endedAt } = span;
  return [{ attempt, status, queuedAt, startedAt, endedAt, error: readError(span.error) }];
}

function isWait(kind: SpanKind): boolean {
  return kind === "sleep" || kind === "wait" || kind === "invoke" || kind === "signal";
}

function kindOfOp(op: OpName): SpanKind {
  switch (op) {
    case "Sleep":
      return "sleep";
    case "WaitForEvent":
      return "wait";
    case "InvokeFunction":
      return "invoke";
    case "WaitForSignal":
      return "signal";
    case "AIGateway":
    case "Gateway":
      return "gateway";
    default:
      return "step";
  }
}
