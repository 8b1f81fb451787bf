// Apps that live in the test's own process: calls to their made-up addresses go straight to the SDK's fetch handler.
import type { AppClient, OutgoingRequest, OutgoingResult } from "@stepwright/runtime";

/** A handler of the kind that `serve` of `inngest/edge`, `inngest/bun`, `inngest/cloudflare` and others returns. */
export type FetchHandler = (request: Request) => Promise<Response> | Response;

/** The exports of a Next.js route file: `serve` of `inngest/next` returns them. */
export interface RouteHandlers {
  // Methods, so that handlers which ask for a framework's own request class fit as well.
  POST(request: Request, context: unknown): Promise<Response> | Response;
  PUT(request: Request, context: unknown): Promise<Response> | Response;
}

/** An app client that also knows apps in this process. */
export interface InProcessApps extends AppClient {
  /** Gives the app an address; requests to it call the handler. */
  add(app: FetchHandler | RouteHandlers): string;
}

/** Who hears of what happens to handlers. */
export interface InProcessAppsHooks {
  /** Calls a handler. */
  readonly call: <T>(handler: () => T) => T;
  /** A handler has not answered in time. */
  readonly onLate: (request: OutgoingRequest) => void;
}

/** Makes the client. Addresses that are not of this process go to `outside`. */
export function createInProcessApps(outside: AppClient, hooks: InProcessAppsHooks): InProcessApps {
  const handlers = new Map<string, FetchHandler>();
  const origins = new Map<FetchHandler | RouteHandlers, string>();
  return {
    add(app) {
      // `.test` is reserved for this: no name server will ever know it (RFC 2606).
      const origin = origins.get(app) ?? `http://app-${handlers.size + 1}.test`;
      origins.set(app, origin);
      handlers.set(origin, handlerOf(app));
      return `${origin}/api/inngest`;
    },
    request(request, signal) {
      const handler = handlers.get(new URL(request.url).origin);
      return handler === undefined ? outside.request(request, signal) : answer(handler, request, { signal, hooks });
    },
    isPortOpen: (port) => outside.isPortOpen(port),
    isReachable: async (url) => handlers.has(new URL(url).origin) || outside.isReachable(url),
    close: () => outside.close(),
  };
}

function handlerOf(app: FetchHandler | RouteHandlers): FetchHandler {
  // Next's `serve` returns a function that carries the methods; as a function it takes any of them.
  if (typeof app === "function") return app;
  return (request) => (request.method === "PUT" ? app.PUT(request, {}) : app.POST(request, {}));
}

async function answer(
  handler: FetchHandler,
  request: OutgoingRequest,
  { signal, hooks }: { readonly signal: AbortSignal; readonly hooks: InProcessAppsHooks },
): Promise<OutgoingResult> {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const either = AbortSignal.any([signal, timeout]);
  try {
    return await Promise.race([hooks.call(() => handle(handler, request, either)), aborted(either)]);
  } catch (error) {
    if (timeout.aborted) {
      hooks.onLate(request);
      return { kind: "failed", code: "APP_TIMEOUT", message: `no answer within ${request.timeoutMs / 1000} s` };
    }
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "failed", code: "APP_CONNECTION_LOST", message: `the handler threw: ${reason}` };
  }
}

async function handle(handler: FetchHandler, request: OutgoingRequest, signal: AbortSignal): Promise<OutgoingResult> {
  const { method, url, body } = request;
  // SDKs build their own address from `host`, which a `Request` made by hand does not have.
  const headers = { ...request.headers, host: new URL(url).host };
  const response = await handler(new Request(url, { method, headers, body, signal }));
  const bytes = Buffer.from(await response.arrayBuffer());
  if (bytes.length > request.responseBytesMax) {
    return {
      kind: "failed",
      code: "APP_RESPONSE_TOO_LARGE",
      message: `the answer is larger than ${request.responseBytesMax} bytes`,
    };
  }
  return {
    kind: "response",
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: bytes.toString("utf8"),
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("the request was given up")), { once: true });
  });
}
