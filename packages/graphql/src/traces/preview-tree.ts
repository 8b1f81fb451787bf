// The newer rendering of a trace (`preview: true`): one span per step, and one for the code that ends the run.
import { isEnded } from "@stepwright/engine";
import { answerFields, lastResponse } from "./answers.ts";
import { type AppSpansBelow, appSpansBelow } from "./app-spans.ts";
import { attemptSpan } from "./attempt-span.ts";
import type { Attempt, Group, TraceFacts } from "./group.ts";
import { groupsOf } from "./groups.ts";
import { runTypeOf } from "./run-type.ts";
import { endWord, waitWord } from "./status-words.ts";
import { infoOf, type InfoSources, opOf } from "./step-info.ts";
import { plainSpan, type TraceSpan } from "./trace-span.ts";

/** Renders a run. */
export function previewTree(facts: TraceFacts, sources: InfoSources): TraceSpan {
  const { run, spans } = facts;
  const below = appSpansBelow(facts);
  return {
    ...plainSpan,
    key: "run",
    name: "Run",
    status: isEnded(run.status) ? endWord(run.status) : run.status === "queued" ? "QUEUED" : "RUNNING",
    queuedAt: run.queuedAt,
    scheduledAt: run.startedAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    outputKey: "run",
    response: lastResponse(spans),
    children: [...groupsOf(facts).map((group) => renderGroup(group, { facts, sources, below })), ...below(null)],
  };
}

interface Setting {
  readonly facts: TraceFacts;
  readonly sources: InfoSources;
  readonly below: AppSpansBelow;
}

function renderGroup(group: Group, setting: Setting): TraceSpan {
  return group.wait === null ? renderTries(group, setting) : renderWait(group, group.wait, setting);
}

function renderTries(group: Group, { facts: { run }, below }: Setting): TraceSpan {
  // What has not begun is told by the status of what was tried before.
  const attempts = group.attempts.filter(({ status }) => status !== "QUEUED");
  const last = attempts.at(-1);
  const common = group.kind === "step" ? stepFields(group) : functionFields(attempts);
  const tries = attempts.map((attempt, index) => ({
    ...plainSpan,
    ...common,
    ...attemptSpan(attempt, below),
    ...answerFields(attempt, attempts[index - 1]),
    // Only the whole of the attempts came to the end of the code.
    stepType: group.kind === "step" ? common.stepType : "",
  }));
  const [only] = tries;
  const isAlone = attempts.length <= 1 && last?.status !== "FAILED" && last?.status !== "RUNNING";
  return {
    ...plainSpan,
    ...common,
    key: group.key,
    status: last?.status ?? "QUEUED",
    attempts: last?.index ?? 0,
    queuedAt: group.attempts[0]?.queuedAt ?? run.queuedAt,
    startedAt: attempts[0]?.startedAt ?? null,
    endedAt: last?.endedAt ?? null,
    outputKey: group.kind === "step" ? (last?.span?.id ?? null) : null,
    // What a single attempt has is the step's own then.
    ...(isAlone && only !== undefined
      ? { scheduledAt: only.scheduledAt, response: only.response, children: only.children }
      : { children: tries }),
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

function renderWait(group: Group, wait: NonNullable<Group["wait"]>, { sources, below }: Setting): TraceSpan {
  const op = opOf(wait);
  const failures = group.attempts.map((attempt, index) => ({
    ...plainSpan,
    ...attemptSpan(attempt, below),
    ...answerFields(attempt, group.attempts[index - 1]),
  }));
  return {
    ...plainSpan,
    key: group.key,
    name: group.name,
    status: waitWord(wait.status, { op, whileWaiting: op === "INVOKE" || op === "AI_GATEWAY" ? "RUNNING" : "WAITING" }),
    queuedAt: failures[0]?.queuedAt ?? wait.queuedAt,
    scheduledAt: wait.startedAt,
    startedAt: wait.startedAt,
    endedAt: wait.endedAt,
    attempts: failures.length,
    stepOp: op,
    stepID: group.stepId,
    stepType: op,
    stepInfo: infoOf(wait, sources),
    outputKey: group.result !== null && group.result.memo !== "null" ? `step:${group.key}` : null,
    children: [...failures, ...below(wait.id)],
  };
}
