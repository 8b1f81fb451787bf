// Reads request bodies as text: any content type, plain or gzip, never more than the route's limit.
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { bodyInvalid, bodyNotJson, bodyTooLarge, encodingUnsupported } from "@stepwright/protocol";
import { createByteGatherer } from "@stepwright/runtime";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Ticket } from "./intake.ts";
import { ticketOf } from "./limit-intake.ts";

/**
 * Makes every route receive its body as text, whatever the content type says.
 *
 * Senders of events put anything into that header, and the protocol ignores it. The limit of the route counts after
 * decompression, so that a small body cannot grow into a large one.
 */
export function acceptTextBodies(app: FastifyInstance): void {
  // A content type that is none would be refused before any parser is asked.
  app.addHook("onRequest", (request, _reply, done) => {
    if (request.headers["content-type"] !== undefined) request.headers["content-type"] = "text/plain";
    done();
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", async (request: FastifyRequest, payload: IncomingMessage) =>
    (await readBytes(payload, readingOf(request))).toString("utf8"),
  );
}

/** Makes the routes of a scope receive their bodies as bytes. */
export function acceptRawBodies(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", (request: FastifyRequest, payload: IncomingMessage) =>
    readBytes(payload, readingOf(request)),
  );
}

/** Gives the body of a request as text; empty when there is none. */
export function bodyText(request: FastifyRequest): string {
  return typeof request.body === "string" ? request.body : "";
}

/** Parses the body of a request as JSON; throws BODY_NOT_JSON. */
export function bodyJson(request: FastifyRequest): unknown {
  try {
    return JSON.parse(bodyText(request));
  } catch (cause) {
    throw bodyNotJson({ reason: cause instanceof Error ? cause.message : "unreadable" }, { cause });
  }
}

/**
 * Reads a stream to its end.
 *
 * Listeners rather than an async iterator: this runs for every event sent, and the iterator alone was a twentieth of it.
 * After an error the rest is read off and dropped, or the answer would not reach a sender that is still writing.
 */
function readBytes(payload: Readable, o: Reading): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const stream = decoded(payload, o.encoding);
    const gathered = createByteGatherer();
    let isRefused = false;
    const refuse = (error: Error): void => {
      isRefused = true;
      payload.unpipe();
      payload.resume();
      if (stream !== payload) stream.destroy();
      reject(explained(error));
    };
    stream.on("data", (chunk: Buffer) => {
      if (isRefused) return;
      const problem = takeIn(chunk);
      if (problem !== null) refuse(problem);
    });
    const takeIn = (chunk: Buffer): Error | null => {
      if (gathered.length + chunk.length > o.bytesMax) return bodyTooLarge({ max: o.bytesMax });
      try {
        o.ticket?.grow(chunk.length);
      } catch (error) {
        return error as Error;
      }
      gathered.add(chunk);
      return null;
    };
    stream.once("error", refuse);
    if (stream !== payload) payload.once("error", refuse);
    stream.once("end", () => resolve(gathered.take()));
  });
}

/** How a body is read. */
interface Reading {
  readonly encoding: string;
  readonly bytesMax: number;
  readonly ticket: Ticket | null;
}

function readingOf(request: FastifyRequest): Reading {
  return {
    encoding: request.headers["content-encoding"] ?? "identity",
    bytesMax: request.routeOptions.bodyLimit,
    ticket: ticketOf(request),
  };
}

function decoded(payload: Readable, encoding: string): Readable {
  switch (encoding.trim().toLowerCase()) {
    case "identity":
    case "":
      return payload;
    case "gzip":
    case "x-gzip":
      return payload.pipe(createGunzip());
    default:
      throw encodingUnsupported({ encoding });
  }
}

/** What a sender did wrong is theirs to hear; anything else is ours to find in the log. */
function explained(error: NodeJS.ErrnoException): Error {
  const { code = "" } = error;
  if (code.startsWith("Z_")) {
    return bodyInvalid({ reason: `it says gzip, but does not decompress (${code})` }, { cause: error });
  }
  return code === "ECONNRESET"
    ? bodyInvalid({ reason: "the connection was closed before its end" }, { cause: error })
    : error;
}
