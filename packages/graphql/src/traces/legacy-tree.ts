// The older rendering of a trace, which test suites and scripts read: one child per call, named after what it came to.
import { isEnded } from "@stepwright/engine";
import { type AppSpansBelow, appSpansBelow } from "./app-spans.ts";
import { attemptSpan } from "./attempt-span.ts";
import { type Group, outputKeyOf, type TraceFacts } from "./group.ts";
import { groupsOf } from "./groups.ts";
import { infoOf, type InfoSources, opOf } from "./step-info.ts";
import { runTypeOf } from "./run-type.ts";
import { endWord, waitWord } from "./status-words.ts";
import { plainSpan, type SpanStatus, type TraceSpan } from "./trace-span.ts";

/** Renders a run. */
export function legacyTree(facts: TraceFacts, sources: InfoSources): TraceSpan {
  const { run } = facts;
  const below = appSpansBelow(facts);
  const children = groupsOf(facts).map((group) => renderGroup(group, { facts, sources, below }));
  const last = children.at(-1);
  const isOver = isEnded(run.status);
  const isBetweenCalls = !isOver && last !== undefined && last.endedAt !== null;
  return {
    ...plainSpan,
    key: "run",
    name: run.functionSlug,
    status: isOver ? endWord(run.status) : "RUNNING",
    queuedAt: run.queuedAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    outputKey: isOver ? (last?.outputKey ?? null) : null,
    children: [
      ...children,
      ...(isBetweenCalls ? [{ ...queued, name: "Queued step", queuedAt: last.endedAt }] : []),
      ...below(null),
    ],
  };
}

const queued = { ...plainSpan, key: "queued", status: "QUEUED", startedAt: null, endedAt: null } as const;

interface Setting {
  readonly facts: TraceFacts;
  readonly sources: InfoSources;
  readonly below: AppSpansBelow;
}

function renderGroup(group: Group, setting: Setting): TraceSpan {
  return group.wait === null ? renderTries(group, setting) : renderWait(group, group.wait, setting);
}

/** A step, or the code outside steps. */
function renderTries(group: Group, { facts: { run }, below }: Setting): TraceSpan {
  const { attempts, kind, stepId, result, isOpen } = group;
  const last = attempts.at(-1);
  const isFailed = !isOpen && last?.status === "FAILED";
  const type = runTypeOf(group);
  const common = {
    ...plainSpan,
    // A step that has failed for good is not the run's to go on with, and clients expect no op on it.
    stepOp: kind === "step" && !isFailed ? ("RUN" as const) : null,
    stepID: stepId,
    stepInfo: type === null ? null : { __typename: "RunStepInfo", type },
  };
  const tries = attempts.map((attempt) => ({ ...common, ...attemptSpan(attempt, below) }));
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
    // What a single attempt has below it is the step's own then.
    children: isAlone ? tries.flatMap(({ children }) => children) : tries,
  };
}

function nameOf({ kind, name, attempts, isOpen }: Group): string {
  if (kind === "step") return name;
  const last = attempts.at(-1);
  if (isOpen || last === undefined) return "execute";
  if (last.status === "COMPLETED") return "function success";
  return attempts.length === 1 ? "function error" : "execute";
}

function renderWait(group: Group, wait: NonNullable<Group["wait"]>, { sources, below }: Setting): TraceSpan {
  const op = opOf(wait);
  const hasOutput = group.result !== null && group.result.memo !== "null";
  const common = {
    ...plainSpan,
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
  const failures = group.attempts.map((attempt) => ({ ...plainSpan, ...attemptSpan(attempt, below) }));
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
    children: [...(failures.length > 0 || isShownTrying ? [...failures, own] : []), ...below(wait.id)],
  };
}

/** A step whose run was cancelled before it was tried again did not fail. */
function failedWord(status: TraceFacts["run"]["status"]): SpanStatus {
  return status === "cancelled" ? "CANCELLED" : "FAILED";
}
