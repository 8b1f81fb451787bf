// One HTTP request and its whole answer. On undici's own events instead of its streams: 14 µs of this process instead of 19.
import type { IncomingHttpHeaders } from "node:http";
import type { Agent, Dispatcher } from "undici";
import { createByteGatherer } from "./byte-gatherer.ts";
import type { OutgoingRequest } from "./ports.ts";

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** The answer's body went over the limit and was cut off. */
export class AnswerTooLarge extends Error {}

/** Ends an exchange before it has ended by itself. */
export interface Cutoff {
  /** Why it was ended; null while it goes on. */
  readonly reason: Error | null;
  cut(reason: Error): void;
  /** Called when it is cut; set by the exchange under way. */
  onCut: (reason: Error) => void;
}

/** Makes one that is not cut. */
export function createCutoff(): Cutoff {
  let reason: Error | null = null;
  return {
    get reason() {
      return reason;
    },
    cut(why) {
      reason ??= why;
      this.onCut(reason);
    },
    onCut: () => undefined,
  };
}

/** Sends one request; rejects with what undici reports, with `AnswerTooLarge`, or with the reason it was cut off for. */
export function exchange(
  agent: Agent,
  request: Pick<OutgoingRequest, "method" | "headers" | "body" | "responseBytesMax"> & { readonly url: URL },
  cutoff: Cutoff,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const body = createByteGatherer();
    let controller: Dispatcher.DispatchController | null = null;
    let status = 0;
    let unread = 0;
    let headers: Readonly<Record<string, string>> = {};

    cutoff.onCut = (reason) => {
      controller?.abort(reason);
      // A request that waits for its connection has no controller yet; whoever asked is told at once all the same.
      reject(reason);
    };
    if (cutoff.reason !== null) {
      reject(cutoff.reason);
      return;
    }
    agent.dispatch(
      {
        origin: request.url.origin,
        path: request.url.pathname + request.url.search,
        method: request.method,
        headers: request.headers,
        body: request.body,
      },
      {
        onRequestStart(started) {
          controller = started;
          if (cutoff.reason !== null) started.abort(cutoff.reason);
        },
        onResponseStart(_controller, statusCode, fields) {
          // 103 Early Hints and the like come before the answer.
          if (statusCode < 200) return;
          status = statusCode;
          headers = flatten(fields);
        },
        onResponseData(from, chunk) {
          if (isRedirect({ status, headers })) {
            unread += chunk.length;
            if (unread > redirectBytesMax) from.abort(bodyOfRedirect);
            return;
          }
          body.add(chunk);
          if (body.length > request.responseBytesMax) from.abort(new AnswerTooLarge());
        },
        onResponseEnd() {
          resolve({ status, headers, body: body.take() });
        },
        onResponseError(_controller, error) {
          if (error === bodyOfRedirect) resolve({ status, headers, body: body.take() });
          else reject(error);
        },
      },
    );
  });
}

/** Says whether the answer only names another place to ask; nobody reads its body then. */
export function isRedirect({ status, headers }: Pick<Answer, "status" | "headers">): boolean {
  return status >= 300 && status <= 399 && headers["location"] !== undefined;
}

/** A body of a redirect that is longer costs the connection: a new one is cheaper than the rest of it. */
const redirectBytesMax = 64 * 1024;
const bodyOfRedirect = new Error("the body of a redirect is too long");

function flatten(fields: IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return flat;
}
