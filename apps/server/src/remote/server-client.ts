// Speaks to a running server over its own API, and says in a sentence what is wrong when it cannot.
import { normalizeSigningKey, tryParseJson } from "@stepwright/protocol";
import { z } from "zod";

/** What came of a request: the server's answer, or one sentence for people. */
export type ServerAnswer<T> =
  | { readonly kind: "answer"; readonly value: T }
  | {
      readonly kind: "failed";
      readonly message: string;
      /** The server's code of the error; null when it gave none. */
      readonly code: string | null;
    };

/** A server to ask. */
export interface ServerClient {
  /** The answer's shape is taken as the server of this version promises it. */
  ask<T>(method: "GET" | "POST", path: string, body?: object): Promise<ServerAnswer<T>>;
}

/** How long a server may take: it answers these in milliseconds, so one that does not is not well. */
const answerMs = 10_000;

const errorBody = z.object({ error: z.string(), code: z.string() });

/** Makes a client; `url` is where the server is reached, `signingKey` is null for one without keys. */
export function createServerClient(o: { readonly url: string; readonly signingKey: string | null }): ServerClient {
  const authorization = o.signingKey === null ? {} : { authorization: `Bearer ${normalizeSigningKey(o.signingKey)}` };
  const base = o.url.replace(/\/+$/, "");
  return {
    async ask<T>(method: "GET" | "POST", path: string, body?: object): Promise<ServerAnswer<T>> {
      let status: number;
      let text: string;
      try {
        const response = await fetch(`${base}${path}`, {
          method,
          headers: { ...authorization, ...(body === undefined ? {} : { "content-type": "application/json" }) },
          signal: AbortSignal.timeout(answerMs),
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        ({ status } = response);
        text = await response.text();
      } catch (error) {
        return failed(unreachableText(base, error));
      }
      const value = tryParseJson(text);
      if (status === 200 && value !== undefined) return { kind: "answer", value: value as T };
      if (status === 401) return failed(keyText(base, o.signingKey), "LOGIN_REQUIRED");
      const { success, data } = errorBody.safeParse(value);
      return success
        ? failed(data.error, data.code)
        : failed(`${base} answered HTTP ${status}, and not as Stepwright does; name its server with --server URL`);
    },
  };
}

function failed<T>(message: string, code: string | null = null): ServerAnswer<T> {
  return { kind: "failed", message, code };
}

function unreachableText(base: string, error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError")
    return `The server at ${base} does not answer within ${answerMs / 1_000} s`;
  return `No server answers at ${base}; start one, or say with --server URL where it is`;
}

function keyText(base: string, signingKey: string | null): string {
  return signingKey === null
    ? `The server at ${base} asks for its signing key; give --signing-key HEX or set INNGEST_SIGNING_KEY`
    : `The server at ${base} has another signing key; give the one it was started with`;
}
