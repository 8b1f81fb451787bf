// HTTP to apps over keep-alive pools, one per origin. No failure throws: how a request ended is an outcome.
import { connect } from "node:net";
import { promisify } from "node:util";
import { brotliDecompress, gunzip } from "node:zlib";
import { redirectsMax } from "@stepwright/protocol";
import { Agent, type Dispatcher } from "undici";
import type { AppClient, OutgoingRequest, OutgoingResult } from "./ports.ts";

/** Options of the client. */
export interface AppClientOptions {
  /** Connections kept per origin; calls beyond wait for one. */
  readonly connectionsPerOrigin: number;
}

/** Makes the client. */
export function createAppClient(options: AppClientOptions): AppClient {
  const agent = new Agent({
    connections: options.connectionsPerOrigin,
    pipelining: 1,
    // Shorter than what servers commonly keep, so that we seldom write to a connection that is being closed.
    keepAliveTimeout: 4_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 10_000 },
    allowH2: false,
  });
  return {
    request: (request, signal) => send(agent, request, signal),
    isPortOpen,
    close: () => agent.destroy(),
  };
}

async function send(agent: Agent, request: OutgoingRequest, signal: AbortSignal): Promise<OutgoingResult> {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const either = AbortSignal.any([signal, timeout]);
  try {
    return await follow(agent, request, either);
  } catch (error) {
    if (timeout.aborted) {
      return failed("APP_TIMEOUT", `no answer within ${request.timeoutMs / 1000} s`);
    }
    return describe(error);
  }
}

/** Every redirect is followed by sending the same request again, as SDK hosts redirect for trailing slashes (sdk-protocol.md §5.1). */
async function follow(agent: Agent, request: OutgoingRequest, signal: AbortSignal): Promise<OutgoingResult> {
  let url = new URL(request.url);
  for (let hops = 0; hops <= redirectsMax; hops += 1) {
    const response = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: request.method as Dispatcher.HttpMethod,
      headers: { "accept-encoding": "gzip, br", ...request.headers },
      body: request.body,
      signal,
    });
    const { location } = response.headers;
    if (response.statusCode < 300 || response.statusCode > 399 || typeof location !== "string") {
      return readAnswer(response, request.responseBytesMax);
    }
    await response.body.dump();
    const target = new URL(location, url);
    // The original query says which function and step is meant; a target without one keeps it.
    if (target.search === "") target.search = url.search;
    url = target;
  }
  return failed("APP_BAD_RESPONSE", `it redirects more than ${redirectsMax} times`);
}

async function readAnswer(response: Dispatcher.ResponseData, bytesMax: number): Promise<OutgoingResult> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    const buffer = chunk as Buffer;
    bytes += buffer.length;
    if (bytes > bytesMax) {
      response.body.destroy();
      return failed("APP_RESPONSE_TOO_LARGE", `the answer is larger than ${bytesMax} bytes`);
    }
    chunks.push(buffer);
  }
  const headers = flatten(response.headers);
  const decoded = await decode(Buffer.concat(chunks), headers["content-encoding"], bytesMax);
  return decoded.kind === "failed" ? decoded : { kind: "response", status: response.statusCode, headers, body: decoded.text };
}

const gunzipAsync = promisify(gunzip);
const brotliAsync = promisify(brotliDecompress);

async function decode(
  raw: Buffer,
  encoding: string | undefined,
  bytesMax: number,
): Promise<{ readonly kind: "text"; readonly text: string } | Extract<OutgoingResult, { kind: "failed" }>> {
  try {
    switch (encoding ?? "identity") {
      case "":
      case "identity":
        return { kind: "text", text: raw.toString("utf8") };
      case "gzip":
        return { kind: "text", text: (await gunzipAsync(raw, { maxOutputLength: bytesMax })).toString("utf8") };
      case "br":
        return { kind: "text", text: (await brotliAsync(raw, { maxOutputLength: bytesMax })).toString("utf8") };
      default:
        return failed("APP_BAD_RESPONSE", `its Content-Encoding "${encoding}" is not gzip, br or identity`);
    }
  } catch (error) {
    return failed("APP_BAD_RESPONSE", `its ${encoding} body cannot be decoded: ${messageOf(error)}`);
  }
}

function flatten(headers: Dispatcher.ResponseData["headers"]): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
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

function describe(error: unknown): OutgoingResult {
  const code = codeOf(error);
  if (unreachableCodes.has(code)) return failed("APP_UNREACHABLE", `${code}: ${messageOf(error)}`);
  if (code.startsWith("HPE_")) return failed("APP_BAD_RESPONSE", `what it answers is not HTTP (${code})`);
  return failed("APP_CONNECTION_LOST", `the connection ended before the answer did (${code === "" ? messageOf(error) : code})`);
}

function failed(code: Extract<OutgoingResult, { kind: "failed" }>["code"], message: string): Extract<OutgoingResult, { kind: "failed" }> {
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

const portProbeMs = 500;

function isPortOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: portProbeMs });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}
