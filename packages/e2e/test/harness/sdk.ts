// The two majors of the SDK behind one face: a test written once runs on both.
import { AsyncLocalStorage } from "node:async_hooks";
import type { RequestListener } from "node:http";
import * as v4 from "inngest";
import * as v3 from "inngest-v3";
import { serve as serveV3 } from "inngest-v3/node";
import { serve as serveV4 } from "inngest/node";
import type { FunctionHandler, SentEvent } from "./step-context.ts";

/** What starts a function. */
export type Trigger = { readonly event: string; readonly if?: string } | { readonly cron: string };

/** Options of a function that both majors have, and others that a test may want. */
export interface FunctionOptions {
  readonly id: string;
  readonly name?: string;
  readonly retries?: number;
  readonly cancelOn?: readonly {
    readonly event: string;
    readonly if?: string;
    readonly match?: string;
    readonly timeout?: string;
  }[];
  readonly onFailure?: FunctionHandler;
  readonly idempotency?: string;
  readonly [option: string]: unknown;
}

/** Options of a client. */
export interface ClientOptions {
  readonly id: string;
  readonly baseUrl: string;
  readonly isDev: boolean;
  readonly eventKey: string;
  readonly signingKey?: string;
  /** What is tried when the signing key is refused. */
  readonly signingKeyFallback?: string;
  readonly checkpointing?: unknown;
  /** In the form of the client's major. */
  readonly middleware?: readonly unknown[];
}

/** A client, and what is made with it. */
export interface SdkClient {
  define(options: FunctionOptions, trigger: Trigger | readonly Trigger[], handler: FunctionHandler): unknown;
  send(events: SentEvent | readonly SentEvent[]): Promise<{ readonly ids: readonly string[] }>;
  /** The handler of an HTTP server; `options` go to the SDK's `serve`. */
  serve(functions: readonly unknown[], options?: { readonly streaming?: boolean }): RequestListener;
}

/** One major of the SDK. */
export interface Sdk {
  readonly name: "v3" | "v4";
  /** What the SDK calls itself in headers. */
  readonly version: string;
  client(options: ClientOptions): SdkClient;
  referenceFunction(options: { readonly appId: string; readonly functionId: string }): unknown;
  readonly NonRetriableError: new (message: string, options?: { readonly cause?: unknown }) => Error;
  readonly RetryAfterError: new (message: string, retryAfter: number | string | Date) => Error;
  readonly StepError: new (...parameters: never[]) => Error;
}

shareContextStorage();

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const sdkV3: Sdk = {
  name: "v3",
  version: "inngest-js:v3.54.2",
  NonRetriableError: v3.NonRetriableError,
  RetryAfterError: v3.RetryAfterError,
  StepError: v3.StepError,
  referenceFunction: (options) => v3.referenceFunction(options),
  client({ signingKey, signingKeyFallback, checkpointing, middleware, ...options }) {
    const client = new v3.Inngest({
      ...options,
      ...(middleware === undefined ? {} : { middleware: middleware as never }),
      logger: silent,
      ...(checkpointing === undefined ? {} : { checkpointing: checkpointing as boolean }),
    });
    return {
      // The SDK infers the handler's types from the trigger; here they are the ones both majors share.
      define: (config, trigger, handler) => client.createFunction(config as never, trigger as never, handler as never),
      send: (events) => client.send(events as never),
      serve: (functions, { streaming = false } = {}) =>
        serveV3({
          client,
          functions: functions as never,
          ...(signingKey === undefined ? {} : { signingKey }),
          ...(signingKeyFallback === undefined ? {} : { signingKeyFallback }),
          ...(streaming ? { streaming: "force" as const } : {}),
        }),
    };
  },
};

const sdkV4: Sdk = {
  name: "v4",
  version: "inngest-js:v4.24.0",
  NonRetriableError: v4.NonRetriableError,
  RetryAfterError: v4.RetryAfterError,
  StepError: v4.StepError,
  referenceFunction: (options) => v4.referenceFunction(options),
  client({ checkpointing, middleware, ...options }) {
    const client = new v4.Inngest({
      ...options,
      ...(middleware === undefined ? {} : { middleware: middleware as never }),
      logger: silent,
      internalLogger: silent,
      ...(checkpointing === undefined ? {} : { checkpointing: checkpointing as boolean }),
    });
    return {
      define: (config, trigger, handler) =>
        client.createFunction({ ...config, triggers: [trigger].flat() } as never, handler as never),
      send: (events) => client.send(events as never),
      serve: (functions, { streaming = false } = {}) =>
        serveV4({ client, functions: functions as never, ...(streaming ? { streaming: true } : {}) }),
    };
  },
};

/** Both majors, for `describe.each`. */
export const sdks: readonly [Sdk, Sdk] = [sdkV3, sdkV4];

/**
 * Lets both majors work in one process.
 *
 * Each keeps its storage for the current run under the same global symbol, v3 as a promise of it and v4 as a record
 * with it. Users have one of them; here the value is both.
 */
function shareContextStorage(): void {
  const storage = new AsyncLocalStorage();
  const shared = Object.assign(Promise.resolve(storage), {
    promise: Promise.resolve(storage),
    resolved: storage,
    isFallback: false,
  });
  Object.defineProperty(globalThis, Symbol.for("inngest:als"), { value: shared });
}
