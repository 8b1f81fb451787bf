// What `stepwright runs get` prints for people.
import type { ApiRun, ApiStep } from "@stepwright/protocol";
import { endText, errorText } from "../remote/run-result.ts";
import { lengthText, table, timeText } from "../remote/table.ts";
import { doingText } from "./doing-text.ts";

/** Writes a run. */
export function runText(run: ApiRun): string {
  const facts: readonly (readonly [string, string | null])[] = [
    ["Run", run.id],
    ["Status", run.status],
    ["Function", run.functionSlug],
    [
      "Started by",
      run.trigger.cron === null ? `${run.trigger.eventName} ${run.trigger.eventId}` : `cron ${run.trigger.cron}`,
    ],
    ["Queued", timeText(run.queuedAt)],
    ["Started", run.startedAt === null ? null : timeText(run.startedAt)],
    ["Ended", endedText(run)],
    ["Invoked by", run.invokedBy === null ? null : `run ${run.invokedBy.runId}`],
    ["Rerun of", run.originalRunId],
    ...run.doing.map((doing) => ["Now", doingText(doing)] as const),
    ...(run.activity === null ? [[run.status === "completed" ? "Returned" : "Why", endText(run)] as const] : []),
  ];
  const lines = facts.flatMap(([name, value]) => (value === null ? [] : [`${`${name}:`.padEnd(12)}${value}\n`]));
  return `${lines.join("")}${stepsText(run.steps)}${stackText(run)}`;
}

function endedText({ endedAt, startedAt, queuedAt }: ApiRun): string | null {
  if (endedAt === null) return null;
  return `${timeText(endedAt)}, after ${lengthText(endedAt - (startedAt ?? queuedAt))}`;
}

function stepsText(steps: readonly ApiStep[]): string {
  if (steps.length === 0) return "";
  const rows = steps.map((step) => [
    step.kind === "function" ? "(function)" : step.name,
    step.kind,
    step.status,
    step.attempts.length === 0 ? "" : String(step.attempts.length),
    step.endedAt === null ? "" : lengthText(step.endedAt - (step.startedAt ?? step.queuedAt)),
    step.error === null ? (step.output === null ? "" : JSON.stringify(step.output)) : errorText(step.error),
  ]);
  return `\n${table(["STEP", "KIND", "STATUS", "ATTEMPTS", "TOOK", "RESULT"], rows)}`;
}

function stackText({ error }: ApiRun): string {
  return error === null || error.stack === null ? "" : `\n${error.stack.trimEnd()}\n`;
}
