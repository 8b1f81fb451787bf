// The smallest app that speaks the protocol, as a process of its own: `raw-app.ts <ledger file> <server url>`.
// Request version 1, no checkpoints: it replays a function from its memos and reports what is not done yet.
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as work } from "node:timers/promises";
import { signingKeyHash } from "../server.ts";
import { type Kind, kinds, limitedMax, limitedWorkMsMax, retries } from "./kinds.ts";
import { openLedger } from "./ledger.ts";
import { readArguments, serve } from "./serve.ts";

const { ledgerFile, serverUrl } = readArguments();
const ledger = openLedger(ledgerFile);
const path = "/api/inngest";
const sdkHeaders = { "content-type": "application/json", "x-inngest-sdk": "js:v3.54.2", "x-inngest-req-version": "1" };

interface CallBody {
  readonly ctx: { readonly run_id: string; readonly attempt: number };
  readonly steps: Readonly<Record<string, unknown>>;
}

/** One instruction of a function: steps of one stage are done side by side. */
type Instruction =
  | { readonly op: "run"; readonly id: string }
  | { readonly op: "other"; readonly wire: Readonly<Record<string, unknown>> & { readonly id: string } };

const run = (id: string): Instruction => ({ op: "run", id });
const other = (wire: Readonly<Record<string, unknown>> & { readonly id: string }): Instruction => ({
  op: "other",
  wire,
});
const answerTo = (timeout: string): Instruction =>
  other({
    op: "WaitForEvent",
    id: "answer",
    name: "raw/answer",
    opts: { timeout, if: "event.data.key == async.data.key" },
  });

const stages: Readonly<Record<Kind | "child", readonly (readonly Instruction[])[]>> = {
  sequence: [[run("one")], [run("two")], [run("three")]],
  parallel: [[run("left"), run("middle"), run("right")], [run("after")]],
  sleepy: [[run("before")], [other({ op: "Sleep", id: "nap", name: "1s", opts: {} })], [run("after")]],
  flaky: [[run("before")], [run("shaky")]],
  failing: [[run("before")]],
  waiter: [[run("before")], [answerTo("1h")], [run("after")]],
  late: [[run("before")], [answerTo("1s")], [run("after")]],
  invoker: [
    [run("before")],
    [other({ op: "InvokeFunction", id: "call", opts: { function_id: "raw-child", payload: { data: {} } } })],
    [run("after")],
  ],
  cancelled: [[other({ op: "Sleep", id: "long", name: "1h", opts: {} })]],
  limited: [[run("one")], [run("two")]],
  child: [[run("inner")]],
};

serve((request, response) => void handle(request, response), ledger);

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    // The connection broke before the request was whole.
    return;
  }
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  if (request.method === "PUT") {
    const answer = await register(url.origin);
    response.writeHead(answer, sdkHeaders).end(JSON.stringify({ message: "registered", modified: true }));
  } else if (request.method === "POST") {
    const kind = (url.searchParams.get("fnId") ?? "").replace(/^raw-/, "") as Kind | "child";
    const body = JSON.parse(Buffer.concat(chunks).toString("utf8")) as CallBody;
    const answer = await answerCall(kind, url.searchParams.get("stepId") ?? "step", body);
    response.writeHead(answer.status, { ...sdkHeaders, ...answer.headers }).end(JSON.stringify(answer.body));
  } else {
    response.writeHead(200, sdkHeaders).end("{}");
  }
}

interface CallAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

async function answerCall(kind: Kind | "child", stepId: string, body: CallBody): Promise<CallAnswer> {
  if (stepId !== "step") return execute(stepId, body);
  const open = stages[kind].find((stage) => stage.some((one) => !(idOf(one) in body.steps)));
  if (open === undefined) return end(kind, body);
  const missing = open.filter((one) => !(idOf(one) in body.steps));
  const [only] = missing;
  if (open.length === 1 && only?.op === "run")
    return execute(only.id, body, kind === "limited" ? limitedWorkMsMax : undefined);
  return { status: 206, body: missing.map((one) => (one.op === "run" ? planned(one.id) : one.wire)) };
}

const idOf = (one: Instruction): string => (one.op === "run" ? one.id : one.wire.id);
const planned = (id: string) => ({ op: "StepPlanned", id, name: id, displayName: id, opts: {} });

async function execute(step: string, { ctx, steps }: CallBody, workMsMax = 15): Promise<CallAnswer> {
  await work(1 + Math.floor(Math.random() * workMsMax));
  const threw = step === "shaky" && ctx.attempt === 0;
  const data = ledger.execute({ runId: ctx.run_id, attempt: ctx.attempt, step, seen: tokensOf(steps), threw });
  const op = threw
    ? { op: "StepError", error: { name: "Error", message: "the first try fails" } }
    : { op: "StepRun", data };
  return { status: 206, body: [{ ...op, id: step, name: step, displayName: step, opts: {} }] };
}

function end(kind: Kind | "child", { steps }: CallBody): CallAnswer {
  const tokens = tokensOf(steps);
  if (kind === "failing") {
    const body = { name: "Error", message: `gives up after ${tokens["before"]}` };
    return { status: 400, headers: { "x-inngest-no-retry": "true" }, body };
  }
  const answer = steps["answer"] as { readonly data?: { readonly key?: string } } | null | undefined;
  if (kind === "waiter" || kind === "late") return { status: 200, body: { tokens, answer: answer?.data?.key ?? null } };
  const call = steps["call"] as { readonly data?: unknown } | undefined;
  return { status: 200, body: { tokens, ...(kind === "invoker" ? { answer: call?.data } : {}) } };
}

/** Memos of steps with code hold its token under `data`. */
function tokensOf(steps: CallBody["steps"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(steps).flatMap(([id, memo]) => {
      const data = typeof memo === "object" && memo !== null && "data" in memo ? memo.data : null;
      return typeof data === "string" ? [[id, data]] : [];
    }),
  );
}

async function register(origin: string): Promise<number> {
  const url = `${origin}${path}`;
  const functions = [...kinds, "child"].map((kind) => ({
    ...(kind === "limited" ? { concurrency: [{ limit: limitedMax }] } : {}),
    ...(kind === "cancelled" ? { cancel: [{ event: "raw/cancel", if: "event.data.key == async.data.key" }] } : {}),
    id: `raw-${kind}`,
    name: kind,
    triggers: [{ event: `raw/${kind}` }],
    steps: {
      step: {
        id: "step",
        name: "step",
        runtime: { type: "http", url: `${url}?fnId=raw-${kind}&stepId=step` },
        retries: { attempts: retries },
      },
    },
  }));
  const answer = await fetch(`${serverUrl}/fn/register`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${signingKeyHash}` },
    body: JSON.stringify({
      url,
      deployType: "ping",
      framework: "raw",
      appName: "raw",
      sdk: "js:v3.54.2",
      v: "0.1",
      functions,
    }),
  });
  return answer.status;
}
