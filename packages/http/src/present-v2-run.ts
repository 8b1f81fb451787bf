// Runs and their traces in the JSON of REST v2.
import { createHash } from "node:crypto";
import { metadataScope, type Run, type RunMetadata, type RunStatus } from "@stepwright/engine";
import {
  canonicalJson,
  isJsonObject,
  millis,
  parseJsonText,
  type ApiAttempt,
  type ApiStep,
  type EventId,
  type JsonObject,
  type JsonValue,
  type Millis,
} from "@stepwright/protocol";
import type { AppSpansOfSteps } from "./present-app-spans.ts";
import { outputOf } from "./present-rest.ts";
import { bareId } from "./present-v2.ts";
import type { RegistryIndex } from "./registry-index.ts";
import { given, protoTime } from "./rest-v2.ts";

/** Presents a run; `eventIds` are those of its events, in order. */
export function v2Run(
  run: Run,
  registry: RegistryIndex,
  o: { readonly eventIds: readonly EventId[]; readonly includeOutput: boolean },
): JsonObject {
  const app = registry.app(run.appId);
  const id = bareId(run.functionSlug, app);
  return given({
    app: given({ id: app?.name }),
    ...timesOf(run),
    function: { id, name: registry.functionById(run.functionId)?.config.name ?? id },
    id: run.id,
    output: o.includeOutput ? asObject(outputOf(run)) : undefined,
    status: run.status.toUpperCase(),
    trigger: given({
      batchId: run.batchId,
      cronSchedule: run.cron,
      eventIds: [...o.eventIds],
      isBatch: run.batchId !== null,
    }),
  });
}

/** Output is an object in this API: anything else is put into one. */
function asObject(output: JsonValue | undefined): JsonValue | undefined {
  return output === undefined || isJsonObject(output) ? output : { data: output };
}

/** Presents a run with its steps as a tree of spans. */
export function v2Trace(
  run: Run,
  o: {
    readonly steps: readonly ApiStep[];
    readonly metadata: readonly RunMetadata[];
    readonly appSpans: AppSpansOfSteps;
    readonly events: readonly JsonValue[];
    readonly includeOutput: boolean;
  },
): JsonObject {
  return {
    rootSpan: given({
      children: [...o.steps.map((step) => stepSpan(run, step, o)), ...(o.appSpans.get(null) ?? [])],
      ...timesOf(run),
      id: spanId(run.id, ""),
      input: o.includeOutput ? { data: [...o.events] } : undefined,
      metadata: o.metadata.filter(({ target }) => target.stepId === null).map(presentMetadata),
      name: "Run",
      output: o.includeOutput ? asObject(outputOf(run)) : undefined,
      status: runStatuses[run.status],
    }),
    runId: run.id,
  };
}

const runStatuses: Readonly<Record<RunStatus, string>> = {
  queued: "WAITING",
  running: "RUNNING",
  completed: "COMPLETED",
  failed: "FAILED",
  cancelled: "CANCELLED",
  skipped: "SKIPPED",
};

/** Values are JSON text each, as clients of this API expect. */
function presentMetadata({ target, kind, values, updatedAt }: RunMetadata): JsonValue {
  const object = parseJsonText(values);
  return {
    kind,
    scope: metadataScope(target),
    updatedAt: protoTime(updatedAt),
    values: Object.fromEntries(
      Object.entries(isJsonObject(object) ? object : {}).map(([key, value]) => [key, canonicalJson(value)]),
    ),
  };
}

function stepSpan(
  run: Run,
  step: ApiStep,
  o: {
    readonly includeOutput: boolean;
    readonly metadata: readonly RunMetadata[];
    readonly appSpans: AppSpansOfSteps;
  },
): JsonObject {
  const { includeOutput, metadata, appSpans } = o;
  const isFunction = step.kind === "function";
  // One attempt that was enough is the step itself.
  const attempts = step.attempts.length > 1 || step.status === "retrying" ? step.attempts : [];
  return given({
    children: [...attempts.map((attempt) => attemptSpan(run, step, attempt)), ...(appSpans.get(step.id) ?? [])],
    ...timesOf({
      queuedAt: millis(step.queuedAt),
      startedAt: step.startedAt === null ? null : millis(step.startedAt),
      endedAt: step.endedAt === null ? null : millis(step.endedAt),
    }),
    id: spanId(run.id, step.id),
    input: includeOutput && Array.isArray(step.input) ? { data: step.input } : undefined,
    metadata: metadata
      .filter(({ target }) => !isFunction && (target.stepId === step.id || target.stepId === step.name))
      .map(presentMetadata),
    name: isFunction ? "Finalization" : step.name,
    output: includeOutput ? asObject(outcomeOf(step)) : undefined,
    status: stepStatuses[step.status],
    ...(isFunction ? {} : { stepId: step.id, stepOp: stepOps[step.kind] }),
  });
}

function outcomeOf(step: ApiStep): JsonValue | undefined {
  if (step.error === null) return step.output ?? undefined;
  const { name, message, stack, cause } = step.error;
  return given({ cause, message, name, stack });
}

function attemptSpan(run: Run, step: ApiStep, attempt: ApiAttempt): JsonObject {
  return given({
    ...timesOf({
      queuedAt: millis(attempt.queuedAt),
      startedAt: millis(attempt.startedAt),
      endedAt: millis(attempt.endedAt),
    }),
    id: spanId(run.id, `${step.id}:${attempt.attempt}`),
    name: `Attempt ${attempt.attempt}`,
    status: attempt.status === "failed" ? "FAILED" : "COMPLETED",
  });
}

// A wait whose time has passed has ended as it may; the code that waited goes on.
const stepStatuses: Readonly<Record<ApiStep["status"], string>> = {
  queued: "WAITING",
  running: "RUNNING",
  waiting: "WAITING",
  retrying: "RUNNING",
  completed: "COMPLETED",
  timedOut: "COMPLETED",
  failed: "FAILED",
  cancelled: "CANCELLED",
};

const stepOps: Readonly<Record<Exclude<ApiStep["kind"], "function">, string>> = {
  step: "RUN",
  sleep: "SLEEP",
  wait: "WAIT_FOR_EVENT",
  invoke: "INVOKE",
  signal: "WAIT_FOR_SIGNAL",
  gateway: "AI_GATEWAY",
};

function timesOf(o: {
  readonly queuedAt: Millis;
  readonly startedAt: Millis | null;
  readonly endedAt: Millis | null;
}): JsonObject {
  const { queuedAt, startedAt, endedAt } = o;
  const durationMs = endedAt === null ? 0 : Math.max(0, endedAt - (startedAt ?? queuedAt));
  return given({
    durationMs: durationMs === 0 ? "" : String(durationMs),
    endedAt: endedAt === null ? null : protoTime(endedAt),
    queuedAt: protoTime(queuedAt),
    startedAt: startedAt === null ? null : protoTime(startedAt),
  });
}

/** Spans have no ids of their own: sixteen hexadecimal digits that are the same at every look. */
function spanId(runId: string, part: string): string {
  return createHash("sha256").update(`${runId}/${part}`, "utf8").digest("hex").slice(0, 16);
}
