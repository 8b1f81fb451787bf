// Runs.
import type { DeferState, Run, StoredEvent } from "@stepwright/engine";
import { asRunId, isJsonObject, isUlid, parseJsonText, type RunId, traceIdOf, ulidTime } from "@stepwright/protocol";
import type { Context } from "../context.ts";
import { failure } from "../failure.ts";
import type { Resolve, TypeResolvers } from "../resolver.ts";
import { isDeferred, outputText, statusWord, triggerIdsOf } from "../run-words.ts";
import { sentText } from "../event-words.ts";
import { readTrace } from "../traces/read-trace.ts";
import { goneApp } from "./functions.ts";

interface RunArgs {
  readonly runID: string;
}

const run: Resolve<unknown, RunArgs> = async (_, { runID }, context) => {
  const found = await findRun(runID, context);
  if (found === null) throw failure(`error retrieving run: run not found: ${runID}`);
  return found;
};

const runTrace: Resolve<unknown, RunArgs> = async (_, { runID }, context) =>
  readTrace(await theRun(runID, context), { isPreview: true }, context);

const runTrigger: Resolve<unknown, RunArgs> = async (_, { runID }, context) => {
  const { id, cron, batchId } = await theRun(runID, context);
  const events = await context.eventsOf(id);
  const names = new Set(events.map(({ name }) => name));
  return {
    eventName: cron === null && names.size === 1 ? [...names][0] : null,
    IDs: events.map(({ internalId }) => internalId),
    payloads: await Promise.all(events.map(async (event) => sentText(event, await context.dataOf(event)))),
    timestamp: Math.min(...events.map(({ internalId }) => ulidTime(internalId))),
    isBatch: batchId !== null,
    batchID: batchId,
    cron,
  };
};

const runFields = {
  appID: ({ appId }) => appId,
  app: ({ appId, functionSlug }, _, { registry }) => registry.app(appId) ?? goneApp(appId, functionSlug),
  functionID: ({ functionId }) => functionId,
  function: ({ functionId }, _, { fn }) => fn(functionId),
  traceID: ({ id }) => traceIdOf(id),
  status: ({ status }) => statusWord(status),
  sourceID: () => null,
  triggerIDs: (source, _, context) => triggerIdsOf(source, context),
  eventName: ({ cron, batchId, triggerName }) => (cron === null && batchId === null ? triggerName : null),
  isBatch: ({ batchId }) => batchId !== null,
  batchCreatedAt: ({ batchId }) => batchTime(batchId),
  cronSchedule: ({ cron }) => cron,
  output: (source) => outputText(source),
  hasAI: () => false,
  trace: (source, { preview }: { readonly preview?: boolean | null }, context) =>
    readTrace(source, { isPreview: preview === true }, context),
  defers: (source) => defersOf(source),
  siblingDefers: async (source, _, context) => {
    const parent = await deferringRun(source, context);
    return parent === null ? [] : defersOf(parent);
  },
  deferredFrom: async (source, _, context) => {
    const parent = await deferringRun(source, context);
    const fn = parent === null ? null : await context.fn(parent.functionId);
    return parent === null || fn === null ? [] : [{ runID: parent.id, function: fn, run: parent }];
  },
  isDeferred: (source) => isDeferred(source),
} satisfies Readonly<Record<string, Resolve<Run, { readonly preview?: boolean | null }>>>;

interface Defer extends DeferState {
  readonly id: string;
}

const deferFields = {
  hashedDeferID: ({ id }) => id,
  // The SDK tells the hash alone.
  userlandDeferID: ({ id }) => id,
  fnSlug: ({ functionSlug }) => functionSlug,
  status: ({ status }) => deferWords[status],
  function: ({ functionSlug }, _, { registry }) => registry.fnBySlug(functionSlug),
  runID: () => null,
  run: () => null,
} satisfies Readonly<Record<string, Resolve<Defer, unknown>>>;

const deferWords: Readonly<Record<DeferState["status"], string>> = {
  live: "SCHEDULED",
  aborted: "ABORTED",
  rejected: "REJECTED",
};

function defersOf({ progress }: Run): readonly Defer[] {
  return Object.entries(progress.defers).map(([id, defer]) => ({ id, ...defer }));
}

/** The run that deferred this one; null for a run that nobody deferred. */
async function deferringRun(run: Run, context: Context): Promise<Run | null> {
  if (!isDeferred(run)) return null;
  const [event] = await context.eventsOf(run.id);
  const id = event === undefined ? null : await parentIn(event, context);
  return id === null ? null : context.run(id);
}

async function parentIn(event: StoredEvent, { dataOf }: Context): Promise<RunId | null> {
  const data = parseJsonText(await dataOf(event));
  const own = isJsonObject(data) ? data["_inngest"] : null;
  const id = isJsonObject(own) ? own["parent_run_id"] : null;
  return typeof id === "string" ? asRunId(id) : null;
}

/** When the first event came into a batch; null for none, or one whose id tells no time. */
export function batchTime(batchId: string | null): number | null {
  return batchId !== null && isUlid(batchId) ? ulidTime(batchId) : null;
}

/** Reads a run; null when there is none by that id. */
export async function findRun(id: string, { run }: Context): Promise<Run | null> {
  return isUlid(id) ? run(asRunId(id)) : null;
}

async function theRun(id: string, context: Context): Promise<Run> {
  const found = await findRun(id, context);
  if (found === null) throw failure(`run not found: ${id}`);
  return found;
}

/** The resolvers of runs. */
export const runResolvers: Readonly<Record<string, TypeResolvers>> = {
  Query: { run, runTrace, runTrigger },
  FunctionRunV2: runFields,
  RunDefer: deferFields,
};
