// A real HTTP app that speaks the protocol as little as it can: request version 1, handlers instead of an SDK.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type JsonObject, type JsonValue, parseRegister } from "@stepwright/protocol";
import { onTestFinished } from "vitest";
import type { Runtime } from "../src/index.ts";

/** One call as the app sees it. */
export interface AppCall {
  readonly fnId: string;
  readonly stepId: string;
  readonly runId: string;
  readonly attempt: number;
  readonly generation: number;
  readonly queueItemRef: string;
  readonly useApi: boolean;
  readonly steps: Readonly<Record<string, JsonValue>>;
  /** `data` of the triggering event. */
  readonly data: JsonObject;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What the app answers: a status with a JSON body, or whatever the handler does to the response itself. */
export type AppAnswer =
  | { readonly status: number; readonly body: JsonValue; readonly headers?: Readonly<Record<string, string>> }
  | ((response: ServerResponse) => void);

/** Answers one call. */
export type Handler = (call: AppCall) => AppAnswer | Promise<AppAnswer>;

/** A function of the app. */
export interface TestFunction {
  readonly name: string;
  readonly triggers?: readonly JsonObject[];
  readonly retries?: number;
  /** Flow control, timeouts and `cancel`, as they go over the wire. */
  readonly flow?: JsonObject;
  readonly handle: Handler;
}

/** A running app. */
export interface TestApp {
  readonly url: string;
  readonly port: number;
  readonly calls: readonly AppCall[];
  /** Methods and paths of all requests so far. */
  readonly requests: readonly string[];
  /** Registers at this runtime whenever it is asked to; null: with another server, that is, nowhere. */
  registersAt(runtime: Runtime | null, change?: Partial<RegistrationChange>): void;
  /** Resolves at the n-th call from the start. */
  called(count: number): Promise<void>;
  close(): Promise<void>;
}

/** How a registration differs from the plain one. */
export interface RegistrationChange {
  readonly url: string;
  readonly appName: string;
  readonly functions: readonly JsonObject[];
}

const sdkHeaders = { "content-type": "application/json", "x-inngest-sdk": "js:v3.54.2", "x-inngest-req-version": "1" };

/** The op that says that a step has run. */
export function stepRun(id: string, data: JsonValue): JsonObject {
  return { op: "StepRun", id, name: id, displayName: id, opts: {}, data };
}

/** An answer of one or more ops. */
export function ops(...list: readonly JsonObject[]): AppAnswer {
  return { status: 206, body: [...list] };
}

/** An answer that ends the run. */
export function done(body: JsonValue = { ok: true }): AppAnswer {
  return { status: 200, body };
}

/** Starts an app on a free port, or on this one; it is closed with the test. */
export async function startTestApp(name: string, functions: readonly TestFunction[], port = 0): Promise<TestApp> {
  const handlers = new Map(functions.map((fn) => [`${name}-${fn.name}`, fn.handle]));
  const calls: AppCall[] = [];
  const requests: string[] = [];
  let watchers: { readonly count: number; readonly resolve: () => void }[] = [];
  let register: () => Promise<JsonObject> = async () => ({ message: "registered elsewhere", modified: true });

  const server = createServer((request, response) => {
    void serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const bound = (server.address() as AddressInfo).port;
  const url = `http://localhost:${bound}/api/inngest`;

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await read(request);
    requests.push(`${request.method} ${request.url}`);
    if (request.method === "PUT") {
      const answer = await register();
      const status = typeof answer["status"] === "number" ? answer["status"] : 200;
      response.writeHead(status, sdkHeaders).end(JSON.stringify(answer));
      return;
    }
    if (request.method === "GET") {
      response.writeHead(200, sdkHeaders).end("{}");
      return;
    }
    const call = readCall(request, body);
    calls.push(call);
    for (const watcher of watchers) if (calls.length >= watcher.count) watcher.resolve();
    watchers = watchers.filter((watcher) => calls.length < watcher.count);
    const handle = handlers.get(call.fnId);
    const answer: AppAnswer =
      handle === undefined ? { status: 500, body: { message: `no ${call.fnId}` } } : await handle(call);
    if (typeof answer === "function") answer(response);
    else response.writeHead(answer.status, { ...sdkHeaders, ...answer.headers }).end(JSON.stringify(answer.body));
  };

  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(close);

  return {
    url,
    port: bound,
    calls,
    requests,
    registersAt(runtime, change = {}) {
      register = async () => {
        if (runtime === null) return { message: "Successfully registered", modified: true };
        const parsed = parseRegister({ ...registration(name, url, functions), ...change });
        if (parsed.kind === "rejected") return { message: parsed.error.message, status: 400 };
        try {
          const { modified } = await runtime.register(parsed.request);
          return { message: "Successfully registered", modified };
        } catch (error) {
          // As SDKs do: what the server says becomes the answer to the sync.
          const { status = 500, message } = error as Error & { readonly status?: number };
          return { message, status };
        }
      };
    },
    called: (count) =>
      calls.length >= count ? Promise.resolve() : new Promise((resolve) => watchers.push({ count, resolve })),
    close,
  };
}

/** A server that takes requests and never answers; it is closed with the test. */
export async function startSilentServer(): Promise<{
  readonly url: string;
  readonly asked: Promise<void>;
  hangUp(): void;
}> {
  const asked = Promise.withResolvers<void>();
  const server = createServer(() => asked.resolve());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hangUp = () => server.closeAllConnections();
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        hangUp();
      }),
  );
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/api/inngest`,
    asked: asked.promise,
    hangUp,
  };
}

/** The registration of these functions, as it goes over the wire. */
export function registration(name: string, url: string, functions: readonly TestFunction[]): JsonObject {
  return {
    url,
    deployType: "ping",
    framework: "test",
    appName: name,
    sdk: "js:v3.54.2",
    v: "0.1",
    functions: functions.map((fn) => ({
      id: `${name}-${fn.name}`,
      name: fn.name,
      ...fn.flow,
      triggers: [...(fn.triggers ?? [{ event: `test/${fn.name}` }])],
      steps: {
        step: {
          id: "step",
          name: "step",
          runtime: { type: "http", url: `${url}?fnId=${name}-${fn.name}&stepId=step` },
          ...(fn.retries === undefined ? {} : { retries: { attempts: fn.retries } }),
        },
      },
    })),
  };
}

function readCall(request: IncomingMessage, body: string): AppCall {
  const query = new URL(request.url ?? "/", "http://localhost").searchParams;
  const parsed = JSON.parse(body) as {
    readonly ctx: {
      readonly run_id: string;
      readonly attempt: number;
      readonly generation_id: number;
      readonly qi_id: string;
    };
    readonly event: { readonly data: JsonObject };
    readonly steps: Readonly<Record<string, JsonValue>>;
    readonly use_api: boolean;
  };
  return {
    fnId: query.get("fnId") ?? "",
    stepId: query.get("stepId") ?? "",
    runId: parsed.ctx.run_id,
    attempt: parsed.ctx.attempt,
    generation: parsed.ctx.generation_id,
    queueItemRef: parsed.ctx.qi_id,
    useApi: parsed.use_api,
    steps: parsed.steps,
    data: parsed.event.data,
    headers: request.headers,
    body,
  };
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
