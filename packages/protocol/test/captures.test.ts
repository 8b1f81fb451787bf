import { describe, expect, it } from "vitest";
import {
  appIdOf,
  asFunctionId,
  asRunId,
  asStepId,
  buildCallBody,
  canonicalJson,
  eventJson,
  functionIdOf,
  millis,
  parseAsyncCheckpoint,
  parseEvents,
  parseFunctions,
  parseJsonText,
  parseRegister,
  readSdkResponse,
  stepErrorJson,
  verifySignature,
  type JsonText,
  type Op,
  type SdkAnswer,
} from "../src/index.ts";
import { readCaptures, type Exchange } from "./fixtures.ts";

const captures = readCaptures();
const now = millis(1795470000000);
const noChecks = { checkExpression: () => null, checkCron: () => null };

interface CallBody {
  readonly ctx: {
    readonly attempt: number;
    readonly disable_immediate_execution: boolean;
    readonly fn_id: string;
    readonly generation_id: number;
    readonly job_id: string;
    readonly max_attempts: number;
    readonly qi_id: string;
    readonly request_id: string;
    readonly run_id: string;
    readonly stack: { readonly current: number; readonly stack: readonly string[] };
    readonly use_api: boolean;
  };
  readonly defers: unknown;
  readonly events: readonly WireEvent[];
  readonly steps: Readonly<Record<string, unknown>>;
  readonly version: number;
}

interface WireEvent {
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  readonly user: unknown;
  readonly ts: number;
  readonly v?: string;
  readonly meta?: unknown;
}

function calls(exchanges: readonly Exchange[]): readonly Exchange[] {
  return exchanges.filter((exchange) => exchange.direction === "engine->sdk" && exchange.request.method === "POST");
}

function wireEventJson(event: WireEvent): JsonText {
  return eventJson({
    id: event.id,
    name: event.name,
    data: canonicalJson(event.data),
    user: canonicalJson(event.user),
    ts: millis(event.ts),
    v: event.v ?? null,
    meta: event.meta === undefined ? null : canonicalJson(event.meta),
  });
}

function rebuiltCallBody(body: CallBody): JsonText {
  const [first, ...rest] = body.events.map(wireEventJson);
  if (first === undefined) throw new Error("a call without events");
  return buildCallBody({
    ctx: {
      runId: asRunId(body.ctx.run_id),
      functionId: asFunctionId(body.ctx.fn_id),
      attempt: body.ctx.attempt,
      maxAttempts: body.ctx.max_attempts,
      disableImmediateExecution: body.ctx.disable_immediate_execution,
      stack: body.ctx.stack.stack.map(asStepId),
      stackCurrent: body.ctx.stack.current,
      requestId: body.ctx.request_id,
      generationId: body.ctx.generation_id,
      jobId: body.ctx.job_id,
      queueItemRef: body.ctx.qi_id,
    },
    eventJsons: [first, ...rest],
    // Reversed, as the order of a memo's rows is nobody's promise.
    steps: Object.entries(body.steps)
      .reverse()
      .map(([id, memo]) => [asStepId(id), canonicalJson(memo)] as const),
    defers: canonicalJson(body.defers),
    version: body.version,
    useApi: body.ctx.use_api,
  });
}

function answerOf(exchange: Exchange): SdkAnswer {
  const { status = 0, headers, body } = exchange.response;
  return readSdkResponse({ status, headers, body: JSON.stringify(body) }, now);
}

/** The answer's status, or the one inside a streamed answer. */
function effectiveStatus(exchange: Exchange): number | undefined {
  const { status, body } = exchange.response;
  if (status !== 201) return status;
  return (body as { readonly status: number }).status;
}

function opsOf(exchange: Exchange): readonly Op[] {
  const answer = answerOf(exchange);
  return answer.kind === "ops" ? answer.ops : [];
}

describe.each(captures)("$file", ({ exchanges }) => {
  it("has calls whose bodies we build byte by byte", () => {
    for (const { request } of calls(exchanges)) {
      expect(rebuiltCallBody(request.body as CallBody)).toBe(request.raw);
    }
  });

  it("has answers we read as what their status says", () => {
    for (const exchange of calls(exchanges)) {
      const answer = answerOf(exchange);
      const status = effectiveStatus(exchange);
      if (status === 206) {
        expect(answer.kind).toBe("ops");
      } else if (status === 200) {
        expect(answer.kind).toBe("completed");
      } else {
        expect(answer.kind).toBe("failed");
        if (answer.kind !== "failed") continue;
        expect(answer.noRetry).toBe(status === 400);
        expect(answer.error.error).toBe(status === 400 ? "NonRetriableError" : "invalid status code: 500");
        expect(answer.error.message).not.toBe("Function execution error");
      }
    }
  });

  it("has step results that come back in later calls as we would memoize them", () => {
    const expected = new Map<string, JsonText>();
    for (const exchange of calls(exchanges)) {
      const body = exchange.request.body as CallBody;
      for (const id of body.ctx.stack.stack) {
        const memo = expected.get(`${body.ctx.run_id} ${id}`);
        if (memo !== undefined) expect(canonicalJson(body.steps[id])).toBe(memo);
      }
      for (const op of opsOf(exchange)) {
        const key = `${body.ctx.run_id} ${op.id}`;
        if (op.op === "StepRun" && !expected.has(key)) expected.set(key, `{"data":${op.data ?? "null"}}` as JsonText);
        if (op.op === "StepFailed" && op.error !== null)
          expected.set(key, `{"error":${stepErrorJson(op.error)}}` as JsonText);
      }
    }
  });

  it("has events, checkpoints and registrations we accept", () => {
    for (const { direction, request } of exchanges) {
      if (direction === "engine->sdk" || request.raw === undefined) continue;
      if (request.url.startsWith("/e/")) {
        expect(parseEvents(request.raw).kind).toBe("events");
      } else if (request.url.includes("/v1/checkpoint/")) {
        const parsed = parseAsyncCheckpoint(request.raw);
        expect(parsed.kind).toBe("checkpoint");
        if (parsed.kind === "checkpoint") expect(parsed.checkpoint.ops.every((op) => op.op === "StepRun")).toBe(true);
      } else if (request.url.startsWith("/fn/register")) {
        const parsed = parseRegister(request.body);
        expect(parsed.kind).toBe("request");
        if (parsed.kind === "request")
          expect(parseFunctions(parsed.request.functions, noChecks)).toMatchObject({ kind: "functions", notices: [] });
      }
    }
  });

  it("has signatures we verify", () => {
    const key = "signkey-test-00112233445566778899aabbccddeeff";
    for (const { direction, request } of exchanges) {
      const header = request.headers["x-inngest-signature"];
      if (direction !== "engine->sdk" || header === undefined) continue;
      // Paths in stack traces were rewritten after the capture, so what was signed is no longer there.
      if (request.raw?.includes("/app/") === true) continue;
      const nowSeconds = Number(/t=(\d+)/.exec(header)?.[1]);
      expect(verifySignature({ key, body: request.raw ?? "", header, nowSeconds })).toBe(true);
      expect(verifySignature({ key: "signkey-test-00", body: request.raw ?? "", header, nowSeconds })).toBe(false);
    }
  });
});

describe("the captures together", () => {
  it("cover the kinds of answers and ops they are meant to", () => {
    const all = captures.flatMap(({ exchanges }) => calls(exchanges));
    expect(all.length).toBeGreaterThan(240);
    expect(new Set(all.map((exchange) => answerOf(exchange).kind))).toEqual(new Set(["ops", "completed", "failed"]));
    const ops = new Set(all.flatMap(opsOf).map((op) => op.op));
    expect(ops).toEqual(
      new Set([
        "AIGateway",
        "Gateway",
        "InvokeFunction",
        "RunComplete",
        "Sleep",
        "StepError",
        "StepFailed",
        "StepPlanned",
        "StepRun",
        "WaitForEvent",
        "WaitForSignal",
      ]),
    );
  });

  it("say when a retry is asked for", () => {
    const asked = captures
      .filter(({ file }) => file.includes("retry-after"))
      .flatMap(({ exchanges }) => calls(exchanges).map(answerOf))
      .flatMap((answer) => (answer.kind !== "completed" && answer.retryAt !== null ? [answer.retryAt] : []));
    expect(asked.length).toBeGreaterThan(0);
    for (const at of asked) expect(at).toBeGreaterThanOrEqual(now + 1000);
    expect(asked).toContain(now + 3000);
  });

  it("derive app and function ids as the reference does", () => {
    for (const { exchanges } of captures) {
      for (const { request, response } of exchanges) {
        if (!request.url.startsWith("/fn/register")) continue;
        const body = request.body as { readonly appName: string };
        expect(appIdOf(body.appName)).toBe((response.body as { readonly app_id: string }).app_id);
      }
    }
    expect(appIdOf("demo-app")).toBe("e2bace32-28cc-5398-96fd-47c0373ed11d");
    expect(
      functionIdOf({ name: "Steps fn", url: "http://localhost:19300/api/inngest?fnId=demo-app-steps&stepId=step" }),
    ).toBe("4bc0f6ba-ed83-56a8-8a85-061e1d7e7159");
  });

  it("hold results that survive being read and written again", () => {
    for (const { exchanges } of captures) {
      for (const op of calls(exchanges).flatMap(opsOf)) {
        if (op.data !== null) expect(canonicalJson(parseJsonText(op.data))).toBe(op.data);
      }
    }
  });
});
