// Apps written from the protocol alone: each call is answered with a status, headers and a body, as no SDK would put them together.
import { text } from "node:stream/consumers";
import type { IncomingHttpHeaders } from "node:http";
import type { ApiRun } from "@stepwright/protocol";
import { listen, portOf } from "./app.ts";
import { registerFunctions, sdkHeaders } from "./fake-app.ts";
import type { ServerApi } from "./server-api.ts";

/** A call as it came. */
export interface RawCall {
  /** When it came. */
  readonly at: number;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** The bytes as text. */
  readonly text: string;
  readonly body: {
    readonly event: { readonly id: string; readonly name: string; readonly data: Readonly<Record<string, unknown>> };
    readonly events: readonly unknown[];
    readonly steps: Readonly<Record<string, unknown>>;
    readonly defers: Readonly<Record<string, unknown>>;
    readonly version: number;
    readonly use_api: boolean;
    readonly ctx: {
      readonly run_id: string;
      readonly attempt: number;
      readonly stack: { readonly stack: readonly string[]; readonly current: number };
      readonly disable_immediate_execution: boolean;
    } & Readonly<Record<string, unknown>>;
  };
  /** The step that is asked for; null for a discovery. */
  readonly stepId: string | null;
}

/** An answer; what is left out is that of an SDK's 206. */
export interface RawAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes as it is, anything else as JSON. */
  readonly body: unknown;
}

/** An app with one function. */
export interface RawApp {
  readonly id: string;
  readonly event: string;
  readonly url: string;
  readonly calls: readonly RawCall[];
  /** What the server asked at a sync. */
  readonly syncs: readonly Pick<RawCall, "headers" | "text">[];
  send(data?: object): Promise<string>;
  start(data?: object): Promise<ApiRun>;
  runOnce(data?: object): Promise<ApiRun>;
}

let made = 0;

/** Serves a function whose calls `answer` answers; its options go into the registration. */
export async function serveRaw(
  server: ServerApi,
  answer: (call: RawCall) => RawAnswer | Promise<RawAnswer>,
  options: { readonly retries?: number | undefined; readonly headers?: Readonly<Record<string, string>> } & Readonly<
    Record<string, unknown>
  > = {},
): Promise<RawApp> {
  const { headers = {}, ...config } = options;
  const appName = `raw-${++made}`;
  const calls: RawCall[] = [];
  const syncs: Pick<RawCall, "headers" | "text">[] = [];
  const http = await listen((request, response) => {
    void text(request).then(async (body) => {
      if (request.method !== "POST") {
        syncs.push({ headers: request.headers, text: body });
        await register();
        response.writeHead(200, sdkHeaders).end(JSON.stringify({ message: "Successfully registered", modified: true }));
        return;
      }
      const address = new URL(request.url ?? "/", url);
      const stepId = address.searchParams.get("stepId");
      const call: RawCall = {
        at: Date.now(),
        url: address,
        headers: request.headers,
        text: body,
        body: JSON.parse(body) as RawCall["body"],
        stepId: stepId === "step" ? null : stepId,
      };
      calls.push(call);
      const given = await answer(call);
      response.writeHead(given.status ?? 206, { ...sdkHeaders, ...given.headers });
      response.end(
        typeof given.body === "string" || Buffer.isBuffer(given.body) ? given.body : JSON.stringify(given.body),
      );
    });
  });
  const url = `http://localhost:${portOf(http)}/api/inngest`;
  const register = () => registerFunctions(server, [{ id: "fn", retries: 0, ...config }], { url, appName, headers });
  const registered = await register();
  if (registered.status !== 200) throw new Error(`the app could not be registered: ${registered.text}`);
  const event = `${appName}/fn`;
  const send = async (data: object = {}): Promise<string> => {
    const [id = ""] = await server.send({ name: event, data });
    return id;
  };
  const start = async (data?: object): Promise<ApiRun> => {
    const [run] = await server.runsOf(await send(data));
    if (run === undefined) throw new Error("broken promise: runsOf returns at least one run");
    return run;
  };
  return {
    id: appName,
    event,
    url,
    calls,
    syncs,
    send,
    start,
    runOnce: async (data) => server.ended((await start(data)).id),
  };
}

/** The op of a step that ran. */
export function ran(id: string, data: unknown): object {
  return { op: "StepRun", id, name: id, displayName: id, opts: {}, data };
}

/** The op of a run's end. */
export function complete(data: unknown): object {
  return { op: "RunComplete", id: "0737c22d3bfae812339732d14d8c7dbd6dc4e09c", data };
}
