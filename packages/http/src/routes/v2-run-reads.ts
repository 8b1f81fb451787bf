// REST v2: runs in lists and alone, and their traces.
import type { Run } from "@stepwright/engine";
import {
  parseJsonText,
  runNotFound,
  ulidTime,
  type FunctionId,
  type JsonObject,
  type RunId,
} from "@stepwright/protocol";
import type { RunReads } from "@stepwright/storage";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { readInvokedInputs } from "../invoked-inputs.ts";
import { listRuns } from "../list-runs.ts";
import { presentAppSpans } from "../present-app-spans.ts";
import { presentSteps } from "../present-steps.ts";
import { v2Run, v2Trace } from "../present-v2-run.ts";
import { one, type Query } from "../query.ts";
import { readFlag, readLimit, readV2EventId, readV2RunId } from "../read-v2.ts";
import { readOrder, readRunCursor, readRunFilter, writeRunCursor } from "../read-v2-runs.ts";
import { indexRegistry, type RegistryIndex } from "../registry-index.ts";
import { sendV2 } from "../rest-v2.ts";
import type { ServerDeps } from "../server.ts";
import { existingFunction } from "./v2-apps.ts";

interface OfRun {
  readonly Params: { readonly runId: string };
  readonly Querystring: Query;
}

/** Adds the routes that read runs. */
export function v2RunReadRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const { runs, events } = runtime.storage;

  const present = async (
    shown: readonly Run[],
    { registry, includeOutput }: { readonly registry: RegistryIndex; readonly includeOutput: boolean },
  ): Promise<JsonObject[]> => {
    // Only a batch has more events than the one that is kept with the run; those of all batches are one read.
    const batches = shown.filter(({ batchId }) => batchId !== null);
    const eventsOf = batches.length === 0 ? new Map<RunId, never>() : await runs.eventsOf(batches.map(({ id }) => id));
    return shown.map((run) => {
      const eventIds = eventsOf.get(run.id)?.map((event) => event.internalId) ?? [run.triggerEventId];
      return v2Run(run, registry, { eventIds, includeOutput });
    });
  };
  const existing = (text: string): Promise<Run> => existingV2Run(runs, text);

  const list = async (
    { query }: FastifyRequest<{ Querystring: Query }>,
    reply: FastifyReply,
    only: { readonly functionIds?: readonly FunctionId[] },
  ): Promise<FastifyReply> => {
    const limit = readLimit(query, { default: 20, max: 100 });
    const registry = indexRegistry(runtime.registry());
    const { filter, period } = readRunFilter(query, registry);
    const direction = readOrder(query);
    const includeOutput = readFlag(query, "includeOutput");
    const page = await listRuns(runs, {
      filter: { ...filter, ...only },
      isDeferred: one(query, "isDeferred") === null ? null : readFlag(query, "isDeferred"),
      direction,
      limit,
      after: readRunCursor(query, filter.time),
    });
    return sendV2(reply, {
      data: await present(page.items, { registry, includeOutput }),
      now: runtime.now(),
      page: { limit, ...(page.next === null ? {} : { cursor: writeRunCursor(filter.time, page.next) }) },
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
    const after = readRunCursor(query, "queuedAt");
    const includeOutput = readFlag(query, "includeOutput");
    const registry = indexRegistry(runtime.registry());
    const started = (await runs.startedBy(eventId)).toReversed();
    const rest = after === null ? started : started.filter(({ id }) => id < after.id);
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    const hasMore = rest.length > items.length && last !== undefined;
    return sendV2(reply, {
      data: await present(items, { registry, includeOutput }),
      now: runtime.now(),
      page: {
        limit,
        ...(hasMore ? { cursor: writeRunCursor("queuedAt", { at: ulidTime(last.id), id: last.id }) } : {}),
      },
    });
  });

  app.get<OfRun>("/runs/:runId", async ({ params, query }, reply) => {
    const run = await existing(params.runId);
    const [data = null] = await present([run], {
      registry: indexRegistry(runtime.registry()),
      includeOutput: readFlag(query, "includeOutput"),
    });
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
}

/** Reads the run of a path; throws FIELD_INVALID, RUN_NOT_FOUND. */
export async function existingV2Run(runs: Pick<RunReads, "get">, text: string): Promise<Run> {
  const runId = readV2RunId(text);
  const run = await runs.get(runId);
  if (run === null) throw runNotFound({ runId });
  return run;
}
