// The older rendering of a trace, which test suites and scripts read: one child per call, named after what it came to.
import { isEnded } from "@stepwright/engine";
import { type Attempt, type Group, groupsOf, outputKeyOf, type TraceFacts } from "./groups.ts";
import { infoOf, type InfoSources, opOf } from "./step-info.ts";
import { runTypeOf } from "./run-type.ts";
import { endWord, waitWord } from "./status-words.ts";
import type { SpanStatus, TraceSpan } from "./trace-span.ts";

/** Renders a run. */
export function legacyTree(facts: TraceFacts, sources: InfoSources): TraceSpan {
  const { run } = facts;
  const children = groupsOf(facts).map((group) => renderGroup(group, facts, sources));
  const last = children.at(-1);
  const isOver = isEnded(run.status);
  const isBetweenCalls = !isOver && last !== undefined && last.endedAt !== null;
  return {
    ...plain,
    key: "run",
    name: run.functionSlug,
    status: isOver ? endWord(run.status) : "RUNNING",
    queuedAt: run.queuedAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    outputKey: isOver ? (last?.outputKey ?? null) : null,
    children: isBetweenCalls ? [...children, { ...queued, name: "Queued step", queuedAt: last.endedAt }] : children,
  };
}

const plain = {
  attempts: 0,
  stepOp: null,
  stepID: null,
  stepType: "",
  stepInfo: null,
  outputKey: null,
  children: [],
} as const;

const queued = { ...plain, key: "queued", status: "QUEUED", startedAt: null, endedAt: null } as const;

function renderGroup(group: Group, facts: TraceFacts, sources: InfoSources): TraceSpan {
  return group.wait === null ? renderTries(group, facts) : renderWait(group, group.wait, sources);
}

/** A step, or the code outside steps. */
function renderTries(group: Group, { run }: TraceFacts): TraceSpan {
  const { attempts, kind, stepId, result, isOpen } = group;
  const last = attempts.at(-1);
  const isFailed = !isOpen && last?.status === "FAILED";
  const type = runTypeOf(group);
  const common = {
    ...plain,
    // A step that has failed for good is not the run's to go on with, and clients expect no op on it.
    stepOp: kind === "step" && !isFailed ? ("RUN" as const) : null,
    stepID: stepId,
    stepInfo: type === null ? null : { __typename: "RunStepInfo", type },
  };
  const tries = attempts.map((attempt) => ({ ...common, ...renderAttempt(attempt) }));
  const isAlone = attempts.length === 1 && last?.status === "COMPLETED";
  return {
    ...common,
    key: group.key,
    name: nameOf(group),
    status: isOpen ? "RUNNING" : isFailed ? failedWord(run.status) : "COMPLETED",
    attempts: isFailed ? attempts.length : isOpen ? 0 : (last?.index ?? 0),
    queuedAt: attempts[0]?.queuedAt ?? run.queuedAt,
    startedAt: attempts[0]?.startedAt ?? null,
    endedAt: isOpen ? null : (last?.endedAt ?? result?.finishedAt ?? null),
    outputKey: isOpen || last === undefined ? null : outputKeyOf(last),
    children: isAlone ? [] : tries,
  };
}

function nameOf({ kind, name, attempts, isOpen }: Group): string {
  if (kind === "step") return name;
  const last = attempts.at(-1);
  if (isOpen || last === undefined) return "execute";
  if (last.status === "COMPLETED") return "function success";
  return attempts.length === 1 ? "function error" : "execute";
}

function renderAttempt(attempt: Attempt) {
  const { index, status, queuedAt, startedAt, endedAt, span } = attempt;
  return {
    key: span?.id ?? (status === "QUEUED" ? "queued" : `attempt ${index}`),
    name: `Attempt ${index}`,
    status,
    attempts: index,
    queuedAt,
    startedAt,
    endedAt,
    outputKey: outputKeyOf(attempt),
  };
}

function renderWait(group: Group, wait: NonNullable<Group["wait"]>, sources: InfoSources): TraceSpan {
  const op = opOf(wait);
  const hasOutput = group.result !== null && group.result.memo !== "null";
  const common = {
    ...plain,
    stepOp: op,
    stepID: group.stepId,
    stepInfo: infoOf(wait, sources),
    queuedAt: wait.queuedAt,
    startedAt: wait.startedAt,
    endedAt: wait.endedAt,
    // A wait in vain has nothing to show; an invocation in vain has its error.
    outputKey: hasOutput ? `step:${group.key}` : null,
  };
  const whileWaiting = op === "WAIT_FOR_EVENT" || op === "WAIT_FOR_SIGNAL" ? "WAITING" : "RUNNING";
  const status = waitWord(wait.status, { op, whileWaiting });
  const failures = group.attempts.map((attempt) => ({ ...plain, ...renderAttempt(attempt) }));
  const own = {
    ...common,
    key: `${group.key}:own`,
    name: `Attempt ${failures.length}`,
    status,
    attempts: failures.length,
  };
  const isShownTrying = wait.endedAt === null && (op === "SLEEP" || op === "INVOKE");
  return {
    ...common,
    key: group.key,
    name: group.name,
    status,
    queuedAt: failures[0]?.queuedAt ?? wait.queuedAt,
    startedAt: failures[0]?.startedAt ?? wait.startedAt,
    attempts: failures.length,
    children: failures.length > 0 || isShownTrying ? [...failures, own] : [],
  };
}

/** A step whose run was cancelled before it was tried again did not fail. */
function failedWord(status: TraceFacts["run"]["status"]): SpanStatus {
  return status === "cancelled" ? "CANCELLED" : "FAILED";
}
