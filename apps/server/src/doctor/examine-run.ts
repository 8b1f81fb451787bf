// Looks at a run, an event or a function, or at an app that is named.
import type {
  ApiApp,
  ApiEventDetail,
  ApiFunction,
  ApiFunctionQueue,
  ApiPage,
  ApiRun,
  ApiSetAside,
} from "@stepwright/protocol";
import { findApp, readAppList } from "../apps/find.ts";
import { guessFunctions, readFunctionList } from "../functions/guess.ts";
import type { ServerAnswer, ServerClient } from "../remote/server-client.ts";
import { findInEvent } from "./event-findings.ts";
import { examineApp } from "./examine-app.ts";
import type { Asked, Examined } from "./examined.ts";
import type { Finding } from "./finding.ts";
import { findInFunction } from "./function-findings.ts";
import { findInRun } from "./run-findings.ts";

interface Registry {
  readonly apps: readonly ApiApp[];
  readonly functions: readonly ApiFunction[];
}

/** Looks at what has this id. */
export async function examineRunOrEvent(asked: Asked, id: string): Promise<Examined> {
  const { client } = asked;
  const registry = await readRegistry(client);
  if (registry.kind === "failed") return registry;
  const run = await client.ask<ApiRun>("GET", `/api/runs/${id}`);
  if (run.kind === "answer") return examineRun(asked, run.value, registry.value);
  if (run.code !== "RUN_NOT_FOUND") return run;
  const event = await client.ask<ApiEventDetail>("GET", `/api/events/${id}`);
  if (event.kind === "failed")
    return event.code === "EVENT_NOT_FOUND"
      ? { ...event, message: `there is neither a run nor an event ${id}; it may have been removed by retention` }
      : event;
  return examineEvent(asked, event.value, registry.value);
}

/** Looks at the function or the app of this name. */
export async function examineNamed(asked: Asked, name: string): Promise<Examined> {
  const { client } = asked;
  const registry = await readRegistry(client);
  if (registry.kind === "failed") return registry;
  const { apps, functions } = registry.value;
  const fn = functions.find(({ slug }) => slug === name);
  const app = findApp(apps, name);
  if (fn === undefined) {
    if (app !== null) return examineApp(asked, app.url);
    const guess = await guessFunctions(client, [name]);
    return {
      kind: "failed",
      code: "FUNCTION_NOT_FOUND",
      message: `the server knows neither a function nor an app "${name}"${guess}`,
    };
  }
  const queue = await client.ask<ApiFunctionQueue>("GET", `/api/functions/${encodeURIComponent(name)}/queue`);
  if (queue.kind === "failed") return queue;
  const owner = apps.find(({ id }) => id === fn.appId) ?? null;
  const { inFlight, future } = queue.value;
  return {
    findings: findInFunction({ fn, app: owner, queue: queue.value, server: client.url }),
    well: `Nothing found: ${name} works, ${inFlight} calls in flight, ${future} later.`,
  };
}

async function examineRun({ client, terminal }: Asked, run: ApiRun, { apps, functions }: Registry): Promise<Examined> {
  const fn = functions.find(({ slug }) => slug === run.functionSlug) ?? null;
  const app = apps.find(({ id, name }) => (fn === null ? name === run.appName : id === fn.appId)) ?? null;
  const setAside = await readSetAside(client, run.id);
  if (setAside.kind === "failed") return setAside;
  const findings = findInRun({ run, fn, app, setAside: setAside.value, server: client.url, now: terminal.now() });
  const how = run.status === "completed" ? "has completed" : "goes on, nothing is in its way";
  return { findings, well: `Nothing found: run ${run.id} ${how}.` };
}

/** Runs of an event that are looked at: one event seldom starts more. */
const runsMax = 20;

async function examineEvent(asked: Asked, event: ApiEventDetail, registry: Registry): Promise<Examined> {
  const findings: Finding[] = [...findInEvent(event, registry.functions)];
  for (const { runId } of event.runs.slice(0, runsMax)) {
    const run = await asked.client.ask<ApiRun>("GET", `/api/runs/${runId}`);
    if (run.kind === "failed") return run;
    const examined = await examineRun(asked, run.value, registry);
    if ("kind" in examined) return examined;
    findings.push(...examined.findings);
  }
  const count = event.runs.length;
  return {
    findings,
    well: `Nothing found: event ${event.internalId} started ${count === 1 ? "1 run" : `${count} runs`}, and nothing is in their way.`,
  };
}

async function readRegistry(client: ServerClient): Promise<ServerAnswer<Registry>> {
  const [apps, functions] = await Promise.all([readAppList(client), readFunctionList(client)]);
  if (apps.kind === "failed") return apps;
  if (functions.kind === "failed") return functions;
  return { kind: "answer", value: { apps: apps.value.items, functions: functions.value.items } };
}

/** Pages of items that are looked through for a run: more are a trouble of the whole server, which it says itself. */
const pagesMax = 10;

async function readSetAside(client: ServerClient, runId: string): Promise<ServerAnswer<readonly ApiSetAside[]>> {
  const found: ApiSetAside[] = [];
  let cursor = "";
  for (let page = 0; page < pagesMax; page += 1) {
    const answer: ServerAnswer<ApiPage<ApiSetAside>> = await client.ask("GET", `/api/set-aside?limit=100${cursor}`);
    if (answer.kind === "failed") return answer;
    found.push(...answer.value.items.filter((item) => item.runId === runId));
    if (answer.value.nextCursor === null) break;
    cursor = `&cursor=${encodeURIComponent(answer.value.nextCursor)}`;
  }
  return { kind: "answer", value: found };
}
