// A run as the dashboard shows it: as a row of a list, and in full.
import { isEnded, type FunctionRecord, type Run, type RunMetadata, type StoredPause } from "@stepwright/engine";
import {
  isJsonObject,
  type ApiEvent,
  type ApiMetadata,
  type ApiRun,
  type ApiRunRow,
  type ApiWaitsFor,
  type JsonValue,
  type RunId,
} from "@stepwright/protocol";
import { presentActivity, presentDoing } from "./present-doing.ts";
import { waitsForPresenter } from "./present-flow.ts";
import { readError, readJson, readObject } from "./present-json.ts";
import { presentSteps, type StepFacts } from "./present-steps.ts";
import type { RegistryIndex } from "./registry-index.ts";

/** Everything stored about a run. */
export interface RunFacts extends Omit<StepFacts, "retries"> {
  readonly pauses: readonly StoredPause[];
  /** Its triggering events in order, presented. */
  readonly events: readonly ApiEvent[];
  /** Runs that hold the slots its calls wait for, by gate. */
  readonly holders: ReadonlyMap<string, readonly RunId[]>;
  readonly metadata: readonly RunMetadata[];
  /** Runs that were started again from it. */
  readonly reruns: readonly Run[];
}

/** What a run has open; it is not looked at when the run has ended. */
export type OpenFacts = Pick<RunFacts, "items" | "pauses">;

/** Presents a row of a list of runs. */
export function presentRunRow(run: Run, open: OpenFacts, registry: RegistryIndex): ApiRunRow {
  return {
    id: run.id,
    status: run.status,
    functionSlug: run.functionSlug,
    functionName: functionOf(run, registry)?.config.name ?? run.functionSlug,
    appName: registry.app(run.appId)?.name ?? run.appId,
    trigger: { eventName: run.triggerName, eventId: run.triggerEventId, cron: run.cron },
    queuedAt: run.queuedAt,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    summary: summaryOf(run),
    activity: isEnded(run.status)
      ? null
      : presentActivity({ ...open, waitsFor: waitsForOf({ run, items: open.items }, registry) }),
  };
}

/** Presents a run in full. */
export function presentRun(facts: RunFacts, registry: RegistryIndex): ApiRun {
  const { run } = facts;
  const steps = presentSteps({ ...facts, retries: functionOf(run, registry)?.config.retries ?? null });
  return {
    ...presentRunRow(run, facts, registry),
    // A failed run keeps the error as the app sent it in `output`; `error` below is the same, made readable.
    output: run.status === "completed" ? readJson(run.output) : null,
    error: run.status === "failed" ? readError(run.error) : null,
    events: facts.events,
    steps,
    doing: isEnded(run.status)
      ? []
      : presentDoing({ items: facts.items, pauses: facts.pauses, steps, waitsFor: waitsForOf(facts, registry) }),
    invokedBy: run.invokedBy,
    originalRunId: run.originalRunId,
    reruns: facts.reruns.map(({ id, status, queuedAt }) => ({ runId: id, status, queuedAt })),
    functionVersion: run.functionVersion,
    metadata: facts.metadata.map(presentMetadata),
  };
}

function presentMetadata({ target, kind, values, updatedAt }: RunMetadata): ApiMetadata {
  return { ...target, kind, values: readObject(values), updatedAt };
}

function waitsForOf(
  { run, items, holders }: Pick<RunFacts, "run" | "items"> & Partial<Pick<RunFacts, "holders">>,
  registry: RegistryIndex,
): ReadonlyMap<string, ApiWaitsFor> {
  if (items.every(({ waitsFor }) => waitsFor === null)) return new Map();
  const present = waitsForPresenter({ fn: functionOf(run, registry), app: registry.app(run.appId) });
  return new Map(
    items.flatMap(({ id, waitsFor }) => {
      if (waitsFor === null) return [];
      const held = waitsFor.kind === "gate" ? holders?.get(waitsFor.gate.id) : undefined;
      return [[id, present(waitsFor, held)] as const];
    }),
  );
}

function functionOf(run: Run, registry: RegistryIndex): FunctionRecord | null {
  return registry.functionById(run.functionId);
}

/** The one line that says why a run did not complete. */
function summaryOf(run: Run): string | null {
  switch (run.status) {
    case "failed":
      return readError(run.error)?.message.split("\n", 1)[0] ?? null;
    case "cancelled":
    case "skipped":
      return reasonText(readObject(run.error)["reason"] ?? null, run.status === "skipped");
    case "queued":
    case "running":
    case "completed":
      return null;
  }
}

function reasonText(reason: JsonValue, isSkipped: boolean): string | null {
  if (!isJsonObject(reason)) return typeof reason === "string" ? reason : null;
  const { kind, eventName, which, runId } = reason;
  switch (kind) {
    case "request":
      return "cancelled by request";
    case "event":
      return `cancelled by event ${typeof eventName === "string" ? eventName : ""}`;
    case "timeout":
      return which === "start" ? "cancelled: it did not start in time" : "cancelled: it did not finish in time";
    case "singleton":
      return isSkipped
        ? `skipped: singleton held by run ${typeof runId === "string" ? runId : ""}`
        : `cancelled: run ${typeof runId === "string" ? runId : ""} of this singleton took its place`;
    case "functionPaused":
      return "skipped: the function was paused";
    case "bulk":
      return "cancelled together with other runs of its function";
    case "backlogDropped":
      return "cancelled: the function's backlog was dropped";
    default:
      return typeof kind === "string" ? kind : null;
  }
}
