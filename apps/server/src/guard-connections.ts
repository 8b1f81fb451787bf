// Keeps connections from taking the server's room: how many there may be, how slow they may be, and who goes first when it gets tight.
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answerBrokenRequest } from "@stepwright/http";
import type { Logger } from "pino";

/** What connections may take. */
export interface ConnectionLimits {
  readonly connectionsMax: number;
  /** Time for a request to arrive, and for an answer to wait for its reader. */
  readonly requestTimeoutMs: number;
}

/** A request's headers are a few packets: whoever takes longer holds a connection for nothing. */
const headersTimeoutMaxMs = 20_000;
/** From this share of the limit on, connections that wait for their next request are closed. */
const tightShare = 0.9;
/** Dropped connections are told of at most this often. */
const toldEveryMs = 10_000;

/** Timeouts in the words of Node's server. */
export function timeoutsOf({ requestTimeoutMs }: ConnectionLimits): {
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  readonly connectionsCheckingInterval: number;
} {
  return {
    headersTimeout: Math.min(headersTimeoutMaxMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    // Both are only looked at this often.
    connectionsCheckingInterval: Math.ceil(Math.min(5_000, requestTimeoutMs / 4)),
  };
}

/** Guards a server that does not listen yet. */
export function guardConnections(server: Server, limits: ConnectionLimits, log: Logger): void {
  const { connectionsMax, requestTimeoutMs } = limits;
  server.maxConnections = connectionsMax;
  // Counts from the last byte either way, and so only ends what the others leave: answers that nobody reads. The live feed writes more often, requests are answered sooner.
  server.timeout = 2 * requestTimeoutMs;
  const idle = trackIdle(server);
  let open = 0;
  let toldAt = -Infinity;
  server.on("connection", (socket: Socket) => {
    open += 1;
    socket.once("close", () => (open -= 1));
    if (open > connectionsMax * tightShare) idle.closeLongest();
  });
  server.on("drop", () => {
    if (performance.now() - toldAt < toldEveryMs) return;
    toldAt = performance.now();
    log.warn({ component: "server", connectionsMax }, "connections refused: as many are open as may be");
  });
  // What a sender expects beyond HTTP may be ignored; Node would refuse it with an answer that says nothing.
  server.on("checkExpectation", (request, response) => server.emit("request", request, response));
  // After a request that asked for another protocol and did not get it, Node's parser hangs on the next one if its head is large.
  server.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false;
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) =>
    answerBrokenRequest(error, socket, { timeoutMs: requestTimeoutMs }),
  );
}

/**
 * Knows which connections wait for their next request, the longest waiting first.
 *
 * Node's own `closeIdleConnections` counts a connection as idle that has just been made, and would close the very one that
 * room is needed for.
 */
function trackIdle(server: Server): { closeLongest(): void } {
  const idle = new Set<Socket>();
  const inHand = new WeakMap<Socket, number>();
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    idle.delete(socket);
    inHand.set(socket, (inHand.get(socket) ?? 0) + 1);
    response.once("close", () => {
      const left = (inHand.get(socket) ?? 1) - 1;
      inHand.set(socket, left);
      if (left === 0 && !socket.destroyed) idle.add(socket);
    });
  });
  server.on("connection", (socket: Socket) => socket.once("close", () => idle.delete(socket)));
  return {
    closeLongest() {
      const [longest] = idle;
      longest?.destroy();
    },
  };
}
