// Speaks to a running server over its own API, and says in a sentence what is wrong when it cannot.
import { normalizeSigningKey, syncTimeoutMs, tryParseJson } from "@stepwright/protocol";
import { z } from "zod";

/** What came of a request: the server's answer, or one sentence for people. */
export type ServerAnswer<T> = { readonly kind: "answer"; readonly value: T } | ServerFailure;

/** What went wrong. */
export interface ServerFailure {
  readonly kind: "failed";
  readonly message: string;
  /** The server's code of the error, or one of ours: `SERVER_UNREACHABLE`, `NOT_A_SERVER`. */
  readonly code: string;
}

/** How a request is made. */
export type ServerMethod = "GET" | "POST" | "DELETE";

/** How an answer is waited for. */
export interface AskOptions {
  /** True where the server itself asks an app first. */
  readonly isSync?: boolean;
}

/** A server to ask. */
export interface ServerClient {
  /** Where it is, without a slash at the end. */
  readonly url: string;
  readonly hasKey: boolean;
  /** The answer's shape is taken as the server of this version promises it; one without a body is null. */
  ask<T>(method: ServerMethod, path: string, body?: unknown, options?: AskOptions): Promise<ServerAnswer<T>>;
  /** Opens a stream of server-sent events, which lasts until the signal. */
  stream(path: string, signal: AbortSignal): Promise<ServerAnswer<ReadableStreamDefaultReader<Uint8Array>>>;
}

/** How long a server may take: it answers most things in milliseconds, so one that does not is not well. */
const answerMs = 10_000;
/** A sync is answered when the app has answered it, asked with the second key if need be. */
const syncAnswerMs = answerMs + 2 * syncTimeoutMs;

const errorBody = z.object({ error: z.string(), code: z.string() });

/** Makes a client; `url` is where the server is reached, `signingKey` is null for one without keys. */
export function createServerClient(o: { readonly url: string; readonly signingKey: string | null }): ServerClient {
  const authorization = o.signingKey === null ? {} : { authorization: `Bearer ${normalizeSigningKey(o.signingKey)}` };
  const base = o.url.replace(/\/+$/, "");

  const refusalOf = (status: number, text: string): ServerFailure => {
    if (status === 401) return failed(keyText(base, o.signingKey), "LOGIN_REQUIRED");
    const { success, data } = errorBody.safeParse(tryParseJson(text));
    return success ? failed(data.error, data.code) : failed(strangerText(base, status), "NOT_A_SERVER");
  };

  return {
    url: base,
    hasKey: o.signingKey !== null,
    async ask<T>(
      method: ServerMethod,
      path: string,
      body?: unknown,
      { isSync = false }: AskOptions = {},
    ): Promise<ServerAnswer<T>> {
      const waitMs = isSync ? syncAnswerMs : answerMs;
      let status: number;
      let text: string;
      try {
        const response = await fetch(`${base}${path}`, {
          method,
          headers: { ...authorization, ...(body === undefined ? {} : { "content-type": "application/json" }) },
          signal: AbortSignal.timeout(waitMs),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        ({ status } = response);
        text = await response.text();
      } catch (error) {
        return failed(unreachableText(base, { error, waitMs }), "SERVER_UNREACHABLE");
      }
      const value = status === 204 ? null : tryParseJson(text);
      if ((status === 200 || status === 204) && value !== undefined) return { kind: "answer", value: value as T };
      return refusalOf(status, text);
    },
    async stream(path, signal) {
      try {
        const response = await fetch(`${base}${path}`, { headers: authorization, signal });
        const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
        // With a reader from the beginning: a body that has none is cancelled when its response is collected (undici).
        if (response.ok && isStream && response.body !== null)
          return { kind: "answer", value: response.body.getReader() };
        return refusalOf(response.status, await response.text());
      } catch (error) {
        return failed(unreachableText(base, { error, waitMs: answerMs }), "SERVER_UNREACHABLE");
      }
    },
  };
}

function failed(message: string, code: string): ServerFailure {
  return { kind: "failed", message, code };
}

function strangerText(base: string, status: number): string {
  return `${base} answered HTTP ${status}, and not as Stepwright does; name its server with --server URL`;
}

function unreachableText(
  base: string,
  { error, waitMs }: { readonly error: unknown; readonly waitMs: number },
): string {
  if (error instanceof DOMException && error.name === "TimeoutError")
    return `The server at ${base} does not answer within ${waitMs / 1_000} s`;
  return `No server answers at ${base}; start one, or say with --server URL where it is`;
}

function keyText(base: string, signingKey: string | null): string {
  return signingKey === null
    ? `The server at ${base} asks for its signing key; give --signing-key HEX or set INNGEST_SIGNING_KEY`
    : `The server at ${base} has another signing key; give the one it was started with`;
}
