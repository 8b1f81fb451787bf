// An app that speaks the protocol without an SDK, with a function for every state that a run can be in.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** What a checkpoint of a call in flight has to name. */
export interface OpenCall {
  readonly run_id: string;
  readonly qi_id: string;
  readonly generation_id: number;
}

/** The app. */
export interface FuzzApp {
  readonly url: string;
  /** The body of its registration. */
  readonly registration: object;
  /** Calls that are not answered yet. */
  openCalls(): readonly OpenCall[];
  /** Answers them. */
  release(): void;
  close(): void;
}

/** The name of the app. */
export const appName = "fuzz";
/** What the functions that wait are waiting for. */
export const signalName = "fuzz-signal";
/** Longer than a parameter of a path is in most routers, and still a name that people give. */
export const longName = `long-${"name-".repeat(30)}end`;

interface Call {
  readonly stepId: string;
  readonly steps: Readonly<Record<string, unknown>>;
}

interface FunctionOf {
  readonly options?: object;
  readonly retries?: number;
  readonly triggers?: readonly object[];
  /** Null: it is not answered before `release`. */
  readonly answer: (
    call: Call,
  ) => { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> } | null;
}

const done = (body: unknown = { ok: true }) => ({ status: 200, body });
const ops = (...body: readonly object[]) => ({ status: 206, body });
const op = (kind: string, id: string, more: object = {}) => ({
  op: kind,
  id,
  name: id,
  displayName: id,
  opts: {},
  ...more,
});
const sleeps = () => ops(op("Sleep", "nap", { name: "1h" }));
const error = { name: "Error", message: "it failed as it should", stack: "Error: it failed\n  at somewhere" };

const functions: Readonly<Record<string, FunctionOf>> = {
  done: {
    answer: ({ steps }) =>
      "one" in steps ? done(steps) : ops(op("StepRun", "one", { data: { one: 1, text: "café" } })),
  },
  [longName]: { answer: () => done("short") },
  fails: { retries: 0, answer: () => ({ status: 400, body: error, headers: { "x-inngest-no-retry": "true" } }) },
  retries: { retries: 20, answer: () => ({ status: 500, body: error, headers: { "retry-after": "3600" } }) },
  sleeps: { options: { cancel: [{ event: "fuzz/cancel", if: "event.data.key == async.data.key" }] }, answer: sleeps },
  waits: {
    answer: () =>
      ops(
        op("WaitForEvent", "answer", {
          name: "fuzz/answer",
          opts: { event: "fuzz/answer", timeout: "1h", if: "async.data.key == event.data.key" },
        }),
      ),
  },
  signalled: {
    answer: () =>
      ops(op("WaitForSignal", "signal", { opts: { signal: signalName, timeout: "1h", conflict: "replace" } })),
  },
  invokes: {
    answer: () =>
      ops(
        op("InvokeFunction", "child", {
          opts: { function_id: `${appName}-sleeps`, payload: { data: { key: 1 } }, timeout: "1h" },
        }),
      ),
  },
  parallel: {
    answer({ steps, stepId }) {
      if (stepId === "a") return ops(op("StepRun", "a", { data: 1 }));
      if (stepId === "b") return { status: 206, body: [op("StepError", "b", { error })] };
      return ops(
        ...["a", "b"].filter((id) => !(id in steps)).map((id) => op("StepPlanned", id)),
        op("Sleep", "c", { name: "1h" }),
      );
    },
  },
  hangs: { options: { concurrency: [{ limit: 1, key: "event.data.key" }] }, answer: () => null },
  single: { options: { singleton: { mode: "skip" } }, answer: sleeps },
  batched: { options: { batchEvents: { maxSize: 2, timeout: "1h" } }, answer: () => done() },
  gathers: { options: { batchEvents: { maxSize: 90, timeout: "1h" } }, answer: () => done() },
  debounced: { options: { debounce: { period: "1h" } }, answer: () => done() },
  throttled: { options: { throttle: { limit: 1, period: "1h" } }, answer: () => done() },
  limited: { options: { rateLimit: { limit: 1, period: "1h" } }, answer: () => done() },
  late: { options: { timeouts: { start: "1h", finish: "2h" }, priority: { run: "event.data.key" } }, answer: sleeps },
  yearly: { triggers: [{ cron: "TZ=Europe/Berlin 0 0 1 1 *" }], answer: () => done() },
};

/** The names of the functions. */
export const functionNames = Object.keys(functions);

const sdkHeaders = {
  "content-type": "application/json",
  "x-inngest-sdk": "inngest-js:v4.24.0",
  "x-inngest-req-version": "2",
};

/** Starts the app on a free port. */
export async function startApp(): Promise<FuzzApp> {
  const open = new Map<ServerResponse, OpenCall>();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    if (request.method !== "POST") {
      response.writeHead(200, sdkHeaders).end("{}");
      return;
    }
    const parameters = new URL(request.url ?? "/", "http://localhost").searchParams;
    const call = JSON.parse(body) as { readonly ctx: OpenCall; readonly steps: Readonly<Record<string, unknown>> };
    const answer = functions[parameters.get("fnId")?.replace(`${appName}-`, "") ?? ""]?.answer({
      stepId: parameters.get("stepId") ?? "step",
      steps: call.steps,
    });
    if (answer === null) {
      open.set(response, call.ctx);
      response.once("close", () => open.delete(response));
    } else
      response
        .writeHead(answer?.status ?? 500, { ...sdkHeaders, ...answer?.headers })
        .end(JSON.stringify(answer?.body ?? error));
  };
  const server = createServer((request, response) => void serve(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}/api/inngest`;
  return {
    url,
    registration: registrationAt(url),
    openCalls: () => [...open.values()],
    release() {
      for (const response of open.keys()) {
        open.delete(response);
        response.writeHead(200, sdkHeaders).end("1");
      }
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function registrationAt(url: string): object {
  return {
    url,
    deployType: "ping",
    framework: "raw",
    appName,
    sdk: "js:v4.24.0",
    v: "0.1",
    functions: Object.entries(functions).map(([name, { options, triggers, retries }]) => ({
      ...options,
      id: `${appName}-${name}`,
      name,
      triggers: triggers ?? [{ event: `fuzz/${name}` }],
      steps: {
        step: {
          id: "step",
          name: "step",
          runtime: { type: "http", url: `${url}?fnId=${appName}-${name}&stepId=step` },
          ...(retries === undefined ? {} : { retries: { attempts: retries } }),
        },
      },
    })),
  };
}
