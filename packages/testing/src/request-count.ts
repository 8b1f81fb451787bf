// Counts the requests that a server is answering, so that nobody takes it for idle in the middle of one.
import type { HttpServer } from "@stepwright/http";

/** The count. */
export interface RequestCount {
  readonly inFlight: number;
  /** Resolves as soon as there is none. */
  none(): Promise<void>;
  /** Counts the requests of these routes as well, from now on. */
  watch(routes: HttpServer): void;
}

/** What people and tests ask for may last as long as a run does, and may itself wait for the engine to come to rest. */
const notCounted = /^\/(?:api|invoke|v2)\//u;

/** Makes the count. */
export function createRequestCount(): RequestCount {
  let inFlight = 0;
  let waiting: (() => void)[] = [];

  const isDone = (): void => {
    inFlight -= 1;
    if (inFlight > 0) return;
    const all = waiting;
    waiting = [];
    for (const resolve of all) resolve();
  };

  return {
    get inFlight() {
      return inFlight;
    },
    none: () => (inFlight === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    watch(routes) {
      const counted = new WeakSet<object>();
      routes.addHook("onRequest", (request, _reply, done) => {
        if (!notCounted.test(request.url)) {
          inFlight += 1;
          counted.add(request);
        }
        done();
      });
      routes.addHook("onResponse", (request, _reply, done) => {
        if (counted.delete(request)) isDone();
        done();
      });
    },
  };
}
