// The smallest app that speaks the protocol: request version 1, no checkpointing, no SDK in the way.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AppCall } from "./raw-functions.ts";
import { readCall, registrationOf, wireAnswer } from "./raw-wire.ts";
import type { Subject } from "./subject.ts";

/** What the app saw of one call. */
export interface SeenCall extends AppCall {
  readonly runId: string;
  readonly functionId: string;
  /** The function ends with this call. */
  readonly isLast: boolean;
  /** `performance.now()` when the request had arrived. */
  readonly at: number;
}

/** Called for each call; what it returns is waited for before the call is answered. */
export type CallListener = (call: SeenCall) => Promise<void> | void;

/** A running app. */
export interface RawApp {
  readonly url: string;
  onCall(listener: CallListener): void;
  close(): Promise<void>;
}

/** Starts the app; asked to, it registers with this server. */
export async function startRawApp(subject: Pick<Subject, "url" | "signingKeyHash">): Promise<RawApp> {
  let listener: CallListener = () => undefined;
  const server = createServer((request, response) => {
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest`;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const at = performance.now();
    switch (request.method) {
      case "PUT": {
        const { status } = await register(url, subject);
        response
          .writeHead(status, { "content-type": "application/json" })
          .end('{"message":"registered","modified":true}');
        return;
      }
      case "POST": {
        const { functionId, call, answer } = readCall(request.url ?? "", body);
        await listener({ ...call, runId: call.ctx.run_id, functionId, isLast: answer === null, at });
        const { status, headers, body: text } = wireAnswer(answer);
        response.writeHead(status, headers).end(text);
        return;
      }
      default:
        response.writeHead(200, { "content-type": "application/json" }).end("{}");
    }
  };

  return {
    url,
    onCall(next) {
      listener = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function register(url: string, subject: Pick<Subject, "url" | "signingKeyHash">): Promise<Response> {
  return fetch(`${subject.url}/fn/register`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${subject.signingKeyHash}` },
    body: JSON.stringify(registrationOf(url)),
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
