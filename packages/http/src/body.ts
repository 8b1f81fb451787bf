import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { bodyInvalid, bodyNotJson, bodyTooLarge, encodingUnsupported } from "@stepwright/protocol";
// Reads request bodies as text: any content type, plain or gzip, never more than the route's limit.
import type { FastifyInstance, FastifyRequest } from "fastify";

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
  app.addContentTypeParser("*", (request: FastifyRequest, payload: IncomingMessage) =>
    readText(payload, {
      encoding: request.headers["content-encoding"] ?? "identity",
      bytesMax: request.routeOptions.bodyLimit,
    }),
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

async function readText(
  payload: Readable,
  o: { readonly encoding: string; readonly bytesMax: number },
): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of decoded(payload, o.encoding)) {
      bytes += chunk.length;
      if (bytes > o.bytesMax) throw bodyTooLarge({ max: o.bytesMax });
      chunks.push(chunk);
    }
  } catch (error) {
    // What is left of the body has to be read off, or the answer never reaches a sender that is still writing.
    payload.resume();
    throw isZlibError(error)
      ? bodyInvalid({ reason: `it says gzip, but does not decompress (${error.code})` }, { cause: error })
      : error;
  }
  const [first] = chunks;
  return (chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks)).toString("utf8");
}

function decoded(payload: Readable, encoding: string): AsyncIterable<Buffer> {
  switch (encoding.trim().toLowerCase()) {
    case "identity":
    case "":
      // Leaving the loop early must not destroy the request: its socket still carries the answer.
      return payload.iterator({ destroyOnReturn: false });
    case "gzip":
    case "x-gzip": {
      const gunzip = createGunzip();
      payload.once("error", (error) => gunzip.destroy(error));
      return payload.pipe(gunzip);
    }
    default:
      throw encodingUnsupported({ encoding });
  }
}

function isZlibError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string" && error.code.startsWith("Z_");
}
