// What a server has in it while it is asked: an app, and runs in every state, made again and again since requests undo it.
import type { Chance } from "@stepwright/test-parts";
import { type ServerApi } from "../harness/server-api.ts";
import { appName, type FuzzApp, functionNames, longName, signalName } from "./app.ts";
import { graphqlRequest, type GraphqlSchema } from "./make-graphql.ts";
import type { Known } from "./make-value.ts";
import { type FuzzOperation, nameOf } from "./operation.ts";
import { hostileExpression } from "./hostile.ts";

/** The world of one server. */
export interface World {
  readonly known: Known;
  bodyOf(operation: FuzzOperation, chance: Chance): unknown;
  /** Puts back what requests have taken away, and adds runs. */
  populate(): Promise<void>;
  /** Keeps a value of a name for good. */
  pin(name: string, value: string): void;
  /** Takes ids and cursors out of an answer. */
  learn(text: string): void;
}

/** Values kept of one name. */
const keptMax = 40;
/** Characters of an answer that are searched. */
const searchedMax = 60_000;

/** Makes the world of a server. */
export function createWorld(o: {
  readonly server: ServerApi;
  readonly app: FuzzApp;
  readonly schema: GraphqlSchema;
  readonly keys: { readonly signingKey: string; readonly eventKey: string } | null;
}): World {
  const { server, app, schema, keys } = o;
  const learned = new Map<string, string[]>();
  const keep = (name: string, value: string): void => {
    const values = learned.get(name) ?? [];
    if (values.includes(value)) return;
    learned.set(name, [...values, value].slice(-keptMax));
  };
  const pinned = new Map<string, string>();
  let round = 0;

  const known: Known = (name) => [
    ...(fixed(name, { app, keys }) ?? []),
    ...(pinned.has(name) ? [pinned.get(name) ?? ""] : []),
    ...(learned.get(sameAs[name] ?? name) ?? []),
  ];

  const populate = async (): Promise<void> => {
    const key = (round += 1);
    app.release();
    await expectOk(server, "POST", "/fn/register", app.registration);
    const { apps, functions } = await registered(server);
    for (const { id, name } of apps) {
      if (name === appName) await expectOk(server, "POST", `/api/apps/${id}/resume`);
      keep("appId", id);
    }
    for (const { id, slug } of functions) {
      if (!slug.startsWith(`${appName}-`)) continue;
      await expectOk(server, "POST", `/api/functions/${encodeURIComponent(slug)}/resume`);
      for (const limit of ["step-limit", "state-size-limit"])
        await server.request("DELETE", `/fn/${limit}?functionId=${id}`);
      keep("functionId", id);
    }
    const names = [...functionNames, "hangs", "single", "batched", "throttled", "limited", "done"];
    const ids = await server.send(
      names.map((name) => ({ name: `fuzz/${name}`, data: { key }, id: `${name}-${key}`, user: { id: 1 } })),
    );
    for (const id of ids) keep("eventId", id);
    const cancelled = await server.runsOf(ids[functionNames.indexOf("late")] ?? "");
    for (const { id } of cancelled) await server.request("POST", `/api/runs/${id}/cancel`);
    const { items } = (await server.request("GET", "/api/runs?limit=60")).json as {
      readonly items: readonly { readonly id: string }[];
    };
    for (const { id } of items) keep("runId", id);
  };

  return {
    known,
    pin: (name, value) => void pinned.set(name, value),
    learn(text) {
      for (const [, key = "", value = ""] of text.slice(0, searchedMax).matchAll(learnable))
        keep(sameAs[key] ?? key, value);
    },
    bodyOf: (operation, chance) =>
      bodies[nameOf(operation).replace(" /api/v2/", " /v2/")]?.({ chance, known, app, schema }),
    populate: () => sentAgain(populate),
  };
}

/** A connection that the server has closed meanwhile is noticed by a request that fails: it is sent again. */
async function sentAgain(work: () => Promise<void>): Promise<void> {
  for (let left = 3; ; left -= 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (left === 0 || !(error instanceof TypeError)) throw error;
    }
  }
}

async function expectOk(server: ServerApi, method: string, path: string, body?: unknown): Promise<void> {
  const answer = await server.request(method, path, body === undefined ? {} : { body });
  if (answer.status !== 200)
    throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
}

async function registered(server: ServerApi): Promise<{
  readonly apps: readonly { readonly id: string; readonly name: string }[];
  readonly functions: readonly { readonly id: string; readonly slug: string }[];
}> {
  const functions = (await server.request("GET", "/api/functions")).json as {
    readonly items: readonly { readonly id: string; readonly slug: string }[];
  };
  return { apps: await server.apps(), functions: functions.items };
}

/** Texts in answers that requests can be made of. */
const learnable =
  /"(nextCursor|cursor|endCursor|startCursor|internal_id|internalId|run_id|runId|outputID|id|sync_id|functionID|appID)":"([^"\\]{1,400})"/g;

/** Names under which one thing goes. */
const sameAs: Readonly<Record<string, string>> = {
  nextCursor: "cursor",
  endCursor: "cursor",
  startCursor: "cursor",
  after: "cursor",
  before: "cursor",
  internal_id: "eventId",
  internalId: "eventId",
  lastEventId: "eventId",
  eventID: "eventId",
  run_id: "runId",
  runID: "runId",
  functionRunId: "runId",
  fnId: "functionId",
  functionID: "functionId",
  function_id: "functionId",
  appID: "appId",
  app_id: "appId",
};

const statuses = ["queued", "running", "completed", "failed", "cancelled", "skipped"];
const hour = 3_600_000;

function fixed(
  name: string,
  {
    app,
    keys,
  }: { readonly app: FuzzApp; readonly keys: { readonly signingKey: string; readonly eventKey: string } | null },
): readonly string[] | null {
  const slugs = functionNames.map((one) => `${appName}-${one}`);
  const isoTimes = [-hour, 0, hour].map((offset) => new Date(Date.now() + offset).toISOString());
  const values: Readonly<Record<string, readonly string[]>> = {
    key: keys === null ? ["any-key"] : [keys.eventKey, keys.eventKey, keys.eventKey, keys.signingKey],
    appId: [appName],
    app_id: [appName],
    appName: [appName],
    app: [appName],
    name: functionNames.map((one) => `fuzz/${one}`),
    event: functionNames.map((one) => `fuzz/${one}`),
    eventName: ["fuzz/done"],
    slug: slugs,
    to: [...slugs, String(Date.now())],
    function: slugs,
    functionSlug: slugs,
    functionId: [...functionNames, ...slugs],
    function_id: [...functionNames, ...slugs],
    limit: ["1", "2", "20", "100", "0"],
    status: [...statuses, "queued,running", ...statuses.map((one) => one.toUpperCase())],
    from: [...isoTimes, String(Date.now() - hour)],
    until: isoTimes,
    received_after: [...isoTimes, "2h"],
    received_before: isoTimes,
    started_after: isoTimes,
    started_before: isoTimes,
    timeField: ["queuedAt", "startedAt", "ended_at"],
    order: ["asc", "desc"],
    search: ["café", "failed", "fuzz done", '"it failed"', "one OR two"],
    includeOutput: ["true", "false", "1"],
    internal: ["true", "false"],
    isDeferred: ["true", "false"],
    archived: ["true", "false"],
    signal: [signalName],
    url: [app.url],
    stepId: ["one", "nap", "a", "answer"],
    step_id: ["one", "nap"],
    stepID: ["one", "nap"],
    op: ["merge", "set", "delete", "add"],
    kind: ["userland.note", "inngest.score"],
    accountId: ["00000000-0000-4000-a000-000000000000"],
    workspaceId: ["local"],
    rest: ["x", "x/y"],
    envId: ["dev"],
    env: ["dev"],
    query: ["{ apps { id name } }", "{ functions { slug triggers { value } } }"],
    variables: ["{}", '{"a":1}'],
    input: ["[1]", "[]"],
    if: ["event.data.key == 1"],
    id: ["00000000-0000-4000-b000-000000000000"],
  };
  return Object.hasOwn(values, name) ? (values[name] ?? null) : null;
}

interface Making {
  readonly chance: Chance;
  readonly known: Known;
  readonly app: FuzzApp;
  readonly schema: GraphqlSchema;
}

const event = ({ chance, known }: Making): object => ({
  name: chance.pick([...known("name"), "fuzz/answer", "fuzz/cancel"]),
  data: { key: chance.between(0, 20), text: "café" },
  ...(chance.hits(0.2) ? { id: `id-${chance.between(0, 5)}` } : {}),
  ...(chance.hits(0.2) ? { ts: Date.now() + chance.pick([-1, 1]) * hour } : {}),
  ...(chance.hits(0.2) ? { v: "1", user: { name: "x" } } : {}),
  ...(chance.hits(0.1) ? { meta: { sessions: { chat: "1" } } } : {}),
});
const events = (making: Making): unknown =>
  making.chance.hits(0.5) ? event(making) : Array.from({ length: 3 }, () => event(making));
const past = (chance: Chance): string => new Date(Date.now() - chance.between(1, 9) * 60_000).toISOString();

const checkpoint = ({ chance, app }: Making): object => ({
  ...chance.pick([...app.openCalls(), { run_id: "01M8550BXAJQ0DEJEM9P9901C5", qi_id: "q", generation_id: 1 }]),
  fn_id: "fuzz",
  request_id: "01M8550BXAJQ0DEJEM9P9901C5",
  ts: Date.now(),
  steps: chance.pick([
    [],
    [{ op: "StepRun", id: "cp", name: "cp", displayName: "cp", opts: {}, data: 1 }],
    [{ op: "StepRun", id: `cp${chance.between(0, 99)}`, name: "cp", data: { big: "x".repeat(2_000) } }],
    [{ op: "Sleep", id: "nap", name: "1h" }],
    [{ op: "RunComplete", id: "end", data: 1 }],
  ]),
});

/** Bodies that are good for more than their schema says. */
const bodies: Readonly<Record<string, (making: Making) => unknown>> = {
  "POST /e/{key}": events,
  "POST /api/events": events,
  "POST /v2/events": event,
  "POST /invoke/{slug}": event,
  "POST /api/functions/{slug}/invoke": event,
  "POST /v1/checkpoint/{runId}/async": checkpoint,
  "POST /v1/http/runs/{runId}/async": checkpoint,
  "POST /v0/gql": ({ schema, chance, known }) => graphqlRequest(schema, { chance, known }),
  "POST /v1/traces/userland": () => ({ resourceSpans: [{ scopeSpans: [{ spans: [{ name: "x" }] }] }] }),
  "POST /v1/cancellations": ({ chance, known }) => ({
    app_id: appName,
    function_id: chance.pick(known("functionId")),
    started_before: past(chance),
    ...(chance.hits(0.4) ? { started_after: "2020-01-01T00:00:00Z" } : {}),
    ...(chance.hits(0.4) ? { if: hostileExpression(chance) } : {}),
  }),
  "POST /api/apps": ({ app, chance }) => ({
    url: chance.pick([app.url, app.url, "http://localhost:9/x", "localhost:9", "http://127.0.0.1:1/a?b=c"]),
  }),
  "POST /fn/register"({ app, chance }) {
    if (chance.hits(0.3)) return app.registration;
    const name = chance.pick(["done", "sleeps", longName]);
    const expression = hostileExpression(chance);
    const other = `other-${chance.between(0, 3)}`;
    return {
      ...app.registration,
      appName: other,
      functions: [
        {
          id: `${other}-${name}`,
          name,
          triggers: chance.pick<object[]>([
            [{ event: `fuzz/${name}` }],
            [{ event: "fuzz/done", expression }],
            [{ cron: "0 0 1 1 *" }],
          ]),
          steps: {
            step: {
              id: "step",
              name: "step",
              runtime: { type: "http", url: `${app.url}?fnId=${appName}-${name}&stepId=step` },
              retries: { attempts: 0 },
            },
          },
          ...chance.pick<object>([
            {},
            { concurrency: [{ limit: 1, key: expression, scope: "fn" }] },
            { throttle: { limit: 1, period: "1h", key: expression, burst: 1 } },
            { rateLimit: { limit: 1, period: "1h", key: expression } },
            { debounce: { period: "1s", key: expression, timeout: "1m" } },
            { batchEvents: { maxSize: 3, timeout: "1s", key: expression, if: expression } },
            { priority: { run: expression } },
            { singleton: { key: expression, mode: "cancel" } },
            { idempotency: expression },
            { cancel: [{ event: "fuzz/cancel", if: expression, timeout: "1h" }] },
            { timeouts: { start: "1s", finish: "1m" } },
          ]),
        },
      ],
    };
  },
};
