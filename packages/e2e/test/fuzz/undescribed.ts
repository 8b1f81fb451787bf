// The endpoints that no served document describes: the event API, what SDKs and test suites ask, and what people look at.
import { plainError } from "./judge.ts";
import type { DescribedAnswer, FuzzOperation, Schema } from "./operation.ts";

const text = { type: "string" };
const anything = {};
const object = (properties: Readonly<Record<string, Schema>>, required = Object.keys(properties)): Schema => ({
  type: "object",
  properties,
  required,
  additionalProperties: false,
});
const list = (items: Schema): Schema => ({ type: "array", items });
const json = (schema: Schema): DescribedAnswer => ({ contentType: "application/json", schema });
const empty: DescribedAnswer = { contentType: null, schema: null };
const of = (contentType: string): DescribedAnswer => ({ contentType, schema: null });
const plain = of("text/plain");
/** A sentence, or the error of whoever refused it before. */
const plainOrJson = of("");

const eventError = object(
  { ids: list(text), status: { type: "integer" }, error: text, code: text, message: text, problems: anything },
  ["ids", "status", "error", "code"],
);
const graphqlErrors = object(
  {
    errors: { ...list({ type: "object", properties: { message: text }, required: ["message"] }), minItems: 1 },
    data: anything,
  },
  ["errors"],
);
const status = object({ status: { const: 200 }, message: text });
const event = object(
  {
    name: text,
    data: { type: "object" },
    user: { type: "object" },
    id: text,
    ts: { type: "integer" },
    v: text,
    meta: anything,
  },
  ["name"],
);

const operation = (
  name: string,
  answers: Readonly<Record<number, DescribedAnswer>>,
  more: Partial<FuzzOperation> = {},
): FuzzOperation => {
  const [method = "", path = ""] = name.split(" ");
  return {
    method,
    path,
    query: [],
    body: null,
    answers: new Map(Object.entries(answers).map(([code, answer]) => [Number(code), answer])),
    error: plainError,
    keyIn: "header",
    ...more,
  };
};

const graphql = { 200: json(object({ data: anything, errors: list(anything) }, ["data"])), 422: json(graphqlErrors) };
const graphqlError = { anyOf: [graphqlErrors, plainError] };
const functionOf = ["accountId", "fnId", "runId"];

/** All of them. */
export const undescribed: readonly FuzzOperation[] = [
  operation(
    "POST /e/{key}",
    { 200: json(object({ ids: list(text), status: { const: 200 } })) },
    {
      body: { anyOf: [event, list(event)] },
      error: eventError,
      keyIn: "path",
    },
  ),
  operation("POST /invoke/{slug}", { 200: json(object({ id: text, status: { const: 200 } })) }, { body: event }),
  operation(
    "POST /fn/register",
    { 200: json(object({ ok: { const: true }, modified: { type: "boolean" }, sync_id: text, app_id: text })) },
    { body: anything, query: ["deployId"] },
  ),
  operation("DELETE /fn/remove", { 200: empty }, { query: ["url"] }),
  ...["/fn/step-limit", "/fn/state-size-limit"].flatMap((path) => [
    operation(`POST ${path}`, { 200: empty }, { query: ["functionId", "limit"] }),
    operation(`DELETE ${path}`, { 200: empty }, { query: ["functionId"] }),
  ]),
  operation("GET /dev", { 200: json({ type: "object" }) }),
  operation("POST /v0/gql", { ...graphql, 400: json(graphqlError) }, { body: anything, error: graphqlError }),
  operation(
    "GET /v0/gql",
    { ...graphql, 400: json(graphqlError) },
    { query: ["query", "variables", "operationName"], error: graphqlError },
  ),
  operation("GET /test", { 200: plain }),
  operation("POST /test/reset", { 200: plain }),
  ...["POST /test/function/pause", "POST /test/function/runs/cancel"].map((name) =>
    operation(name, { 200: plain, 400: plainOrJson }, { query: functionOf }),
  ),
  operation(
    "GET /test/queue/function-queue-size",
    { 200: json(object({ count: { type: "integer" } })), 400: plainOrJson },
    { query: functionOf },
  ),
  operation("GET /metrics", { 200: plain }),
  ...["/health", "/ready"].map((path) => operation(`GET ${path}`, { 200: json(status) }, { keyIn: "nowhere" })),
  ...["/v0", "/runs/{runId}", "/anything/{rest}"].map((path) =>
    operation(`GET ${path}`, { 200: of("text/html") }, { keyIn: "nowhere" }),
  ),
];
