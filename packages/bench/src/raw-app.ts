// The smallest app that speaks the protocol: request version 1, no checkpointing, no SDK in the way.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type AppAnswer, type AppCall, type RawFunction, rawFunctions } from "./raw-functions.ts";
import type { Subject } from "./subject.ts";

/** What the app saw of one call. */
export interface SeenCall extends AppCall {
  readonly runId: string;
  readonly functionId: string;
  /** The function ends with this call. */
  readonly isLast: boolean;
  /** `performance.now()` when the request had arrived. */
  readonly at: number;
}

/** Called for each call; what it returns is waited for before the call is answered. */
export type CallListener = (call: SeenCall) => Promise<void> | void;

/** A running app. */
export interface RawApp {
  readonly url: string;
  onCall(listener: CallListener): void;
  close(): Promise<void>;
}

const sdkHeaders = { "content-type": "application/json", "x-inngest-sdk": "js:v3.54.2", "x-inngest-req-version": "1" };
const opsHeaders = { ...sdkHeaders, "x-inngest-no-retry": "false" };

/** Starts the app; asked to, it registers with this server. */
export async function startRawApp(subject: Pick<Subject, "url" | "signingKeyHash">): Promise<RawApp> {
  let listener: CallListener = () => undefined;
  const server = createServer((request, response) => {
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest`;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const at = performance.now();
    switch (request.method) {
      case "PUT": {
        const answer = await register(url, subject);
        response.writeHead(answer.status, sdkHeaders).end(JSON.stringify({ message: "registered", modified: true }));
        return;
      }
      case "POST": {
        const { call, answer } = readCall(request.url ?? "", body, at);
        await listener(call);
        if (answer === null) response.writeHead(200, sdkHeaders).end('{"ok":true}');
        else response.writeHead(206, opsHeaders).end(JSON.stringify(answer));
        return;
      }
      default:
        response.writeHead(200, sdkHeaders).end("{}");
    }
  };

  return {
    url,
    onCall(next) {
      listener = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const functionsById = new Map(rawFunctions.map((fn) => [`bench-${fn.name}`, fn]));

function readCall(path: string, body: string, at: number): { readonly call: SeenCall; readonly answer: AppAnswer } {
  const query = new URLSearchParams(path.slice(path.indexOf("?")));
  const functionId = query.get("fnId") ?? "";
  const fn = functionsById.get(functionId);
  if (fn === undefined) throw new Error(`there is no function ${functionId}`);
  const { ctx, event, steps } = JSON.parse(body) as {
    readonly ctx: AppCall["ctx"];
    readonly event: { readonly data: AppCall["data"] };
    readonly steps: AppCall["steps"];
  };
  const call = { ctx, stepId: query.get("stepId") ?? "", data: event.data, steps };
  const answer = fn.answer(call);
  return { call: { ...call, runId: ctx.run_id, functionId, isLast: answer === null, at }, answer };
}

async function register(url: string, subject: Pick<Subject, "url" | "signingKeyHash">): Promise<Response> {
  return fetch(`${subject.url}/fn/register`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${subject.signingKeyHash}` },
    body: JSON.stringify({
      url,
      deployType: "ping",
      framework: "raw",
      appName: "bench",
      sdk: "js:v3.54.2",
      v: "0.1",
      functions: rawFunctions.map((fn) => registration(url, fn)),
    }),
  });
}

function registration(url: string, { name, config }: RawFunction): object {
  return {
    ...config,
    id: `bench-${name}`,
    name,
    triggers: [{ event: `bench/${name}` }],
    steps: {
      step: { id: "step", name: "step", runtime: { type: "http", url: `${url}?fnId=bench-${name}&stepId=step` } },
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
