// Apps that no SDK would be: they answer whatever a test wants them to answer.
import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { listen, portOf } from "./app.ts";
import type { ServerApi, Answer } from "./server-api.ts";

/** A function as it is registered; what is left out gets a value that is fine. */
export interface WireFunction {
  readonly id: string;
  readonly name?: string;
  readonly triggers?: readonly object[];
  readonly retries?: number | undefined;
  readonly [option: string]: unknown;
}

let made = 0;

/** Registers functions the way an SDK does; returns the server's answer, whatever it is. */
export async function registerFunctions(
  server: ServerApi,
  functions: readonly WireFunction[],
  {
    url = "http://localhost:9/api/inngest",
    appName = `wire-${++made}`,
    headers = {},
  }: {
    readonly url?: string;
    readonly appName?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer> {
  return server.request("POST", "/fn/register", {
    headers: { ...headers },
    body: {
      url,
      deployType: "ping",
      framework: "nodejs",
      appName,
      sdk: "js:v4.24.0",
      v: "0.1",
      functions: functions.map(
        ({ id, name = id, triggers = [{ event: `${appName}/${id}` }], retries, ...options }) => ({
          id: `${appName}-${id}`,
          name,
          triggers,
          steps: {
            step: {
              id: "step",
              name: "step",
              runtime: { type: "http", url: `${url}?fnId=${appName}-${id}&stepId=step` },
              ...(retries === undefined ? {} : { retries: { attempts: retries } }),
            },
          },
          ...options,
        }),
      ),
    },
  });
}

/** An app with one function whose calls `answer` answers. */
export async function serveFake(
  server: ServerApi,
  answer: RequestListener,
  options: { readonly retries?: number } = {},
): Promise<{ readonly event: string; readonly url: string }> {
  const appName = `fake-${++made}`;
  const http = await listen((request, response) => {
    // The body is read first: an app that answers without reading is a fault of another kind.
    void text(request).then(() => {
      // A dev server polls the app with PUT whenever it likes: that is no call, and no test waits for it.
      if (request.method === "POST") answer(request, response);
      else response.writeHead(405, sdkHeaders).end();
    });
  });
  const url = `http://localhost:${portOf(http)}/api/inngest`;
  const registered = await registerFunctions(server, [{ id: "fn", retries: options.retries ?? 0 }], { url, appName });
  if (registered.status !== 200) throw new Error(`the fake app could not be registered: ${registered.text}`);
  return { event: `${appName}/fn`, url };
}

/** Headers of an SDK's answer. */
export const sdkHeaders = {
  "content-type": "application/json",
  "x-inngest-sdk": "inngest-js:v4.24.0",
  "x-inngest-req-version": "2",
} as const;
