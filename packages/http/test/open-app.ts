// A small app that speaks the protocol: functions as handlers of the call request, registered over HTTP.
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { JsonObject, JsonValue } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";

/** How an app answers a call. */
export interface AppAnswer {
  readonly status: number;
  readonly body: JsonValue;
}

/** One function of the app. */
export interface AppFunction {
  readonly name: string;
  readonly triggers: readonly JsonObject[];
  readonly retries?: number;
  /** Further options as they are registered, such as `concurrency`. */
  readonly options?: JsonObject;
  /** `event` is the data of the triggering event. */
  handle(call: {
    readonly steps: JsonObject;
    readonly event: JsonObject;
    readonly runId: string;
    readonly headers: IncomingHttpHeaders;
  }): AppAnswer | Promise<AppAnswer>;
}

/** An app that listens. */
export interface OpenApp {
  readonly url: string;
  /** The body it registers with. */
  readonly registration: JsonObject;
  close(): Promise<void>;
}

/** Opens an app and registers it with the server. */
export async function openApp(
  app: FastifyInstance,
  appName: string,
  functions: readonly AppFunction[],
  about: JsonObject = {},
): Promise<OpenApp> {
  const bySlug = new Map(functions.map((fn) => [`${appName}-${fn.name}`, fn]));
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const slug = new URL(request.url ?? "/", "http://x").searchParams.get("fnId") ?? "";
      const fn = bySlug.get(slug);
      const body = JSON.parse(Buffer.concat(chunks).toString() || "{}");
      const answer =
        fn === undefined
          ? { status: 500, body: { message: `no ${slug}` } }
          : await fn.handle({
              steps: body.steps,
              event: body.event.data,
              runId: body.ctx.run_id,
              headers: request.headers,
            });
      response.writeHead(answer.status, {
        "content-type": "application/json",
        "x-inngest-sdk": "test:v1.0.0",
        "x-inngest-req-version": "1",
      });
      response.end(JSON.stringify(answer.body));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = `http://localhost:${typeof address === "object" && address !== null ? address.port : 0}/api/inngest`;
  const registration: JsonObject = {
    url,
    deployType: "ping",
    framework: "test",
    appName,
    sdk: "test:v1.0.0",
    v: "0.1",
    ...about,
    functions: functions.map((fn) => ({
      id: `${appName}-${fn.name}`,
      name: fn.name,
      triggers: [...fn.triggers],
      ...fn.options,
      steps: {
        step: {
          id: "step",
          name: "step",
          runtime: { type: "http", url: `${url}?fnId=${appName}-${fn.name}&stepId=step` },
          ...(fn.retries === undefined ? {} : { retries: { attempts: fn.retries } }),
        },
      },
    })),
  };
  const registered = await app.inject({
    method: "POST",
    url: "/fn/register",
    headers: { host: "localhost" },
    payload: JSON.stringify(registration),
  });
  if (registered.statusCode !== 200) throw new Error(registered.body);
  return {
    url,
    registration,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
