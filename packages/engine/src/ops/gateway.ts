// `Gateway` and `AIGateway`: HTTP requests that the engine makes for a step (step.fetch, step.ai.infer).
// The request is a queue item of its own, so that it is retried without calling the app and survives a crash.
import {
  asQueueItemId,
  canonicalJson,
  isJsonObject,
  isNestedTooDeep,
  type JsonText,
  type JsonValue,
  type Op,
  parseJsonText,
  tryParseJson,
} from "@stepwright/protocol";
import { completeStep } from "../complete-step.ts";
import { callAfterCompletion } from "../discovery.ts";
import { failRun, spliceMemo } from "../finish-run.ts";
import { gatewayLane, type GatewayRequest, type LeasedItem, type Work } from "../queue-item.ts";
import { nextAttemptAt } from "../retry.ts";
import { type Draft, openStep } from "../state.ts";
import { textOf, waitSpan } from "./wait-for-event.ts";

/** Queues the request. */
export function gateway(draft: Draft, op: Op): void {
  const request = requestOf(draft, op);
  if (!URL.canParse(request.url)) {
    failRun(draft, {
      error: "InvalidUrl",
      name: "InvalidUrl",
      message: `"${op.displayName}" asks for the URL "${request.url}", which is not one.`,
    });
    return;
  }
  openStep(draft, op.id);
  draft.effects.push(
    {
      kind: "enqueue",
      item: {
        id: asQueueItemId(`${draft.run.id}:${op.id}:gateway`),
        lane: gatewayLane(draft.run.appId),
        at: draft.context.now,
        attempt: 0,
        work: { kind: "gateway", runId: draft.run.id, stepId: op.id, request },
      },
    },
    waitSpan(draft, op, "gateway", { url: new URL(request.url).origin, method: request.method }),
  );
}

/** How the request ended. */
export type GatewayResult =
  | {
      readonly kind: "response";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  | { readonly kind: "failed"; readonly message: string };

/** Stores the answer, or tries again, or memoizes the failure for the function to catch (sdk-protocol.md §8.8). */
export function gatewayAnswered(
  draft: Draft,
  options: {
    readonly item: LeasedItem;
    readonly work: Extract<Work, { kind: "gateway" }>;
    readonly result: GatewayResult;
    readonly attemptsMax: number;
  },
): void {
  const { item, work, result } = options;
  const memo = memoOf(work.request, result);
  if (memo.isError && item.attempt + 1 < options.attemptsMax) {
    draft.effects.push({
      kind: "reschedule",
      itemId: item.id,
      attempt: item.attempt + 1,
      at: nextAttemptAt({
        attempt: item.attempt,
        now: draft.context.now,
        policy: draft.context.retry,
        fraction: draft.context.fraction,
        requestedAt: null,
      }),
    });
    return;
  }
  draft.effects.push({ kind: "dequeue", itemId: item.id });
  const isNew = completeStep(draft, {
    id: work.stepId,
    op: work.request.op,
    name: work.request.name,
    status: memo.isError ? "failed" : "completed",
    memo: spliceMemo(memo.isError ? "error" : "data", memo.text),
    input: null,
  });
  if (!isNew) return;
  draft.effects.push({
    kind: "endSpan",
    runId: draft.run.id,
    spanId: work.stepId,
    status: memo.isError ? "failed" : "completed",
    endedAt: draft.context.now,
    error: memo.isError ? memo.text : null,
    detail: canonicalJson(result.kind === "response" ? { status: result.status } : {}),
  });
  callAfterCompletion(draft, work.stepId);
}

function memoOf(
  request: GatewayRequest,
  result: GatewayResult,
): { readonly isError: boolean; readonly text: JsonText } {
  if (result.kind === "failed") {
    const what = request.op === "AIGateway" ? "AI" : "gateway";
    return {
      isError: true,
      text: canonicalJson({ name: "GatewayError", message: `Error making ${what} request: ${result.message}` }),
    };
  }
  if (request.op === "Gateway") {
    return {
      isError: false,
      text: canonicalJson({
        url: request.url,
        headers: memoHeaders(result.headers),
        body: result.body,
        status_code: result.status,
      }),
    };
  }
  if (result.status > 299) {
    return {
      isError: true,
      text: canonicalJson({
        name: "AIGatewayError",
        message: `Error making AI request: unsuccessful status code: ${result.status}`,
        data: jsonOrText(result.body),
        stack: result.body,
      }),
    };
  }
  return { isError: false, text: canonicalJson(jsonOrText(result.body)) };
}

/** What is between us and the upstream alone, or has no meaning any more: the body is decoded. */
const ownHeaders: ReadonlySet<string> = new Set(["connection", "keep-alive", "transfer-encoding", "content-encoding"]);

/** Spelt as the reference spells them: Go's SDK hands them on as a plain map, where case counts. */
function memoHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !ownHeaders.has(name.toLowerCase()))
      .map(([name, value]) => [name.replaceAll(/(?<=^|-)[a-z]/gu, (letter) => letter.toUpperCase()), value]),
  );
}

function requestOf(draft: Draft, op: Op): GatewayRequest {
  const isAi = op.op === "AIGateway";
  const url = textOf(op.opts["url"]);
  const headers = headersOf(op.opts["headers"]);
  const body = isAi ? withInput(draft, op) : op.opts["body"];
  const format = textOf(op.opts["format"]);
  const key = textOf(op.opts["auth_key"]);
  return {
    op: isAi ? "AIGateway" : "Gateway",
    name: op.displayName,
    method: isAi ? "POST" : textOf(op.opts["method"]) || "POST",
    url: isAi && format === "gemini" && key !== "" ? withKey(url, key) : url,
    headers: { "user-agent": "Inngest", ...(isAi ? aiHeaders(format, key) : {}), ...headers },
    body: body === undefined || body === null ? null : typeof body === "string" ? body : canonicalJson(body),
    queuedAt: draft.context.now,
  };
}

/** A run that was started again from this step may have been given another question: its fields take the place of the code's. */
function withInput(draft: Draft, op: Op): JsonValue | undefined {
  const { body } = op.opts;
  const { input } = draft.run.progress;
  if (input === undefined || input.stepId !== op.id || input.isOurs !== true) return body;
  const value = parseJsonText(input.value);
  const changes = Array.isArray(value) ? value[0] : undefined;
  if (!isJsonObject(changes)) return body;
  return isJsonObject(body) ? { ...body, ...changes } : changes;
}

function aiHeaders(format: string, key: string): Record<string, string> {
  const base = { "content-type": "application/json" };
  if (key === "" || format === "gemini") return base;
  if (format === "anthropic") return { ...base, "x-api-key": key };
  return { ...base, authorization: format === "bedrock" ? key : `Bearer ${key}` };
}

function withKey(url: string, key: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.searchParams.set("key", key);
  return parsed.href;
}

function headersOf(value: JsonValue | undefined): Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, content]) => [
      name.toLowerCase(),
      (Array.isArray(content) ? content : [content]).map(headerText).join(","),
    ]),
  );
}

function headerText(value: JsonValue): string {
  return typeof value === "string" ? value : canonicalJson(value);
}

function jsonOrText(text: string): unknown {
  const value = tryParseJson(text);
  // Not JSON, or none that anybody can work on: the provider's text is the value.
  return value === undefined || isNestedTooDeep(value) ? text : value;
}
