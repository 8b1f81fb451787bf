// The two majors of the SDK behind one face; only the one that is asked for is loaded, as in a user's app.
import type { RequestListener } from "node:http";
import { keys } from "../server.ts";
import type { AppName } from "./kinds.ts";

/** The step tools that the functions use. */
export interface StepTools {
  run<T>(id: string, work: () => T | Promise<T>): Promise<T>;
  sleep(id: string, duration: string): Promise<void>;
  waitForEvent(
    id: string,
    options: { readonly event: string; readonly timeout: string; readonly match: string },
  ): Promise<{ readonly data: Readonly<Record<string, unknown>> } | null>;
  invoke(id: string, options: { readonly function: unknown; readonly data: object }): Promise<unknown>;
}

/** A function's code. */
export type Handler = (context: {
  readonly step: StepTools;
  readonly runId: string;
  readonly attempt: number;
}) => Promise<unknown>;

/** A client of one major. */
export interface Sdk {
  define(options: { readonly id: string; readonly retries: number }, event: string, handler: Handler): unknown;
  nonRetriable(message: string): Error;
  serve(functions: readonly unknown[]): RequestListener;
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Opens a client as an app in production has it: keys on both sides, the server behind its URL. */
export async function openSdk(major: Exclude<AppName, "raw">, serverUrl: string): Promise<Sdk> {
  const options = { id: major, baseUrl: serverUrl, eventKey: keys.event, isDev: false, logger: silent };
  // The SDKs infer a handler's types from its trigger; here they are the ones that both majors share.
  if (major === "v3") {
    const { Inngest, NonRetriableError } = await import("inngest-v3");
    const { serve } = await import("inngest-v3/node");
    const client = new Inngest(options);
    return {
      define: (config, event, handler) => client.createFunction(config as never, { event } as never, handler as never),
      nonRetriable: (message) => new NonRetriableError(message),
      serve: (functions) => serve({ client, functions: functions as never, signingKey: keys.signing }),
    };
  }
  const { Inngest, NonRetriableError } = await import("inngest");
  const { serve } = await import("inngest/node");
  const client = new Inngest({ ...options, signingKey: keys.signing, internalLogger: silent });
  return {
    define: (config, event, handler) =>
      client.createFunction({ ...config, triggers: [{ event }] } as never, handler as never),
    nonRetriable: (message) => new NonRetriableError(message),
    serve: (functions) => serve({ client, functions: functions as never }),
  };
}
