// The recorded exchanges between the reference and the published SDKs, made ready to be replayed beside others on one server.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../protocol/fixtures/captures/", import.meta.url));

/** A JSON object, as it was recorded. */
export type Fields = Readonly<Record<string, unknown>>;

/** One exchange of a capture. */
export interface Exchange {
  readonly at_ms: number;
  readonly dur_ms?: number;
  readonly direction: "engine->sdk" | "sdk->engine" | "client->engine" | "client->sdk";
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly response: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
}

/** A recorded call of a function. */
export interface RecordedCall {
  readonly exchange: Exchange;
  readonly slug: string;
  readonly stepId: string;
  readonly body: Fields;
  readonly ctx: {
    readonly run_id: string;
    readonly attempt: number;
    readonly stack: { readonly stack: readonly string[] };
  };
  readonly startedAt: number;
  readonly endedAt: number;
}

/** One recorded situation, under names of its own. */
export interface Recording {
  readonly name: string;
  readonly exchanges: readonly Exchange[];
  readonly calls: readonly RecordedCall[];
  readonly finalRuns: readonly { readonly status: string; readonly output: unknown }[];
  /** Gives text of the capture the names and addresses that it has in the replay, and the other way round. */
  readonly rename: (text: string) => string;
  readonly unname: (text: string) => string;
  /** Where its app is served. */
  readonly base: string;
}

/** Names of all captures that hold a call of a function. */
export const captureNames: readonly string[] = readdirSync(folder)
  .map((file) => file.replace(/\.json$/u, ""))
  .filter((name) => callsIn(read(name).exchanges).length > 0)
  .toSorted();

/** Reads a capture as it was recorded. */
export function read(name: string): { readonly exchanges: readonly Exchange[]; readonly final_runs?: unknown } {
  return JSON.parse(readFileSync(`${folder}${name}.json`, "utf8")) as { readonly exchanges: readonly Exchange[] };
}

/** Reads a capture for a replay: `index` tells its app from the others, `port` is where all of them are served. */
export function openRecording(
  name: string,
  { index, port }: { readonly index: number; readonly port: number },
): Recording {
  const { exchanges, final_runs: finalRuns } = read(name);
  const base = `http://localhost:${port}/r${index}`;
  const upstream = `http://127.0.0.1:${port}/r${index}/upstream`;
  return {
    name,
    exchanges,
    calls: callsIn(exchanges),
    finalRuns: Array.isArray(finalRuns) ? (finalRuns as Recording["finalRuns"]) : [],
    base,
    rename: (text) =>
      text
        .replaceAll(/\b(?=(?:cap(?:life|cron|stream|signed)?|life|sig)[-/])/gu, `r${index}`)
        .replaceAll("http://127.0.0.1:18305", upstream)
        .replaceAll(/http:\/\/(?:127\.0\.0\.1|localhost):1830\d/gu, base),
    unname: (text) =>
      text
        .replaceAll(upstream, "http://127.0.0.1:18305")
        .replaceAll(base, "http://127.0.0.1:18301")
        .replaceAll(new RegExp(String.raw`\br${index}(?=(?:cap|life|sig-))`, "gu"), ""),
  };
}

function callsIn(exchanges: readonly Exchange[]): readonly RecordedCall[] {
  return exchanges
    .filter(({ direction, request }) => direction === "engine->sdk" && request.method === "POST")
    .map((exchange) => {
      const { searchParams } = new URL(exchange.request.url, "http://app");
      const body = exchange.request.body as Fields;
      return {
        exchange,
        slug: searchParams.get("fnId") ?? "",
        stepId: searchParams.get("stepId") ?? "",
        body,
        ctx: body["ctx"] as RecordedCall["ctx"],
        startedAt: exchange.at_ms,
        endedAt: exchange.at_ms + (exchange.dur_ms ?? 0),
      };
    });
}

/** The functions that the app of a capture registers: as recorded, or as follows from what it did. */
export function functionsOf(recording: Recording): readonly unknown[] {
  const slugs = new Set(recording.calls.map(({ slug }) => slug));
  const [first = ""] = slugs;
  const known = lifecycle.filter(([slug]) => slug.split("-")[0] === first.split("-")[0]);
  if (known.length > 0) return known.map(([slug, options]) => ({ ...wireFunction(slug), ...options }));
  const isSigned = first.startsWith("capsigned-");
  const sync = read(`${recording.name.slice(0, 2)}-${isSigned ? "signed-" : ""}sync-out-of-band`);
  const register = sync.exchanges.find(({ request }) => request.url.startsWith("/fn/register"));
  if (register === undefined) throw new Error("the capture holds a registration");
  const { functions } = register.request.body as { readonly functions: readonly { readonly id: string }[] };
  return functions.filter(({ id }) => slugs.has(id));
}

const on = (event: string): Fields => ({ triggers: [{ event }] });
const withoutRetries = (slug: string): Fields => ({ steps: stepsOf(slug, { retries: { attempts: 0 } }) });

/** The registrations of these apps were not recorded. */
const lifecycle: readonly (readonly [string, Fields])[] = [
  ["caplife-ok", on("life/ok")],
  ["caplife-fail", { ...on("life/fail"), ...withoutRetries("caplife-fail") }],
  ["caplife-canc", { ...on("life/canc"), cancel: [{ event: "life/cancel" }] }],
  ["caplife-inv", on("life/inv")],
  ["caplife-on-finished", on("inngest/function.finished")],
  ["caplife-on-failed", on("inngest/function.failed")],
  ["caplife-on-cancelled", on("inngest/function.cancelled")],
  ["capstream-stream-fn", on("cap/stream")],
  ["capstream-stream-fail", { ...on("cap/stream-fail"), ...withoutRetries("capstream-stream-fail") }],
  ["capcron-cronfn", { triggers: [{ cron: "* * * * *" }] }],
];

function wireFunction(slug: string): Fields {
  return { id: slug, name: slug, steps: stepsOf(slug, {}) };
}

function stepsOf(slug: string, more: Fields): Fields {
  const url = `http://127.0.0.1:18301/api/inngest?fnId=${slug}&stepId=step`;
  return { step: { id: "step", name: "step", runtime: { type: "http", url }, ...more } };
}
