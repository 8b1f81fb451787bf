// REST v2: runs in lists and alone, their traces, and what is done to them.
import type { Run, RunStatus } from "@stepwright/engine";
import {
  asRunId,
  canonicalJson,
  fieldInvalid,
  isUlid,
  millis,
  parseJsonText,
  runAlreadyCancelled,
  runEnded,
  runNotFound,
  ulidTime,
  ulidTimeMax,
  type EventId,
  type FunctionId,
  type JsonObject,
  type Millis,
} from "@stepwright/protocol";
import type { RerunOptions } from "@stepwright/runtime";
import type { RunPosition, TimedRunFilter } from "@stepwright/storage";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { readInvokedInputs } from "../invoked-inputs.ts";
import { listRuns } from "../list-runs.ts";
import { presentAppSpans } from "../present-app-spans.ts";
import { presentSteps } from "../present-steps.ts";
import { v2Run, v2Trace } from "../present-v2-run.ts";
import {
  all,
  camelKeys,
  one,
  readFlag,
  readLimit,
  readTime,
  readV2Body,
  readV2EventId,
  readV2RunId,
  type Query,
} from "../read-v2.ts";
import { indexRegistry, type RegistryIndex } from "../registry-index.ts";
import { readScores } from "../read-scores.ts";
import { protoTime, sendV2 } from "../rest-v2.ts";
import type { ServerDeps } from "../server.ts";
import { appOf, existingFunction, functionOf } from "./v2-apps.ts";

interface OfRun {
  readonly Params: { readonly runId: string };
  readonly Querystring: Query;
}

/** The body of a rerun; an empty one runs the whole again. */
export const rerunBody = z.strictObject({
  fromStep: z
    .preprocess(
      camelKeys,
      z.strictObject({ stepId: z.string("send text").min(1, "it is empty"), input: z.json().optional() }),
    )
    .optional(),
});

/** Adds the run routes. */
export function v2RunRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const { runs, events } = runtime.storage;

  const present = async (run: Run, registry: RegistryIndex, includeOutput: boolean): Promise<JsonObject> =>
    v2Run(run, registry, { eventIds: await eventIdsOf(run), includeOutput });
  /** Only a batch has more than the one that is kept with the run. */
  const eventIdsOf = async (run: Run): Promise<readonly EventId[]> =>
    run.batchId === null ? [run.triggerEventId] : (await runs.events(run.id)).map((event) => event.internalId);
  const existing = async (text: string): Promise<Run> => {
    const runId = readV2RunId(text);
    const run = await runs.get(runId);
    if (run === null) throw runNotFound({ runId });
    return run;
  };

  const list = async (
    { query }: FastifyRequest<{ Querystring: Query }>,
    reply: FastifyReply,
    only: { readonly functionIds?: readonly FunctionId[] },
  ): Promise<FastifyReply> => {
    const limit = readLimit(query, { default: 20, max: 100 });
    const registry = indexRegistry(runtime.registry());
    const { filter, period } = readFilter(query, registry);
    const direction = readOrder(query);
    const includeOutput = readFlag(query, "includeOutput");
    const page = await listRuns(runs, {
      filter: { ...filter, ...only },
      isDeferred: one(query, "isDeferred") === null ? null : readFlag(query, "isDeferred"),
      direction,
      limit,
      after: readCursor(query, filter.time),
    });
    return sendV2(reply, {
      data: await Promise.all(page.items.map((run) => present(run, registry, includeOutput))),
      now: runtime.now(),
      page: { limit, ...(page.next === null ? {} : { cursor: writeCursor(filter.time, page.next) }) },
      ...(period === null ? {} : { metadata: { timeRange: period } }),
    });
  };

  app.get<{ Querystring: Query }>("/runs", async (request, reply) => list(request, reply, {}));

  app.get<{ Params: { appId: string; functionId: string }; Querystring: Query }>(
    "/apps/:appId/functions/:functionId/runs",
    async (request, reply) => {
      const { fn } = existingFunction(indexRegistry(runtime.registry()), request.params);
      return list(request, reply, { functionIds: [fn.id] });
    },
  );

  app.get<{ Params: { eventId: string }; Querystring: Query }>("/events/:eventId/runs", async (request, reply) => {
    const { query, params } = request;
    const eventId = readV2EventId(params.eventId);
    const limit = readLimit(query, { default: 20, max: 40 });
    const after = readCursor(query, "queuedAt");
    const includeOutput = readFlag(query, "includeOutput");
    const registry = indexRegistry(runtime.registry());
    const started = (await runs.startedBy(eventId)).toReversed();
    const rest = after === null ? started : started.filter(({ id }) => id < after.id);
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    const hasMore = rest.length > items.length && last !== undefined;
    return sendV2(reply, {
      data: await Promise.all(items.map((run) => present(run, registry, includeOutput))),
      now: runtime.now(),
      page: { limit, ...(hasMore ? { cursor: writeCursor("queuedAt", { at: ulidTime(last.id), id: last.id }) } : {}) },
    });
  });

  app.get<OfRun>("/runs/:runId", async ({ params, query }, reply) => {
    const run = await existing(params.runId);
    const data = await present(run, indexRegistry(runtime.registry()), readFlag(query, "includeOutput"));
    return sendV2(reply, { data, now: runtime.now() });
  });

  app.get<OfRun>("/runs/:runId/trace", async ({ params, query }, reply) => {
    const includeOutput = readFlag(query, "includeOutput");
    const { id } = await existing(params.runId);
    const [steps, spans, items, metadata, ownSpans, triggers] = await Promise.all([
      runs.steps(id),
      runs.spans(id),
      runs.items(id),
      runs.metadata(id),
      runs.appSpans(id),
      includeOutput ? runs.events(id) : [],
    ]);
    // Read last, as a run that has ended meanwhile must not have open steps.
    const run = await existing(params.runId);
    const fn = indexRegistry(runtime.registry()).functionById(run.functionId);
    const invokedInputs = await readInvokedInputs(spans, (eventId) => events.byInternalId(eventId));
    const shown = presentSteps({ run, steps, spans, items, invokedInputs, retries: fn?.config.retries ?? null });
    const inputs = await Promise.all(
      triggers.map(async (event) => ({
        data: parseJsonText(await runtime.eventPayload(event)),
        id: event.id,
        name: event.name,
        ts: event.ts,
      })),
    );
    return sendV2(reply, {
      data: v2Trace(run, {
        steps: shown,
        metadata,
        appSpans: presentAppSpans(spans, ownSpans),
        events: inputs,
        includeOutput,
      }),
      now: runtime.now(),
    });
  });

  app.post<OfRun>("/runs/:runId/rerun", async (request, reply) => {
    const runId = readV2RunId(request.params.runId);
    const { fromStep } = readV2Body(rerunBody, request);
    const again = await runtime.rerun(runId, fromStep === undefined ? {} : { fromStep: stepOf(fromStep) });
    return sendV2(reply, { data: { runId: again }, now: runtime.now() });
  });

  app.post<OfRun>("/runs/:runId/cancel", async (request, reply) => {
    const runId = readV2RunId(request.params.runId);
    if (!(await runtime.cancelRun(runId))) {
      const run = await existing(runId);
      if (run.status === "cancelled") throw runAlreadyCancelled({ runId });
      throw runEnded({ runId, runStatus: run.status });
    }
    return sendV2(reply, { data: { runId }, now: runtime.now() });
  });

  app.post<OfRun>("/runs/:runId/scores", async (request, reply) => {
    const { id: runId } = await existing(request.params.runId);
    const scores = readScores(request);
    await runtime.putMetadata(
      runId,
      scores.map(({ name, value, stepId }) => ({
        target: { stepId: stepId ?? null, attempt: null, spanId: null },
        kind: "inngest.score",
        op: "merge",
        values: { [name]: { value } },
      })),
    );
    return sendV2(reply, { data: scores.map((score) => ({ ...score, runId })), now: runtime.now() });
  });
}

function stepOf({
  stepId,
  input,
}: NonNullable<z.output<typeof rerunBody>["fromStep"]>): NonNullable<RerunOptions["fromStep"]> {
  return input === undefined ? { stepId } : { stepId, input: canonicalJson(input) };
}

const statuses: Readonly<Record<string, RunStatus>> = {
  QUEUED: "queued",
  RUNNING: "running",
  COMPLETED: "completed",
  FAILED: "failed",
  CANCELLED: "cancelled",
  SKIPPED: "skipped",
};

/** Runs that were skipped have done nothing; a list has them only when they are asked for. */
const shownStatuses: readonly RunStatus[] = ["queued", "running", "completed", "failed", "cancelled"];

const times: Readonly<Record<string, TimedRunFilter["time"]>> = {
  queuedat: "queuedAt",
  startedat: "startedAt",
  endedat: "endedAt",
};

function readFilter(
  query: Query,
  registry: RegistryIndex,
): { readonly filter: TimedRunFilter; readonly period: { readonly from: string; readonly until: string } | null } {
  const time = times[(one(query, "timeField") ?? "queuedAt").toLowerCase().replaceAll("_", "")];
  if (time === undefined) throw fieldInvalid({ reason: "Time field is invalid" });
  const from = readTime(query, "from");
  const until = readTime(query, "until");
  if (from !== null && until !== null && from >= until) throw fieldInvalid({ reason: "from must be before until" });
  const wanted = all(query, "status").map((text) => statuses[text.toUpperCase()]);
  if (wanted.includes(undefined)) throw fieldInvalid({ reason: "Status is invalid" });
  const filter: TimedRunFilter = {
    time,
    from: from ?? millis(0),
    before: until ?? endOfTime,
    statuses: wanted.length === 0 ? shownStatuses : wanted.filter((status) => status !== undefined),
    ...ownersOf(query, registry),
  };
  return {
    filter,
    period: from === null || until === null ? null : { from: protoTime(from), until: protoTime(until) },
  };
}

const endOfTime: Millis = millis(ulidTimeMax);

/** Apps and functions that nobody knows have no runs; that is no error. */
function ownersOf(query: Query, registry: RegistryIndex): Pick<TimedRunFilter, "appIds" | "functionIds"> {
  const appNames = all(query, "appId");
  const functionNames = all(query, "functionId");
  if (appNames.length === 0) {
    if (functionNames.length > 0) throw fieldInvalid({ reason: "appId is required when filtering by functionId" });
    return {};
  }
  const apps = appNames.flatMap((name) => appOf(registry, name) ?? []);
  if (functionNames.length === 0) return { appIds: apps.map(({ id }) => id) };
  const functions = apps.flatMap((app) => functionNames.flatMap((name) => functionOf(registry, app, name) ?? []));
  return { functionIds: functions.map(({ id }) => id) };
}

function readOrder(query: Query): "asc" | "desc" {
  const order = (one(query, "order") ?? "desc").toLowerCase();
  if (order !== "asc" && order !== "desc") throw fieldInvalid({ reason: "Order is invalid" });
  return order;
}

/** Opaque to clients: where the page ended, and in the order of which time, so that no other list takes it. */
function writeCursor(time: TimedRunFilter["time"], { at, id }: RunPosition): string {
  return Buffer.from(`${time} ${at} ${id}`).toString("base64url");
}

function readCursor(query: Query, time: TimedRunFilter["time"]): RunPosition | null {
  const cursor = one(query, "cursor");
  if (cursor === null) return null;
  const [madeFor, at = "", id = ""] = Buffer.from(cursor, "base64url").toString("utf8").split(" ");
  if (madeFor !== time || !/^\d{1,15}$/.test(at) || !isUlid(id)) throw fieldInvalid({ reason: "Cursor is invalid" });
  return { at: millis(Number(at)), id: asRunId(id) };
}
