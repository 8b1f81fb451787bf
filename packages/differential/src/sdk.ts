// The two majors of the SDK behind one face; only the one that is asked for is loaded, as in a user's app:
// both keep something else under one global name.
import type { RequestListener } from "node:http";
import type { FetchHandler, SdkClient, SdkFunction } from "@stepwright/testing";
import type { SdkMode } from "./program.ts";

/** An event as a function sees it. */
export interface SeenEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event to send. */
export interface SentEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The step tools that programs use; the majors have them in common. */
export interface StepTools {
  run<T>(id: string, work: () => T): Promise<T>;
  sleep(id: string, duration: string): Promise<void>;
  sleepUntil(id: string, at: string): Promise<void>;
  waitForEvent(
    id: string,
    options: { readonly event: string; readonly timeout: string; readonly if?: string; readonly match?: string },
  ): Promise<SeenEvent | null>;
  waitForSignal(
    id: string,
    options: { readonly signal: string; readonly timeout: string; readonly onConflict: "fail" },
  ): Promise<{ readonly data: unknown } | null>;
  invoke(
    id: string,
    options: { readonly function: unknown; readonly data: object; readonly timeout?: string },
  ): Promise<unknown>;
  sendEvent(id: string, events: readonly SentEvent[]): Promise<{ readonly ids: readonly string[] }>;
  sendSignal(id: string, options: { readonly signal: string; readonly data: unknown }): Promise<unknown>;
}

/** What a function is called with. */
export interface FunctionContext {
  readonly event: SeenEvent;
  readonly step: StepTools;
  readonly attempt: number;
  /** Given to `onFailure`. */
  readonly error?: Error;
}

/** A function's code. */
export type Handler = (context: FunctionContext) => Promise<unknown>;

/** How a function is made. */
export interface FunctionOptions {
  readonly id: string;
  readonly retries: number;
  readonly event: string;
  readonly cancelOn: readonly { readonly event: string; readonly match: string }[];
  readonly onFailure?: Handler;
}

/** How a client finds its server; the engine for tests attaches one that knows none. */
export interface ClientOptions {
  readonly baseUrl: string;
  readonly isDev: boolean;
  readonly eventKey: string;
  readonly signingKey: string;
}

/** A client of one major, and what is made with it. */
export interface Sdk {
  readonly client: SdkClient;
  define(options: FunctionOptions, handler: Handler): SdkFunction;
  nonRetriable(message: string): Error;
  retryAfter(message: string, seconds: number): Error;
  /** `serve` for handlers of `Request`. */
  readonly serve: (options: never) => FetchHandler;
  /** A handler of Node's own HTTP server. */
  nodeHandler(functions: readonly unknown[]): RequestListener;
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Makes a client. */
export function openSdk(mode: SdkMode, id: string, options: ClientOptions | null): Promise<Sdk> {
  return mode === "v3" ? openV3(id, options) : openV4(mode, id, options);
}

// The SDKs infer a handler's types from its trigger; here they are those that both majors share.

async function openV3(id: string, options: ClientOptions | null): Promise<Sdk> {
  const { Inngest, NonRetriableError, RetryAfterError } = await import("inngest-v3");
  const { serve } = await import("inngest-v3/edge");
  const { serve: serveNode } = await import("inngest-v3/node");
  // The signing key is an option of `serve`.
  const { signingKey, ...ofClient } = options ?? {};
  const client = new Inngest({ id, ...ofClient, logger: silent });
  return {
    client,
    define: ({ event, ...config }, handler) =>
      client.createFunction(config as never, { event } as never, handler as never),
    nonRetriable: (message) => new NonRetriableError(message),
    retryAfter: (message, seconds) => new RetryAfterError(message, `${seconds}s`),
    serve,
    nodeHandler: (functions) =>
      serveNode({ client, functions: functions as never, ...(signingKey === undefined ? {} : { signingKey }) }),
  };
}

async function openV4(mode: SdkMode, id: string, options: ClientOptions | null): Promise<Sdk> {
  const { Inngest, NonRetriableError, RetryAfterError } = await import("inngest");
  const { serve } = await import("inngest/edge");
  const { serve: serveNode } = await import("inngest/node");
  const client = new Inngest({
    id,
    ...options,
    logger: silent,
    internalLogger: silent,
    ...(mode === "v4-without-checkpointing" ? { checkpointing: false } : {}),
  });
  return {
    client,
    define: ({ event, ...config }, handler) =>
      client.createFunction({ ...config, triggers: [{ event }] } as never, handler as never),
    nonRetriable: (message) => new NonRetriableError(message),
    retryAfter: (message, seconds) => new RetryAfterError(message, `${seconds}s`),
    serve,
    nodeHandler: (functions) => serveNode({ client, functions: functions as never }),
  };
}
