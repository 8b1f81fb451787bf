// HTTP to apps over keep-alive pools, one per origin. No failure throws: how a request ended is an outcome.
import { redirectsMax } from "@stepwright/protocol";
import { Agent, errors } from "undici";
import { isPortOpen, isReachable } from "./can-connect.ts";
import { decodeBody } from "./decode-body.ts";
import { type Answer, AnswerTooLarge, createCutoff, type Cutoff, exchange, isRedirect } from "./exchange.ts";
import { lookup } from "./lookup.ts";
import { onAbort } from "./on-abort.ts";
import type { AppClient, OutgoingRequest, OutgoingResult } from "./ports.ts";

/**
 * Makes the client.
 *
 * Connections to one origin are not limited here: the runtime limits calls per app. A limit would make apps of one
 * origin wait for each other, and the syncs of a busy app for its calls.
 */
export function createAppClient(): AppClient {
  const agent = new Agent({
    connections: null,
    pipelining: 1,
    // Shorter than what servers commonly keep, so that we seldom write to a connection that is being closed.
    keepAliveTimeout: 4_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 10_000, lookup },
    allowH2: false,
    maxHeaderSize: headerBytesMax,
  });
  return {
    request: (request, signal) => send(agent, request, signal),
    isPortOpen,
    isReachable,
    close: () => agent.destroy(),
  };
}

/** Bytes of the headers of an answer: what servers commonly send, as Node's own limit. */
const headerBytesMax = 16 * 1024;

/** `setTimeout` counts in 32 bits. */
const timerMaxMs = 2_147_483_647;

async function send(agent: Agent, request: OutgoingRequest, signal: AbortSignal): Promise<OutgoingResult> {
  const cutoff = createCutoff();
  // oxlint-disable-next-line eslint/no-restricted-globals -- a request lasts as long as it does in the real world, whatever the runtime's clock says
  const timer = setTimeout(() => cutoff.cut(late), Math.min(request.timeoutMs, timerMaxMs));
  const stay = onAbort(signal, () => cutoff.cut(stopped));
  try {
    return await follow(agent, request, cutoff);
  } catch (error) {
    if (error === late) return failed("APP_TIMEOUT", `no answer within ${request.timeoutMs / 1000} s`);
    return error instanceof AnswerTooLarge ? tooLarge(request.responseBytesMax) : describe(error);
  } finally {
    clearTimeout(timer);
    stay();
  }
}

const late = new Error("the request took too long");
const stopped = new Error("the runtime stopped");

/** Every redirect is followed by sending the same request again, as SDK hosts redirect for trailing slashes (sdk-protocol.md §5.1). */
async function follow(agent: Agent, request: OutgoingRequest, cutoff: Cutoff): Promise<OutgoingResult> {
  let url = new URL(request.url);
  // Last: a step's own request may ask for encodings that nobody here can read.
  const headers = { ...request.headers, "accept-encoding": "gzip, br" };
  for (let hops = 0; hops <= redirectsMax; hops += 1) {
    const answer = await exchange(agent, { ...request, headers, url }, cutoff);
    const { location } = answer.headers;
    if (!isRedirect(answer) || location === undefined) return readAnswer(answer, request.responseBytesMax);
    const target = URL.parse(location, url);
    if (target === null || !/^https?:$/u.test(target.protocol)) {
      return failed("APP_REDIRECT", `it redirects to "${location}", which is no address on the web`);
    }
    keepQuery(url, target);
    url = target;
  }
  return failed("APP_REDIRECT", `it redirects more than ${redirectsMax} times`);
}

/** What an SDK is asked by: which function, and which of its steps. */
const askedBy = ["fnId", "stepId"] as const;

/**
 * A target without a query gets that of the request. One that has its own keeps it, and is told the function and the step: no
 * more, as the target of a step's own request may be signed with its query.
 */
function keepQuery({ search, searchParams }: URL, target: URL): void {
  if (target.search === "") {
    target.search = search;
    return;
  }
  for (const name of askedBy) {
    const value = searchParams.get(name);
    if (value !== null && !target.searchParams.has(name)) target.searchParams.append(name, value);
  }
}

async function readAnswer({ status, headers, body }: Answer, bytesMax: number): Promise<OutgoingResult> {
  const decoded = await decodeBody(body, headers["content-encoding"], bytesMax);
  switch (decoded.kind) {
    case "text":
      return { kind: "response", status, headers, body: decoded.text };
    case "tooLarge":
      return tooLarge(bytesMax);
    case "unreadable":
      return failed("APP_BAD_RESPONSE", decoded.reason);
  }
}

function tooLarge(bytesMax: number): Extract<OutgoingResult, { kind: "failed" }> {
  return failed("APP_RESPONSE_TOO_LARGE", `the answer is larger than ${bytesMax} bytes`);
}

const unreachableCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** What a step's own request may get wrong: a header that HTTP knows no meaning for, a scheme that is not ours. */
const unsendableCodes = new Set([
  "ERR_INVALID_URL",
  "UND_ERR_INVALID_ARG",
  "UND_ERR_NOT_SUPPORTED",
  "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
]);

function describe(error: unknown): OutgoingResult {
  const code = codeOf(error);
  if (unsendableCodes.has(code)) return failed("APP_UNREACHABLE", `the request cannot be sent: ${messageOf(error)}`);
  if (unreachableCodes.has(code)) return failed("APP_UNREACHABLE", `${code}: ${messageOf(error)}`);
  if (code === "UND_ERR_HEADERS_OVERFLOW")
    return failed("APP_BAD_RESPONSE", `the headers of its answer are larger than ${headerBytesMax} bytes`);
  const tls = tlsTrouble(code);
  if (tls !== null) return failed("APP_TLS", tls);
  if (error instanceof errors.HTTPParserError)
    return failed("APP_BAD_RESPONSE", `what it answers is not HTTP (${messageOf(error)})`);
  return failed(
    "APP_CONNECTION_LOST",
    `the connection ended before the answer did (${code === "" ? messageOf(error) : code})`,
  );
}

/** What is wrong with a secure connection, by the code of OpenSSL or of Node; null when something else is. */
function tlsTrouble(code: string): string | null {
  // OpenSSL reads the first bytes of a plain HTTP answer as a version of TLS.
  if (code === "ERR_SSL_WRONG_VERSION_NUMBER" || code === "ERR_SSL_PACKET_LENGTH_TOO_LONG")
    return `${code}: what answers there does not speak https, try http://`;
  const isTls = /^ERR_(SSL|TLS)_|CERT|_SIGNATURE$|^(HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)$/u.test(code);
  return isTls ? code : null;
}

function failed(
  code: Extract<OutgoingResult, { kind: "failed" }>["code"],
  message: string,
): Extract<OutgoingResult, { kind: "failed" }> {
  return { kind: "failed", code, message };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  const { code } = error as Error & { readonly code?: unknown };
  return typeof code === "string" ? code : "";
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
