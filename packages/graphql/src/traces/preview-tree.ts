// The newer rendering of a trace (`preview: true`): one span per step, and one for the code that ends the run.
import { isEnded } from "@stepwright/engine";
import { type Attempt, type Group, groupsOf, outputKeyOf, type TraceFacts } from "./groups.ts";
import { runTypeOf } from "./run-type.ts";
import { endWord, waitWord } from "./status-words.ts";
import { infoOf, type InfoSources, opOf } from "./step-info.ts";
import type { TraceSpan } from "./trace-span.ts";

/** Renders a run. */
export function previewTree(facts: TraceFacts, sources: InfoSources): TraceSpan {
  const { run } = facts;
  return {
    ...plain,
    key: "run",
    name: "Run",
    status: isEnded(run.status) ? endWord(run.status) : run.status === "queued" ? "QUEUED" : "RUNNING",
    queuedAt: run.queuedAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    outputKey: "run",
    children: groupsOf(facts).map((group) => renderGroup(group, facts, sources)),
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

function renderGroup(group: Group, facts: TraceFacts, sources: InfoSources): TraceSpan {
  return group.wait === null ? renderTries(group, facts) : renderWait(group, group.wait, sources);
}

function renderTries(group: Group, { run }: TraceFacts): TraceSpan {
  // What has not begun is told by the status of what was tried before.
  const attempts = group.attempts.filter(({ status }) => status !== "QUEUED");
  const last = attempts.at(-1);
  const common = group.kind === "step" ? stepFields(group) : functionFields(attempts);
  const isAlone = attempts.length <= 1 && last?.status !== "FAILED" && last?.status !== "RUNNING";
  return {
    ...plain,
    ...common,
    key: group.key,
    status: last?.status ?? "QUEUED",
    attempts: last?.index ?? 0,
    queuedAt: group.attempts[0]?.queuedAt ?? run.queuedAt,
    startedAt: attempts[0]?.startedAt ?? null,
    endedAt: last?.endedAt ?? null,
    outputKey: group.kind === "step" ? (last?.span?.id ?? null) : null,
    // Only the whole of the attempts came to the end of the code.
    children: isAlone
      ? []
      : attempts.map((attempt) => ({
          ...common,
          ...renderAttempt(attempt),
          stepType: group.kind === "step" ? common.stepType : "",
        })),
  };
}

function stepFields(group: Group) {
  const type = runTypeOf(group);
  return {
    name: group.name,
    stepOp: "RUN" as const,
    stepID: group.stepId,
    stepType: type ?? "RUN",
    stepInfo: { __typename: "RunStepInfo", type },
  };
}

/** A call that has not answered may still come to a step; one that failed or ended the run came to the end of the code. */
function functionFields(attempts: readonly Attempt[]) {
  const isFirst = attempts.every(({ status }) => status === "RUNNING");
  return {
    name: isFirst ? "Execution" : "Finalization",
    stepOp: null,
    stepID: null,
    stepType: isFirst ? "" : "FINALIZATION",
    stepInfo: null,
  };
}

function renderAttempt(attempt: Attempt) {
  const { index, status, queuedAt, startedAt, endedAt, span } = attempt;
  return {
    key: span?.id ?? `attempt ${index}`,
    name: `Attempt ${index}`,
    status,
    attempts: index,
    queuedAt,
    startedAt,
    endedAt,
    outputKey: outputKeyOf(attempt),
    children: [],
  };
}

function renderWait(group: Group, wait: NonNullable<Group["wait"]>, sources: InfoSources): TraceSpan {
  const op = opOf(wait);
  const failures = group.attempts.map((attempt) => ({ ...plain, ...renderAttempt(attempt) }));
  return {
    ...plain,
    key: group.key,
    name: group.name,
    status: waitWord(wait.status, { op, whileWaiting: op === "INVOKE" || op === "AI_GATEWAY" ? "RUNNING" : "WAITING" }),
    queuedAt: failures[0]?.queuedAt ?? wait.queuedAt,
    startedAt: wait.startedAt,
    endedAt: wait.endedAt,
    attempts: failures.length,
    stepOp: op,
    stepID: group.stepId,
    stepType: op,
    stepInfo: infoOf(wait, sources),
    outputKey: group.result !== null && group.result.memo !== "null" ? `step:${group.key}` : null,
    children: failures,
  };
}
