// REST v2, described.
import { z } from "zod";
import { scoresBody } from "../read-scores.ts";
import { invokeBody } from "../routes/v2-apps.ts";
import { eventBody } from "../routes/v2-events.ts";
import { environmentBody, hosted } from "../routes/v2-fixed.ts";
import { rerunBody } from "../routes/v2-run-commands.ts";
import { get, notImplemented, post, type ApiDescription, type Operation } from "./operation.ts";
import { jsonObject } from "./shapes.ts";
import { app, fn, health, key, many, one, rootSpan, run, runId } from "./v2-schemas.ts";

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
  get("/v2/health", "Says that the server answers.", health),
  get("/v2/account", "The one account.", one(jsonObject)),
  get("/v2/envs", "The one environment.", many(jsonObject), pageQuery),
  get("/v2/keys/events", "The event keys.", many(key), pageQuery),
  get("/v2/keys/signing", "The signing key.", many(key), pageQuery),
  get("/v2/apps", "Lists apps in the order of their ids.", many(app), {
    ...pageQuery,
    archived: "true finds none: apps that were removed are not kept.",
  }),
  get("/v2/apps/{appId}", "Shows an app by its name or id.", one(app)),
  get("/v2/apps/{appId}/functions", "Lists the functions of an app in the order of their ids.", many(fn), pageQuery),
  get(
    "/v2/apps/{appId}/functions/{functionId}",
    "Shows a function by its id, with or without the app's in front.",
    one(fn),
  ),
  {
    method: "post",
    path: "/v2/apps/{appId}/functions/{functionId}/invoke",
    summary: "Starts a function. The same idempotency key within a day answers 409 with the run that it has started.",
    body: invokeBody,
    answers: { 200: one(z.strictObject({ runId: z.string().optional() })), 409: runId },
  },
  get("/v2/apps/{appId}/functions/{functionId}/runs", "Lists the runs of a function.", many(run), runsQuery),
  get("/v2/runs", "Lists runs.", many(run), {
    ...runsQuery,
    appId: "Runs of this app; may be repeated.",
    functionId: "Of this function of the apps; may be repeated.",
  }),
  get("/v2/runs/{runId}", "Shows a run.", one(run), output),
  get(
    "/v2/runs/{runId}/trace",
    "Shows the steps of a run as a tree of spans.",
    one(z.strictObject({ rootSpan, runId: z.string() })),
    output,
  ),
  post(
    "/v2/runs/{runId}/rerun",
    "Starts a new run with the same events, from the beginning or from a step.",
    runId,
    rerunBody,
  ),
  post("/v2/runs/{runId}/cancel", "Cancels a run.", runId),
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
  get("/v2/events/{eventId}/runs", "Lists the runs that an event has started.", many(run), { ...pageQuery, ...output }),
  post("/v2/events", "Sends an event.", one(z.strictObject({ eventId: z.string() })), eventBody),
  get("/v2/openapi.json", "This document.", jsonObject),
  {
    method: "post",
    path: "/v2/envs",
    summary: "Answers 501: there is one environment.",
    body: environmentBody,
    answers: {},
    isUnsupported: true,
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
