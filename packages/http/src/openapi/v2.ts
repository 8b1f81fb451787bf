// REST v2, described. What is empty is left out of its answers, so that nearly every field is optional.
import { z } from "zod";
import { scoresBody } from "../read-scores.ts";
import { invokeBody } from "../routes/v2-apps.ts";
import { eventBody } from "../routes/v2-events.ts";
import { environmentBody, hosted } from "../routes/v2-fixed.ts";
import { rerunBody } from "../routes/v2-runs.ts";
import { notImplemented, type ApiDescription, type Operation } from "./operation.ts";

const time = z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const object = z.record(z.string(), z.json());
const metadata = z.strictObject({
  fetchedAt: time,
  timeRange: z.strictObject({ from: time, until: time }).optional(),
});
const page = z.strictObject({
  cursor: z.string().optional(),
  hasMore: z.literal(true).optional(),
  limit: z.int().optional(),
});
const one = <Data extends z.ZodType>(data: Data) => z.strictObject({ data, metadata });
const many = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ data: z.array(item).min(1).optional(), metadata, page });

const times = {
  queuedAt: time,
  startedAt: time.optional(),
  endedAt: time.optional(),
  durationMs: z.string().regex(/^\d+$/).optional(),
};

const app = z.strictObject({
  id: z.string(),
  name: z.string(),
  method: z.enum(["SERVE", "CONNECT", "API"]),
  createdAt: time,
  appVersion: z.string().optional(),
  functionCount: z.int().optional(),
  latestSync: z.strictObject({
    appVersion: z.string().optional(),
    error: z.string().optional(),
    framework: z.string().optional(),
    sdkLanguage: z.string().optional(),
    sdkVersion: z.string().optional(),
    url: z.string(),
  }),
});

const pace = z.strictObject({
  key: z.string().optional(),
  limit: z.int(),
  period: z.string(),
  burst: z.int().optional(),
});

const fn = z.strictObject({
  app: z.strictObject({ id: z.string() }),
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  triggers: z
    .array(z.strictObject({ if: z.string().optional(), type: z.enum(["EVENT", "CRON"]), value: z.string() }))
    .optional(),
  configuration: z.strictObject({
    cancellations: z
      .array(z.strictObject({ condition: z.string().optional(), event: z.string(), timeout: z.string().optional() }))
      .optional(),
    concurrency: z.array(
      z.strictObject({
        key: z.string().optional(),
        limit: z.strictObject({ isPlanLimit: z.boolean(), value: z.int() }),
        scope: z.enum(["FUNCTION", "ENVIRONMENT", "ACCOUNT"]),
      }),
    ),
    debounce: z.strictObject({ key: z.string().optional(), period: z.string() }).optional(),
    eventsBatch: z.strictObject({ key: z.string().optional(), maxSize: z.int(), timeout: z.string() }).optional(),
    priority: z.string().optional(),
    rateLimit: pace.optional(),
    retries: z.strictObject({ isDefault: z.boolean(), value: z.int() }),
    singleton: z.strictObject({ key: z.string().optional(), mode: z.enum(["SKIP", "CANCEL"]) }).optional(),
    throttle: pace.optional(),
  }),
});

const run = z.strictObject({
  app: z.strictObject({ id: z.string().optional() }),
  function: z.strictObject({ id: z.string(), name: z.string() }),
  id: z.string(),
  ...times,
  output: object.optional(),
  status: z.enum(["QUEUED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "SKIPPED"]),
  trigger: z.strictObject({
    batchId: z.string().optional(),
    cronSchedule: z.string().optional(),
    eventIds: z.array(z.string()).optional(),
    isBatch: z.literal(true).optional(),
  }),
});

const spanShape = {
  id: z.string(),
  name: z.string(),
  ...times,
  status: z.enum(["COMPLETED", "FAILED", "RUNNING", "WAITING", "CANCELLED", "SKIPPED"]),
};
const metadataList = z.array(
  z.strictObject({
    kind: z.string(),
    scope: z.enum(["run", "step", "step_attempt", "extended_trace"]),
    updatedAt: time,
    values: z.record(z.string(), z.string()),
  }),
);
// A run has steps, and a step that was tried more than once has attempts.
const stepSpan = z.strictObject({
  ...spanShape,
  stepId: z.string().optional(),
  stepOp: z.enum(["RUN", "SLEEP", "WAIT_FOR_EVENT", "INVOKE", "AI_GATEWAY", "WAIT_FOR_SIGNAL"]).optional(),
  input: object.optional(),
  output: object.optional(),
  metadata: metadataList.optional(),
  children: z.array(z.strictObject(spanShape)).optional(),
});
const rootSpan = z.strictObject({
  ...spanShape,
  input: object.optional(),
  output: object.optional(),
  metadata: metadataList.optional(),
  children: z.array(stepSpan).optional(),
});

const key = z.strictObject({ createdAt: time, environment: z.string(), key: z.string() });
const runId = one(z.strictObject({ runId: z.string() }));
const health = one(z.strictObject({ status: z.literal("ok") }));

const pageQuery = { limit: "Rows of a page.", cursor: "The cursor of the page before." };
const runsQuery = {
  ...pageQuery,
  from: "Not before this RFC 3339 time.",
  until: "Before this RFC 3339 time.",
  timeField: "Which time: queuedAt (default), startedAt or endedAt. It orders the list as well.",
  order: "desc (default) or asc.",
  status: "QUEUED, RUNNING, COMPLETED, FAILED, CANCELLED or SKIPPED; may be repeated.",
  includeOutput: "true adds the outputs.",
  isDeferred: "true finds none.",
};
const output = { includeOutput: "true adds inputs and outputs." };

const operations: readonly Operation[] = [
  { method: "get", path: "/v2/health", summary: "Says that the server answers.", answers: { 200: health } },
  { method: "get", path: "/v2/account", summary: "The one account.", answers: { 200: one(object) } },
  {
    method: "get",
    path: "/v2/envs",
    summary: "The one environment.",
    query: pageQuery,
    answers: { 200: many(object) },
  },
  { method: "get", path: "/v2/keys/events", summary: "The event keys.", query: pageQuery, answers: { 200: many(key) } },
  {
    method: "get",
    path: "/v2/keys/signing",
    summary: "The signing key.",
    query: pageQuery,
    answers: { 200: many(key) },
  },
  {
    method: "get",
    path: "/v2/apps",
    summary: "Lists apps in the order of their ids.",
    query: { ...pageQuery, archived: "true finds none: apps that were removed are not kept." },
    answers: { 200: many(app) },
  },
  { method: "get", path: "/v2/apps/{appId}", summary: "Shows an app by its name or id.", answers: { 200: one(app) } },
  {
    method: "get",
    path: "/v2/apps/{appId}/functions",
    summary: "Lists the functions of an app in the order of their ids.",
    query: pageQuery,
    answers: { 200: many(fn) },
  },
  {
    method: "get",
    path: "/v2/apps/{appId}/functions/{functionId}",
    summary: "Shows a function by its id, with or without the app's in front.",
    answers: { 200: one(fn) },
  },
  {
    method: "post",
    path: "/v2/apps/{appId}/functions/{functionId}/invoke",
    summary: "Starts a function. The same idempotency key within a day answers 409 with the run that it has started.",
    body: invokeBody,
    answers: { 200: one(z.strictObject({ runId: z.string().optional() })), 409: runId },
  },
  {
    method: "get",
    path: "/v2/apps/{appId}/functions/{functionId}/runs",
    summary: "Lists the runs of a function.",
    query: runsQuery,
    answers: { 200: many(run) },
  },
  {
    method: "get",
    path: "/v2/runs",
    summary: "Lists runs.",
    query: {
      ...runsQuery,
      appId: "Runs of this app; may be repeated.",
      functionId: "Of this function of the apps; may be repeated.",
    },
    answers: { 200: many(run) },
  },
  { method: "get", path: "/v2/runs/{runId}", summary: "Shows a run.", query: output, answers: { 200: one(run) } },
  {
    method: "get",
    path: "/v2/runs/{runId}/trace",
    summary: "Shows the steps of a run as a tree of spans.",
    query: output,
    answers: { 200: one(z.strictObject({ rootSpan, runId: z.string() })) },
  },
  {
    method: "post",
    path: "/v2/runs/{runId}/rerun",
    summary: "Starts a new run with the same events, from the beginning or from a step.",
    body: rerunBody,
    answers: { 200: runId },
  },
  { method: "post", path: "/v2/runs/{runId}/cancel", summary: "Cancels a run.", answers: { 200: runId } },
  {
    method: "post",
    path: "/v2/runs/{runId}/scores",
    summary: "Attaches scores to a run or its steps.",
    body: scoresBody,
    answers: {
      200: one(
        z.array(
          z.strictObject({
            name: z.string(),
            value: z.union([z.number(), z.boolean()]),
            runId: z.string(),
            stepId: z.string().optional(),
            experiment: z.json().optional(),
          }),
        ),
      ),
    },
  },
  {
    method: "get",
    path: "/v2/events/{eventId}/runs",
    summary: "Lists the runs that an event has started.",
    query: { ...pageQuery, ...output },
    answers: { 200: many(run) },
  },
  {
    method: "post",
    path: "/v2/events",
    summary: "Sends an event.",
    body: eventBody,
    answers: { 200: one(z.strictObject({ eventId: z.string() })) },
  },
  { method: "get", path: "/v2/openapi.json", summary: "This document.", answers: { 200: object } },
  {
    method: "post",
    path: "/v2/envs",
    summary: "Answers 501: there is one environment.",
    body: environmentBody,
    answers: {},
  },
  ...notImplemented(
    [
      ["/envs/:envId", ["PATCH"], "changing environments"],
      ["/apps/:appId/syncs", ["POST"], "syncing an app over this API"],
      ...hosted,
    ],
    "/v2",
  ),
];

/** REST v2; the same is there under `/api/v2`. */
export const restV2: ApiDescription = {
  title: "Stepwright REST v2",
  description:
    "Apps, functions, runs and events, as clients of the peer's REST v2 know them. What is empty is left out. The same is there under /api/v2.",
  operations,
  error: z.strictObject({
    errors: z.array(z.strictObject({ code: z.string(), message: z.string() })).min(1),
  }),
};
