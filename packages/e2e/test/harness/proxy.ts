// A proxy between an app and the server that can answer in the server's place: what breaks on the way.
import { request as httpRequest, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { listen, portOf } from "./app.ts";

/** Answers a request itself and returns true, or leaves it to be passed on. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Starts a proxy in front of `target` that ends with the test; returns its URL. */
export async function startProxy(target: string, intercept: Intercept): Promise<string> {
  const http = await listen((request, response) => {
    if (!intercept(request, response)) passOn(target)(request, response);
  });
  return `http://localhost:${portOf(http)}`;
}

/** Hands a request to another server, as it is. */
export function passOn(target: string): RequestListener {
  return (request, response) => {
    const onward = httpRequest(
      new URL(request.url ?? "/", target),
      { method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.once("error", () => response.destroy());
    request.pipe(onward);
  };
}
