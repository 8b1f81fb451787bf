// REST v1 and the routes of `/v0` that SDKs use, described.
import { z } from "zod";
import { tracesPath } from "../otlp/traces-path.ts";
import { cancellationBody } from "../routes/rest-cancellations.ts";
import { metadataBody } from "../routes/rest-metadata.ts";
import { unsupported } from "../routes/rest-unsupported.ts";
import { signalBody } from "../routes/signals.ts";
import { get, notImplemented, post, type ApiDescription, type Operation } from "./operation.ts";
import { jsonObject, time } from "./shapes.ts";

const ulid = z.string().regex(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const envelope = <Data extends z.ZodType>(data: Data) =>
  z.strictObject({ data, metadata: z.strictObject({ fetched_at: time }) });

const event = z.strictObject({
  internal_id: ulid,
  account_id: uuid,
  environment_id: uuid,
  source: z.string(),
  source_id: z.null(),
  received_at: time,
  id: z.string(),
  name: z.string(),
  data: z.json(),
  user: jsonObject.optional(),
  ts: z.int(),
  v: z.string().optional(),
});

const run = z.strictObject({
  run_id: ulid,
  run_started_at: time,
  function_id: uuid,
  function_version: z.int(),
  environment_id: uuid,
  event_id: ulid,
  batch_id: z.string().optional(),
  original_run_id: ulid.optional(),
  cron: z.string().optional(),
  status: z.enum(["Scheduled", "Running", "Completed", "Failed", "Cancelled", "Skipped"]),
  ended_at: time.nullable(),
  output: z.json().optional(),
});

const job = z.strictObject({
  JobID: z.string(),
  at: time,
  position: z.int(),
  kind: z.string(),
  attempt: z.int(),
  Raw: jsonObject,
});

const fn = z.strictObject({
  internal_id: uuid,
  env_id: uuid,
  app_id: uuid,
  id: z.string(),
  name: z.string(),
  config: jsonObject,
  created_at: time,
  archived_at: time,
});

const cancellation = z.strictObject({
  id: ulid,
  environment_id: uuid,
  app_id: z.string().nullable(),
  function_id: z.string().nullable(),
  function_internal_id: uuid,
  started_after: time.nullable(),
  started_before: time,
  if: z.string().nullable(),
  created_at: time,
  ended_at: time.nullable(),
  cancelled: z.int(),
});

const error = z.strictObject({
  code: z.string(),
  error: z.string(),
  data: jsonObject.nullable(),
  status: z.int(),
});

const operations: readonly Operation[] = [
  get(
    "/v1/events",
    "Lists events, the newest first, without those of the engine; of the last hour unless told otherwise.",
    envelope(z.array(event)),
    {
      limit: "Rows of a page, 1 to 51; 20 by default.",
      cursor: "The internal id of the last event of the page before.",
      name: "Events of this name.",
      received_after: "An RFC 3339 time, or a duration before now such as 2h.",
      received_before: "The same.",
    },
  ),
  get("/v1/events/{eventId}", "Shows an event by its internal id.", envelope(event)),
  get("/v1/events/{eventId}/runs", "Lists the runs that an event has started, at most 100.", envelope(z.array(run))),
  get("/v1/runs/{runId}", "Shows a run.", envelope(run)),
  {
    method: "delete",
    path: "/v1/runs/{runId}",
    summary: "Cancels a run. One that has ended stays as it is, which is no error.",
    answers: { 200: null },
  },
  get("/v1/runs/{runId}/jobs", "Lists the queue items of a run, soonest first, at most 10.", envelope(z.array(job))),
  post("/v1/runs/{runId}/metadata", "Attaches metadata to a run or a step, for people to see.", null, metadataBody),
  get("/v1/apps/{appName}/functions", "Lists the functions of an app.", z.array(fn)),
  post(
    "/v1/signals",
    "Sends a signal to the run that waits for it.",
    envelope(z.strictObject({ run_id: ulid })),
    signalBody,
  ),
  post(
    "/v1/cancellations",
    "Cancels the unfinished runs of a function that were made in a period.",
    envelope(cancellation),
    cancellationBody,
  ),
  get("/v1/cancellations", "Lists cancellations, the newest first.", envelope(z.array(cancellation)), {
    limit: "Rows of a page, 1 to 100; 20 by default.",
    cursor: "The last id of the page before.",
  }),
  {
    method: "delete",
    path: "/v1/cancellations/{id}",
    summary: "Forgets a cancellation; one that goes on stops where it is.",
    answers: { 200: envelope(z.strictObject({ ok: z.literal(true) })) },
  },
  {
    method: "post",
    path: tracesPath,
    summary:
      "Takes spans of an app's own code in OTLP, as JSON or protobuf; what is not kept is told in a partial success.",
    answers: {
      200: z.strictObject({
        partialSuccess: z.strictObject({ rejectedSpans: z.string(), errorMessage: z.string() }).optional(),
      }),
    },
    // A `google.rpc.Status`, as exporters expect.
    error: z.strictObject({ message: z.string() }),
  },
  ...["/v1/checkpoint/{runId}/async", "/v1/http/runs/{runId}/async"].map((path): Operation => ({
    method: "post",
    path,
    summary: "Stores steps of a call that goes on, for SDKs.",
    body: jsonObject,
    answers: { 200: null },
  })),
  get("/v0/runs/{runId}/actions", "Results of a run's steps by their ids, for SDKs.", jsonObject),
  get("/v0/runs/{runId}/batch", "The events of a run, for SDKs.", z.array(jsonObject)),
  {
    method: "delete",
    path: "/v0/runs/{runId}",
    summary: "Cancels a run; one that has ended is an error.",
    answers: { 204: null },
  },
  post("/v0/telemetry", "Takes what SDKs tell of themselves, and forgets it.", null),
  get("/v1/openapi.json", "This document.", jsonObject),
  ...notImplemented(unsupported),
];

/** REST v1. */
export const restV1: ApiDescription = {
  title: "Stepwright REST v1",
  description:
    "Events, runs and cancellations, as clients of the peer's REST v1 know them. Field names are snake_case, times RFC 3339.",
  operations,
  error,
};
