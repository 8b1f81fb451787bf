// Counts the requests that a server is answering, so that nobody takes it for idle in the middle of one.
import type { IncomingMessage, Server } from "node:http";

/** The count. */
export interface RequestCount {
  readonly inFlight: number;
  /** Resolves as soon as there is none. */
  none(): Promise<void>;
}

/** Counts the requests of a server from now on. Live feeds, which never end, do not count. */
export function createRequestCount(server: Server): RequestCount {
  let inFlight = 0;
  let waiting: (() => void)[] = [];

  server.on("request", (request: IncomingMessage, response) => {
    if (request.url?.startsWith("/api/live") === true) return;
    inFlight += 1;
    response.once("close", () => {
      inFlight -= 1;
      if (inFlight > 0) return;
      const all = waiting;
      waiting = [];
      for (const resolve of all) resolve();
    });
  });

  return {
    get inFlight() {
      return inFlight;
    },
    none: () => (inFlight === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
  };
}
