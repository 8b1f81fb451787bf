// Sends one request and waits for its whole answer, for so long.
import { Agent, type IncomingMessage, request as httpRequest } from "node:http";
import type { FuzzRequest } from "./make-request.ts";

/** What came of a request. */
export type Outcome =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
      readonly text: string;
    }
  /** No whole answer within the time. */
  | { readonly kind: "hung" }
  /** The connection ended before the answer did. */
  | { readonly kind: "broken"; readonly reason: string };

/** A busy machine answers late, but nothing that the server does on request takes as long as this. */
const answerMsMaxDefault = 30_000;

/** A sender to one server. */
export interface Sender {
  send(request: FuzzRequest): Promise<Outcome>;
  close(): void;
}

/** Makes a sender. */
export function createSender(
  port: number,
  { answerMsMax = answerMsMaxDefault }: { readonly answerMsMax?: number },
): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  return {
    close: () => agent.destroy(),
    async send(request) {
      const { outcome, wasReused } = await sendOnce(request, { port, agent, answerMsMax });
      // A server may close a connection that waits, and a request may be on its way then: clients send it again.
      return outcome.kind === "broken" && wasReused
        ? (await sendOnce(request, { port, agent: false, answerMsMax })).outcome
        : outcome;
    },
  };
}

function sendOnce(
  { method, target, headers, body }: FuzzRequest,
  { port, agent, answerMsMax }: { readonly port: number; readonly agent: Agent | false; readonly answerMsMax: number },
): Promise<{ readonly outcome: Outcome; readonly wasReused: boolean }> {
  return new Promise((resolve) => {
    // Node's client sends the body of a GET or a DELETE without its length, and it would be read as another request.
    const length = body === null ? {} : { "content-length": String(body.length) };
    const request = httpRequest({
      host: "127.0.0.1",
      port,
      method,
      path: target,
      agent,
      headers: { host: `localhost:${port}`, ...headers, ...length },
    });
    const settle = (outcome: Outcome): void => {
      clearTimeout(deadline);
      resolve({ outcome, wasReused: request.reusedSocket });
      if (outcome.kind === "hung") request.destroy();
    };
    const deadline = setTimeout(() => settle({ kind: "hung" }), answerMsMax);
    const breaks = (error: Error): void => settle({ kind: "broken", reason: error.message });
    const take = (response: IncomingMessage): void => {
      const answer = { kind: "answered", status: response.statusCode ?? 0, headers: response.headers } as const;
      // This one never ends.
      if (String(response.headers["content-type"]).startsWith("text/event-stream")) {
        settle({ ...answer, text: "" });
        response.destroy();
        return;
      }
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => settle({ ...answer, text: Buffer.concat(chunks).toString("utf8") }));
      response.on("error", breaks);
    };
    request.on("response", take);
    request.on("upgrade", take);
    request.on("error", breaks);
    request.end(body ?? undefined);
  });
}
