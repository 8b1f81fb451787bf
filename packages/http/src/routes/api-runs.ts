// `/api/runs`: lists runs, shows one with all its steps, cancels one and runs one again.
import { isEnded, type Run, type RunStatus, type StoredEvent } from "@stepwright/engine";
import {
  asRunId,
  canonicalJson,
  cursorInvalid,
  filterInvalid,
  isUlid,
  runNotFound,
  type ApiEvent,
  type ApiPage,
  type ApiRun,
  type ApiRunRow,
  type ApiRunStatus,
  type RunId,
} from "@stepwright/protocol";
import type { RunFilter } from "@stepwright/storage";
import type { RerunOptions } from "@stepwright/runtime";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { anyJson } from "../any-json.ts";
import { bodyJson, bodyText } from "../body.ts";
import { readInvokedInputs } from "../invoked-inputs.ts";
import { holdersMax, pageRowsMax } from "../limits.ts";
import {
  isNumber,
  limitParameter,
  millisParameter,
  readBody,
  readQuery,
  readRunId,
  searchParameter,
} from "../parameters.ts";
import { presentEvent } from "../present-event.ts";
import { presentRun, presentRunRow, type OpenFacts } from "../present-run.ts";
import { presentSearchPage } from "../present-search.ts";
import { indexRegistry, type RegistryIndex } from "../registry-index.ts";
import type { ServerDeps } from "../server.ts";

const statuses = [
  "queued",
  "running",
  "completed",
  "failed",
  "cancelled",
  "skipped",
] as const satisfies readonly ApiRunStatus[];

const statusesParameter = z.string().transform((text, context): RunStatus[] => {
  const names = text.split(",").filter((name) => name !== "");
  const known = names.filter((name) => isStatus(name));
  const unknown = names.find((name) => !isStatus(name));
  if (unknown !== undefined) {
    context.addIssue({
      code: "custom",
      message: `"${unknown}" is not a status; use ${statuses.join(", ")}, separated by commas`,
    });
  }
  return known;
});

const idsParameter = z
  .string()
  .transform((text) => text.split(",").filter((id) => id !== ""))
  .refine(
    (ids) => ids.length <= pageRowsMax && ids.every(isUlid),
    `it must be ids of runs, at most ${pageRowsMax}, separated by commas`,
  )
  .transform((ids) => ids.map(asRunId));

/** The query of a list of runs. With `id` only those are looked at, in that order and on one page. */
export const runsQuery = z.strictObject({
  id: idsParameter.optional(),
  status: statusesParameter.optional(),
  function: z.string().optional(),
  app: z.string().optional(),
  event: z.string().optional(),
  from: millisParameter.optional(),
  to: millisParameter.optional(),
  search: searchParameter.optional(),
  cursor: z.string().optional(),
  limit: limitParameter,
});

type RunsQuery = z.output<typeof runsQuery>;

/** The body of a rerun; an empty one runs the whole again. */
export const rerunBody = z.strictObject({
  fromStep: z
    .strictObject({
      stepId: z.string("send the id or the name of the step").min(1, "it is empty"),
      input: z.array(anyJson, "send the list of the step's arguments").optional(),
    })
    .optional(),
  data: z.record(z.string(), anyJson, "send the event's data, an object").optional(),
});

const nothingOpen: OpenFacts = { items: [], pauses: [] };

/** Adds the run routes of the dashboard. */
export function apiRunRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const { runs, pauses, queue } = runtime.storage;
  /** Who holds what these items wait for. */
  const holdersFor = async (items: OpenFacts["items"]): Promise<ReadonlyMap<string, readonly RunId[]>> => {
    const gates = items.flatMap(({ waitsFor }) =>
      waitsFor?.kind === "gate" && waitsFor.opensAt === null ? [waitsFor.gate.id] : [],
    );
    const found = await Promise.all(
      [...new Set(gates)].map(async (gateId) => [gateId, await queue.holders(gateId, holdersMax)] as const),
    );
    return new Map(found);
  };
  const present = async (event: StoredEvent): Promise<ApiEvent> =>
    presentEvent(event, await runtime.eventPayload(event));

  const readPage = async ({ id, search, limit, ...query }: RunsQuery, filter: RunFilter) => {
    const cursor = query.cursor ?? null;
    if (id !== undefined) {
      if (search !== undefined || cursor !== null)
        throw filterInvalid({ name: "id", reason: "it goes with neither a search nor a cursor" });
      const named = await Promise.all(id.map((runId) => runs.get(runId)));
      return { items: named.filter((run) => run !== null).filter((run) => isWanted(run, filter)), nextCursor: null };
    }
    if (cursor !== null && !(search === undefined ? isUlid(cursor) : isNumber(cursor))) throw cursorInvalid({ cursor });
    if (search === undefined) return runs.list(filter, { cursor, limit });
    return presentSearchPage(await runs.search(search, filter, { cursor, limit }));
  };

  app.get("/api/runs", async (request): Promise<ApiPage<ApiRunRow>> => {
    const query = readQuery(runsQuery, request.query);
    const registry = indexRegistry(runtime.registry());
    const page = await readPage(query, filterOf(query, registry));
    const open = await runs.openOf(page.items.flatMap(({ id, status }) => (isEnded(status) ? [] : [id])));
    return { ...page, items: page.items.map((run) => presentRunRow(run, open.get(run.id) ?? nothingOpen, registry)) };
  });

  app.get<{ Params: { runId: string } }>("/api/runs/:runId", async (request): Promise<ApiRun> => {
    const runId = readRunId(request.params.runId);
    // The run is read last: a commit in between then shows as steps too many, never as a run that has ended and still waits.
    const [steps, spans, items, open, events, metadata, reruns] = await Promise.all([
      runs.steps(runId),
      runs.spans(runId),
      runs.items(runId),
      pauses.byRun(runId),
      runs.events(runId),
      runs.metadata(runId),
      runs.rerunsOf(runId),
    ]);
    const run = await runs.get(runId);
    if (run === null) throw runNotFound({ runId });
    const holders = isEnded(run.status) ? new Map() : await holdersFor(items);
    const invokedInputs = await readInvokedInputs(spans, (id) => runtime.storage.events.byInternalId(id));
    const facts = {
      run,
      steps,
      spans,
      items,
      pauses: open,
      invokedInputs,
      holders,
      metadata,
      reruns,
      events: await Promise.all(events.map(present)),
    };
    return presentRun(facts, indexRegistry(runtime.registry()));
  });

  app.post<{ Params: { runId: string } }>("/api/runs/:runId/cancel", async (request) => ({
    cancelled: await runtime.cancelRun(readRunId(request.params.runId)),
  }));

  app.post<{ Params: { runId: string } }>("/api/runs/:runId/rerun", async (request) => ({
    runId: await runtime.rerun(readRunId(request.params.runId), readRerun(request)),
  }));
}

/** An empty body runs the whole again. */
function readRerun(request: FastifyRequest): RerunOptions {
  if (bodyText(request).trim() === "") return {};
  const { fromStep, data } = readBody(rerunBody, bodyJson(request));
  return {
    ...(fromStep === undefined
      ? {}
      : {
          fromStep: {
            stepId: fromStep.stepId,
            ...(fromStep.input === undefined ? {} : { input: canonicalJson(fromStep.input) }),
          },
        }),
    ...(data === undefined ? {} : { eventData: canonicalJson(data) }),
  };
}

/** As the store's own lists have it. */
function isWanted(run: Run, filter: RunFilter): boolean {
  const { statuses, functionId, appId, triggerName, queuedFrom, queuedBefore } = filter;
  return (
    (statuses === undefined || statuses.includes(run.status)) &&
    (functionId === undefined || run.functionId === functionId) &&
    (appId === undefined || run.appId === appId) &&
    (triggerName === undefined || run.triggerName === triggerName) &&
    (queuedFrom === undefined || run.queuedAt >= queuedFrom) &&
    (queuedBefore === undefined || run.queuedAt < queuedBefore)
  );
}

function isStatus(name: string): name is RunStatus {
  return statuses.some((status) => status === name);
}

function filterOf(query: RunsQuery, registry: RegistryIndex): RunFilter {
  const fn = query.function === undefined ? null : registry.functionBySlug(query.function);
  const app = query.app === undefined ? null : registry.appByName(query.app);
  if (query.function !== undefined && fn === null) {
    throw filterInvalid({
      name: "function",
      reason: `no function has the id "${query.function}"; GET /api/functions lists them`,
    });
  }
  if (query.app !== undefined && app === null) {
    throw filterInvalid({ name: "app", reason: `no app has the name "${query.app}"; GET /api/apps lists them` });
  }
  return {
    ...(query.status === undefined || query.status.length === 0 ? {} : { statuses: query.status }),
    ...(fn === null ? {} : { functionId: fn.id }),
    ...(app === null ? {} : { appId: app.id }),
    ...(query.event === undefined ? {} : { triggerName: query.event }),
    ...(query.from === undefined ? {} : { queuedFrom: query.from }),
    ...(query.to === undefined ? {} : { queuedBefore: query.to }),
  };
}
