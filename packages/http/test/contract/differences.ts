// Where our answers differ from the captured ones on purpose. `docs/compatibility-api.md` says the same for people, and a test
// holds the two together by the titles.
import { isJsonObject, type JsonObject, type JsonValue } from "@stepwright/protocol";

/** One difference, and the captures it shows in. */
export interface Difference {
  /** The title of its paragraph in the document. */
  readonly title: string;
  readonly captures: readonly string[];
  /** Our status, where it is another one; the bodies are then errors of ours, or differ as a whole. */
  readonly status?: number;
  /** Fields left out on both sides, wherever they are. */
  readonly omit?: readonly string[];
  /** Brings both answers to what they have in common. */
  readonly adapt?: (body: JsonValue) => JsonValue;
}

const eventErrors = [
  "event-array-second-bad",
  "event-data-not-object",
  "event-form-urlencoded",
  "event-id-number",
  "event-internal-name",
  "event-internal-name-upper",
  "event-malformed",
  "event-malformed-array",
  "event-multipart",
  "event-name-not-string",
  "event-no-name",
  "event-scalar",
  "event-scalar-ct-text",
  "event-sessions-bad",
  "event-sessions-many",
  "event-trailing",
  "event-ts-float",
  "event-ts-future-2101",
  "event-ts-old",
  "event-ts-string",
];

const v1Runs = [
  "v1-event-runs",
  "v1-event-runs-batched",
  "v1-event-runs-failed",
  "v1-event-runs-running",
  "v1-run-get",
  "v1-run-get-cancelled",
  "v1-run-get-running",
];

const list = (body: JsonValue, key: string): JsonObject[] => {
  const found = isJsonObject(body) ? body[key] : body;
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
};
const named = (item: JsonObject, key: string): string => {
  const value = item[key];
  return typeof value === "string" ? value : "";
};

/** The items of a list that have one of these values, in that order: what else is in it depends on what went before. */
const only =
  (key: string, values: readonly string[]) =>
  (body: JsonValue): JsonValue =>
    values.map(
      (value) => list(body, "data").find((item) => JSON.stringify(item).includes(`"${key}":"${value}"`)) ?? null,
    );

const bySlug = (body: JsonValue): JsonValue => {
  const key = isJsonObject(body) ? "functions" : "";
  const sorted = list(body, key).sort((a, b) =>
    named(a, "id") + named(a, "slug") < named(b, "id") + named(b, "slug") ? -1 : 1,
  );
  return isJsonObject(body)
    ? { ...body, functions: sorted.sort((a, b) => (named(a, "slug") < named(b, "slug") ? -1 : 1)) }
    : sorted;
};

/** One span per step, and none of what the peer has besides. */
const oneSpanPerStep = (body: JsonValue): JsonValue => {
  if (!isJsonObject(body) || !isJsonObject(body["data"]) || !isJsonObject(body["data"]["rootSpan"])) return body;
  const { rootSpan } = body["data"];
  const seen = new Set<string>();
  const children = list(rootSpan, "children").filter((span) => {
    const id = named(span, "stepId") || named(span, "name");
    if (id === "executor.nonstep" || seen.has(id)) return false;
    seen.add(id);
    return true;
  });
  return { ...body, data: { ...body["data"], rootSpan: { ...rootSpan, children } } };
};

/** The list. */
export const differences: readonly Difference[] = [
  {
    title: "A list of events is stored as a whole or not at all",
    captures: ["event-array-second-bad"],
    omit: ["ids"],
  },
  {
    title: "There are as many ids as events",
    captures: ["event-empty-array", "event-empty-body", ...eventErrors],
    omit: ["ids"],
  },
  {
    title: "A path or a method that does not exist is an error in JSON",
    captures: ["event-get-method", "fn-register-get"],
    status: 405,
  },
  { title: "A path or a method that does not exist is an error in JSON", captures: ["event-no-key"], status: 401 },
  {
    title: "A path or a method that does not exist is an error in JSON",
    captures: ["v1-unknown-route", "v1-apps-route"],
    status: 404,
  },
  {
    title: "Registration errors name every problem",
    captures: ["fn-register-badcel", "fn-register-badcron", "fn-register-badfn", "fn-register-noid"],
    omit: ["data", "code"],
  },
  {
    title: "Every error has the whole envelope",
    captures: ["fn-register-badjson", "fn-register-wrongkind"],
    omit: ["data", "status"],
  },
  { title: "An unknown function cannot be invoked", captures: ["invoke-http-unknown"], status: 404 },
  {
    title: "Answers of v1 are not cached",
    captures: [
      ...v1Runs,
      "v1-event-get",
      "v1-event-runs-none",
      "v1-event-runs-unknown",
      "v1-run-jobs",
      "v1-run-jobs-running",
    ],
    omit: ["cached_until"],
  },
  { title: "The version of a run's function is told", captures: v1Runs, omit: ["function_version"] },
  { title: "The output of a run is told", captures: ["v1-event-runs", "v1-run-get"], omit: ["output"] },
  { title: "A batch is told by its id", captures: ["v1-event-runs-batched"], omit: ["batch_id"] },
  { title: "What does not exist is 404", captures: ["v1-run-get-unknown", "v1-run-jobs-unknown"], status: 404 },
  { title: "Queue items are ours", captures: ["v1-run-jobs-running"], omit: ["JobID", "Raw"] },
  { title: "Bulk cancellation works", captures: ["v1-cancellations-list", "v1-cancellations-post"], status: 200 },
  { title: "Bulk cancellation works", captures: ["v1-cancellations-delete"], status: 404 },
  {
    title: "Durable endpoints, realtime and Connect are not there",
    captures: [
      "v0-connect-conns",
      "v0-connect-conns-badapp",
      "v0-connect-flush-empty",
      "v0-connect-group",
      "v0-connect-group-unknown",
      "v0-connect-start",
      "v1-checkpoint-bad",
      "v1-checkpoint-new",
      "v1-checkpoint-new-again",
      "v1-checkpoint-output",
      "v1-checkpoint-output-badtoken",
      "v1-checkpoint-steps",
      "v1-realtime-connect-noauth",
      "v1-realtime-publish",
      "v1-realtime-publish-nochannel",
      "v1-realtime-sse-noauth",
      "v1-realtime-tee-nochannel",
      "v1-realtime-token",
      "v1-realtime-token-bad",
    ],
    status: 501,
  },
  { title: "What only the hosted service has is not implemented", captures: ["v2-sandboxes"], omit: ["code"] },
  {
    title: "What only the hosted service has is not implemented",
    captures: ["v2-partner-accounts-create"],
    adapt: (body) => list(body, "errors")[0] ?? null,
  },
  {
    title: "Functions are listed in the order of their ids",
    captures: ["v1-app-functions", "dev-info"],
    omit: ["hash"],
    adapt: bySlug,
  },
  {
    title: "Settings are those of this server",
    captures: ["dev-info"],
    omit: ["startOpts", "version"],
  },
  {
    title: "Steps are shown once in a trace, without metadata of the engine",
    captures: ["v2-run-trace", "v2-run-trace-output"],
    omit: ["metadata"],
    adapt: oneSpanPerStep,
  },
];

/** Lists whose other items depend on what was done before them: which of their items are compared, and how they are asked for here. */
export const excerpts: Readonly<
  Record<string, { readonly path?: string; readonly adapt: (body: JsonValue) => JsonValue }>
> = {
  "v1-events-list": { path: "/v1/events?limit=51", adapt: only("name", ["demo/resume"]) },
  "v1-events-name": { path: "/v1/events?name=demo/steps&limit=51", adapt: only("id", ["my-evt-1"]) },
  "v1-events-cursor": { adapt: (body) => ({ count: list(body, "data").length, keys: keysOf(list(body, "data")[0]) }) },
  "v2-apps": { adapt: only("id", ["demo-app"]) },
  "v2-apps-badlimit": { adapt: only("id", ["demo-app"]) },
  "v2-apps-limit1": {
    adapt: (body) => ({
      keys: keysOf(list(body, "data")[0]),
      page: isJsonObject(body) ? (body["page"] ?? null) : null,
    }),
  },
  "v2-app": { adapt: (body) => withoutPath(body) },
  "v2-functions": { path: "/v2/apps/demo2/functions?limit=100", adapt: only("slug", ["signaler", "fails-failure"]) },
  "v2-runs": { path: "/v2/runs?limit=2&status=COMPLETED", adapt: firstRun },
  "v2-runs-output": {
    path: "/v2/runs?limit=1&includeOutput=true&appId=demo2&functionId=steps&status=COMPLETED",
    adapt: firstRun,
  },
  "v2-runs-range": {
    path: "/v2/runs?from=2026-01-01T00:00:00Z&until=2099-01-01T00:00:00Z&limit=1&timeField=endedAt&order=asc",
    adapt: firstRun,
  },
};

function keysOf(item: JsonValue | undefined): JsonValue {
  return isJsonObject(item ?? null) ? Object.keys(item ?? {}).sort() : null;
}

/** The app was registered from elsewhere just before it was captured. */
function withoutPath(body: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(body).replace(/:0\/(other|api\/inngest)/g, ":0/path")) as JsonValue;
}

/** Which run is first depends on what ran; what it looks like does not, but for what it was started by. */
function firstRun(body: JsonValue): JsonValue {
  const [run] = list(body, "data");
  const page = isJsonObject(body) ? (body["page"] ?? null) : null;
  const metadata = isJsonObject(body) ? (body["metadata"] ?? null) : null;
  return { keys: keysOf(run), status: run?.["status"] ?? null, page, metadata };
}
