// An app with a function for everything the engine does, speaking the protocol without an SDK in the way.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What an app is told of a call. */
export interface Call {
  readonly functionName: string;
  /** The planned step that is to run; `step` for a discovery. */
  readonly stepId: string;
  readonly runId: string;
  readonly attempt: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly steps: Readonly<Record<string, unknown>>;
  readonly generation: number;
  readonly queueItemId: string;
}

/** A status and a body. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One function. */
export interface SoakFunction {
  readonly name: string;
  readonly triggers?: readonly object[];
  readonly retries?: number;
  readonly options?: object;
  handle(call: Call): Answer | Promise<Answer>;
}

/** A running app. */
export interface SoakApp {
  readonly url: string;
  readonly port: number;
  readonly calls: number;
  /** Registers at the server, with what `change` adds to every function. */
  register(change?: object): Promise<void>;
  close(): Promise<void>;
}

const sdkHeaders = { "content-type": "application/json", "x-inngest-sdk": "js:v3.54.2", "x-inngest-req-version": "1" };

/** An answer of ops. */
export function ops(...list: readonly object[]): Answer {
  return { status: 206, body: list };
}

/** An answer that ends the run. */
export function done(body: unknown = { ok: true }): Answer {
  return { status: 200, body };
}

/** One op. */
export function op(kind: string, id: string, rest: object = {}): object {
  return { op: kind, id, name: id, displayName: id, opts: {}, ...rest };
}

/** Starts an app on a free port, or on this one. */
export async function startSoakApp(o: {
  readonly name: string;
  readonly functions: readonly SoakFunction[];
  readonly serverUrl: string;
  readonly bearer: string;
  readonly port?: number;
}): Promise<SoakApp> {
  const handlers = new Map(o.functions.map((fn) => [fn.name, fn]));
  let calls = 0;
  const server = createServer((request, response) => {
    void serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(o.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/api/inngest`;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    if (request.method !== "POST" || request.url === "/echo") {
      response.writeHead(200, sdkHeaders).end(body === "" ? "{}" : body);
      return;
    }
    calls += 1;
    const call = readCall(new URL(request.url ?? "/", url), body);
    const fn = handlers.get(call.functionName);
    const answer = fn === undefined ? { status: 500, body: { message: "no such function" } } : await fn.handle(call);
    response.writeHead(answer.status, { ...sdkHeaders, ...answer.headers }).end(JSON.stringify(answer.body));
  };

  return {
    url,
    port,
    get calls() {
      return calls;
    },
    async register(change = {}) {
      const answer = await fetch(`${o.serverUrl}/fn/register`, {
        method: "POST",
        headers: { authorization: o.bearer, "content-type": "application/json" },
        body: JSON.stringify(registration({ appName: o.name, url, functions: o.functions, change })),
      });
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`the app could not register: ${text}`);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function registration(o: {
  readonly appName: string;
  readonly url: string;
  readonly functions: readonly SoakFunction[];
  readonly change: object;
}): object {
  return {
    url: o.url,
    deployType: "ping",
    framework: "raw",
    appName: o.appName,
    sdk: "js:v3.54.2",
    v: "0.1",
    functions: o.functions.map((fn) => ({
      ...o.change,
      ...fn.options,
      id: `${o.appName}-${fn.name}`,
      name: fn.name,
      triggers: fn.triggers ?? [{ event: `soak/${fn.name}` }],
      steps: {
        step: {
          id: "step",
          name: "step",
          runtime: { type: "http", url: `${o.url}?fnId=${fn.name}&stepId=step` },
          retries: { attempts: fn.retries ?? 3 },
        },
      },
    })),
  };
}

function readCall(url: URL, body: string): Call {
  const request = JSON.parse(body) as {
    readonly ctx: {
      readonly run_id: string;
      readonly attempt: number;
      readonly qi_id: string;
      readonly generation_id: number;
    };
    readonly event: { readonly data: Readonly<Record<string, unknown>> };
    readonly steps: Readonly<Record<string, unknown>>;
  };
  return {
    functionName: url.searchParams.get("fnId") ?? "",
    stepId: url.searchParams.get("stepId") ?? "step",
    runId: request.ctx.run_id,
    attempt: request.ctx.attempt,
    queueItemId: request.ctx.qi_id,
    generation: request.ctx.generation_id,
    data: request.event.data,
    steps: request.steps,
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
