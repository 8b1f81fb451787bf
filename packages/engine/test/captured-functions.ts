// The captures as data: their exchanges in time, and the functions that their apps had registered.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  appIdOf,
  asJsonText,
  canonicalJson,
  functionIdOf,
  isJsonObject,
  parseFunctions,
  type AppHttpResponse,
  type FunctionConfig,
  type JsonObject,
  type JsonText,
} from "@stepwright/protocol";
import { assert, type FunctionRecord } from "../src/index.ts";
import { sampleConfig, sampleFunction } from "./sample.ts";

const folder = join(import.meta.dirname, "../../protocol/fixtures/captures");

/** One exchange of a capture. */
export interface Exchange {
  readonly at_ms: number;
  readonly dur_ms?: number;
  readonly direction: "engine->sdk" | "sdk->engine" | "client->engine" | "client->sdk";
  readonly request: { readonly method: string; readonly url: string; readonly body?: unknown };
  readonly response: {
    readonly status?: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
}

/** One recorded scenario. */
export interface Capture {
  readonly file: string;
  readonly exchanges: readonly Exchange[];
  readonly final_runs?: readonly { readonly status: string; readonly output: unknown }[] | null;
}

/** A recorded call of an app. */
export interface RecordedCall {
  readonly slug: string;
  readonly stepId: string;
  readonly runId: string;
  readonly body: JsonObject;
  readonly stack: readonly string[];
  readonly attempt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly response: AppHttpResponse;
}

/** All captures that hold at least one call of a function. */
export function readCallCaptures(): readonly Capture[] {
  return readdirSync(folder)
    .sort()
    .map((file) => ({ ...(JSON.parse(readFileSync(join(folder, file), "utf8")) as Omit<Capture, "file">), file }))
    .filter((capture) => callsOf(capture).length > 0);
}

/** The calls of a capture, in the order in which they were made. */
export function callsOf(capture: Capture): readonly RecordedCall[] {
  return capture.exchanges
    .filter(({ direction, request }) => direction === "engine->sdk" && request.method === "POST")
    .map(({ request, response, at_ms, dur_ms = 0 }) => {
      const { searchParams } = new URL(request.url, "http://app");
      const { body } = request;
      assert(isJsonObject(body) && isJsonObject(body["ctx"]), "a call has a context");
      const ctx = body["ctx"] as {
        readonly run_id: string;
        readonly attempt: number;
        readonly stack: { readonly stack: string[] };
      };
      return {
        slug: searchParams.get("fnId") ?? "",
        stepId: searchParams.get("stepId") ?? "",
        runId: ctx.run_id,
        body,
        stack: ctx.stack.stack,
        attempt: ctx.attempt,
        startedAt: at_ms,
        endedAt: at_ms + dur_ms,
        response: { status: response.status ?? 0, headers: response.headers, body: JSON.stringify(response.body) },
      };
    });
}

/** The functions of the app that a capture talks to. */
export function functionsOf(capture: Capture): readonly FunctionRecord[] {
  const slugs = callsOf(capture).map((call) => call.slug);
  const sdk = capture.file.slice(0, 2);
  if (slugs.some((slug) => slug.startsWith("caplife-"))) return lifecycleFunctions;
  if (slugs.some((slug) => slug.startsWith("capcron-"))) return [cronFunction];
  if (slugs.some((slug) => slug.startsWith("capstream-"))) return streamFunctions;
  const isSigned = slugs.some((slug) => slug.startsWith("capsigned-"));
  return registered(`${sdk}-${isSigned ? "signed-" : ""}sync-out-of-band.json`);
}

function registered(file: string): readonly FunctionRecord[] {
  const sync = JSON.parse(readFileSync(join(folder, file), "utf8")) as Capture;
  const register = sync.exchanges.find(({ request }) => request.url.startsWith("/fn/register"));
  assert(register !== undefined, "the capture holds a registration");
  const { appName, functions: raw } = register.request.body as {
    readonly appName: string;
    readonly functions: readonly unknown[];
  };
  const parsed = parseFunctions(raw, { checkExpression: () => null, checkCron: () => null });
  assert(parsed.kind === "functions", "the recorded registration is valid");
  return parsed.functions.map((config) => ({
    ...sampleFunction(config, functionIdOf(config)),
    appId: appIdOf(appName),
  }));
}

function named(slug: string, config: Partial<FunctionConfig>): FunctionRecord {
  const url = `http://127.0.0.1:18301/api/inngest?fnId=${slug}&stepId=step`;
  const full = sampleConfig({ slug, name: slug, url, retries: 4, ...config });
  return { ...sampleFunction(full, functionIdOf(full)), appId: appIdOf(slug.slice(0, slug.indexOf("-"))) };
}

function on(event: string): Pick<FunctionConfig, "triggers"> {
  return { triggers: [{ kind: "event", event, expression: null }] };
}

// These apps' registrations were not recorded; what they had follows from what they did.
const lifecycleFunctions = [
  named("caplife-ok", on("life/ok")),
  named("caplife-fail", { ...on("life/fail"), retries: 0 }),
  named("caplife-canc", { ...on("life/canc"), cancel: [{ event: "life/cancel", if: null, timeoutText: null }] }),
  named("caplife-inv", on("life/inv")),
  named("caplife-on-finished", on("inngest/function.finished")),
  named("caplife-on-failed", on("inngest/function.failed")),
  named("caplife-on-cancelled", on("inngest/function.cancelled")),
];
const streamFunctions = [
  named("capstream-stream-fn", on("cap/stream")),
  named("capstream-stream-fail", { ...on("cap/stream-fail"), retries: 0 }),
];
const cronFunction = named("capcron-cronfn", {
  triggers: [{ kind: "cron", cron: "* * * * *", timeZone: "UTC", text: "* * * * *", jitterMs: null }],
});

/** The memo that a later call of the capture carried for a step. */
export function recordedMemo(capture: Capture, stepId: string): JsonText | null {
  for (const { body } of callsOf(capture)) {
    const memo = (body["steps"] as JsonObject)[stepId];
    if (memo !== undefined) return asJsonText(canonicalJson(memo));
  }
  return null;
}
