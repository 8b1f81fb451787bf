// The only writer of errors: turns whatever a handler threw into the shape that the API being spoken has.
import {
  internalError,
  methodNotAllowed,
  notSupported,
  parameterInvalid,
  pathNotFound,
  serverBusy,
  shuttingDown,
  StepwrightError,
  storageDamaged,
  storageFull,
  storageGone,
  storageUnsynced,
  storageUnavailable,
  tooManyRequests,
} from "@stepwright/protocol";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { retryAfterSeconds } from "./limits.ts";
import { tracesPath } from "./otlp/traces-path.ts";
import { isRestV2, v2ErrorBody } from "./rest-v2.ts";

/** Installs the handlers of errors and of unknown paths. */
export function handleErrors(app: FastifyInstance): void {
  app.setErrorHandler(sendError);
}

/** Answers a request to a path that does not exist. */
export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendError(pathNotFound({ method: request.method, path: askedPath(request) }), request, reply);
}

/**
 * Writes an error in the shape of the API: with `ids` for the event API, a `google.rpc.Status` for spans, with `data` elsewhere.
 *
 * The status is in the body as well, because the SDKs read it there. What is not ours becomes a 500 that names the
 * request only; its cause is in the log.
 */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = asStepwrightError(error, request) ?? unforeseen(error, request);
  const { code, status, message, details } = known;
  // Trouble of ours that the sender is told to wait out, such as a full disk; whoever runs the server has to hear of it.
  // That a stopping server refuses is no trouble: it has said that it stops, and senders may try a thousand times meanwhile.
  // Nor is a feature that is not there: whoever asks for it may ask a thousand times as well.
  if (status >= 500 && known === error && code !== shuttingDown.code && code !== notSupported.code)
    request.log.warn({ component: "http", err: known, requestId: request.id }, "request refused");
  if (code === methodNotAllowed.code) reply.header("allow", details["allowed"]);
  const waitSeconds = waitOf(known);
  if (waitSeconds !== null) reply.header("retry-after", waitSeconds);
  reply.code(status).header("content-type", "application/json; charset=utf-8");
  if (isRestV2(pathOf(request))) {
    const { status: v2Status, body } = v2ErrorBody(known);
    return reply.code(v2Status).send(body);
  }
  if (pathOf(request) === tracesPath) return reply.send(JSON.stringify({ message }));
  const problems = details["problems"] ?? null;
  if (!pathOf(request).startsWith("/e/")) {
    const data = problems === null ? checkpointData(request) : { problems };
    return reply.send(JSON.stringify({ code, error: message, data, status }));
  }
  // `message` is empty in the peer's answer to a bad key, and clients read `error`.
  const base = status === 401 ? { ids: [], status, message: "" } : { ids: [], status };
  return reply.send(JSON.stringify({ ...base, error: message, code, ...(problems === null ? {} : { problems }) }));
}

/** SDKs are told which run a refused checkpoint was of. */
function checkpointData(request: FastifyRequest): { readonly run_id: string } | null {
  const runId = /^\/v1\/(?:checkpoint|http\/runs)\/([^/]+)\/async$/.exec(pathOf(request))?.[1];
  return runId === undefined ? null : { run_id: runId };
}

/** Seconds after which the same request has a chance; null when it has none. */
function waitOf({ status, code, details }: StepwrightError): number | null {
  const { seconds } = details;
  if ((code === tooManyRequests.code || code === serverBusy.code) && typeof seconds === "number") return seconds;
  return status === 503 ? (waitSecondsByCode.get(code) ?? retryAfterSeconds) : null;
}

/** What passes when somebody has done something, which takes longer than what passes by itself. */
const waitSecondsByCode: ReadonlyMap<string, number> = new Map([
  [storageFull.code, 5],
  [storageUnsynced.code, 30],
  [storageDamaged.code, 30],
  [storageGone.code, 30],
]);

/** The path that a request is routed by, without its query. */
export function pathOf(request: FastifyRequest): string {
  return withoutQuery(request.url);
}

/** The path as whoever asked has written it. */
export function askedPath(request: FastifyRequest): string {
  return withoutQuery(request.originalUrl);
}

function withoutQuery(url: string): string {
  const end = url.indexOf("?");
  return end === -1 ? url : url.slice(0, end);
}

function asStepwrightError(error: unknown, request: FastifyRequest): StepwrightError | null {
  if (error instanceof StepwrightError) return error;
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return null;
  // The disk is full or failing: nothing was stored, and the sender should try again.
  if (/^SQLITE_(FULL|IOERR|BUSY|READONLY|NOMEM|CANTOPEN)/.test(error.code)) {
    return storageUnavailable({ reason: error.code }, { cause: error });
  }
  return error.code.startsWith("FST_") ? fromFastify(error as FastifyError, request) : null;
}

/** What Fastify itself refuses before a handler runs, such as a path that is not valid percent-encoding. */
function fromFastify(error: FastifyError, request: FastifyRequest): StepwrightError | null {
  if (error.code === "FST_ERR_BAD_URL")
    return parameterInvalid(
      { name: "path", value: askedPath(request), allowed: "percent-encode it" },
      { cause: error },
    );
  if (error.statusCode === undefined || error.statusCode >= 500) return null;
  return parameterInvalid({ name: "request", value: error.code, allowed: error.message }, { cause: error });
}

function unforeseen(error: unknown, request: FastifyRequest): StepwrightError {
  // The route, not the URL: the path of an event holds its key.
  const route = request.routeOptions.url ?? "unknown";
  request.log.error(
    { component: "http", err: error, requestId: request.id, method: request.method, route },
    "request failed",
  );
  return internalError({ requestId: request.id }, { cause: error });
}
