// The smallest app that speaks the protocol: request version 1, no checkpointing, no SDK in the way.
// Its functions are `steps-<n>` (n steps one after another, each answered as soon as it is asked for), `gated` (no step, one
// call at a time and one per key) and `wait` (waits for `bench/go` with its own key).
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the app saw of one call. */
export interface SeenCall {
  readonly runId: string;
  readonly functionId: string;
  /** `data` of the triggering event. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly stepsDone: number;
  readonly isLast: boolean;
  /** `performance.now()` when the request had arrived. */
  readonly at: number;
}

/** A running app. */
export interface RawApp {
  readonly url: string;
  /** What the listener returns is waited for before the call is answered. */
  onCall(listener: (call: SeenCall) => Promise<void> | void): void;
  close(): Promise<void>;
}

const sdkHeaders = { "content-type": "application/json", "x-inngest-sdk": "js:v3.54.2", "x-inngest-req-version": "1" };

/** Starts the app. `serverUrl` is where it registers when it is asked to. */
export async function startRawApp(options: {
  readonly serverUrl: string;
  readonly signingKeyHash: string | null;
  readonly functions: readonly number[];
}): Promise<RawApp> {
  let listener: (call: SeenCall) => Promise<void> | void = () => undefined;
  const server = createServer((request, response) => {
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}/api/inngest`;

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(request);
    const at = performance.now();
    if (request.method === "PUT") {
      const answer = await register(url, options);
      response.writeHead(answer.status, sdkHeaders).end(JSON.stringify({ message: "registered", modified: true }));
    } else if (request.method === "POST") {
      const { call, answer } = readCall(new URL(request.url ?? "/", url), body);
      await listener({ ...call, at });
      answer(response);
    } else {
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

interface Reading {
  readonly call: Omit<SeenCall, "at">;
  readonly answer: (response: ServerResponse) => void;
}

function readCall(url: URL, body: string): Reading {
  const request = JSON.parse(body) as {
    readonly ctx: { readonly run_id: string };
    readonly event: { readonly data: Readonly<Record<string, unknown>> };
    readonly steps: Readonly<Record<string, unknown>>;
  };
  const functionId = url.searchParams.get("fnId") ?? "";
  const stepsDone = Object.keys(request.steps).length;
  const isLast = stepsDone >= stepsOf(functionId);
  return {
    call: { runId: request.ctx.run_id, functionId, data: request.event.data, stepsDone, isLast },
    answer(response) {
      if (isLast) {
        response.writeHead(200, sdkHeaders).end('{"ok":true}');
        return;
      }
      response
        .writeHead(206, { ...sdkHeaders, "x-inngest-no-retry": "false" })
        .end(JSON.stringify([functionId === "bench-wait" ? waitOp : stepOp(stepsDone)]));
    },
  };
}

function stepsOf(functionId: string): number {
  switch (functionId) {
    case "bench-gated":
      return 0;
    case "bench-wait":
      return 1;
    default:
      return Number(functionId.split("-").at(-1));
  }
}

const waitOp = {
  op: "WaitForEvent",
  id: "w".padStart(40, "0"),
  name: "bench/go",
  displayName: "wait",
  opts: { timeout: "24h", if: "event.data.key == async.data.key" },
};

function stepOp(number: number) {
  const id = String(number).padStart(40, "0");
  return { op: "StepRun", id, name: id, displayName: `step ${number}`, opts: {}, data: { n: number } };
}

async function register(
  url: string,
  options: {
    readonly serverUrl: string;
    readonly signingKeyHash: string | null;
    readonly functions: readonly number[];
  },
): Promise<Response> {
  return fetch(`${options.serverUrl}/fn/register`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(options.signingKeyHash === null ? {} : { authorization: `Bearer ${options.signingKeyHash}` }),
    },
    body: JSON.stringify({
      url,
      deployType: "ping",
      framework: "raw",
      appName: "bench",
      sdk: "js:v3.54.2",
      v: "0.1",
      functions: [
        ...options.functions.map((count) => registration(url, `steps-${count}`, `bench/steps.${count}`, {})),
        registration(url, "gated", "bench/gated", { concurrency: [{ limit: 1, key: "event.data.key" }, { limit: 1 }] }),
        registration(url, "wait", "bench/wait", {}),
      ],
    }),
  });
}

function registration(url: string, name: string, event: string, options: Readonly<Record<string, unknown>>) {
  return {
    ...options,
    id: `bench-${name}`,
    name,
    triggers: [{ event }],
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
