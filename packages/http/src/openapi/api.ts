// The server's own API, described.
import { z } from "zod";
import { addBody } from "../routes/api-apps.ts";
import { cancellationRequestBody, cancellationsQuery } from "../routes/api-cancellations.ts";
import { eventsQuery } from "../routes/api-events.ts";
import { moveBody } from "../routes/api-function-control.ts";
import { loginBody } from "../routes/api-info.ts";
import { rerunBody, runsQuery } from "../routes/api-runs.ts";
import { setAsideQuery } from "../routes/api-set-aside.ts";
import * as schemas from "./api-schemas.ts";
import type { ApiDescription, Operation } from "./operation.ts";

const items = <Item extends z.ZodType>(item: Item) => z.strictObject({ items: z.array(item) });
const page = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
const searched = <Item extends z.ZodType>(item: Item) => page(item).extend({ search: schemas.searchGaps.optional() });
const object = z.record(z.string(), z.json());
const accepted = z.strictObject({ accepted: z.literal(true) });
const paused = z.strictObject({ paused: z.boolean() });

const operations: readonly Operation[] = [
  {
    method: "get",
    path: "/api/info",
    summary: "What the server says about itself; without a login only that it needs one.",
    answers: { 200: schemas.info },
  },
  {
    method: "post",
    path: "/api/login",
    summary: "Opens a session with the signing key.",
    body: loginBody,
    answers: { 204: null },
  },
  { method: "post", path: "/api/logout", summary: "Ends the session.", answers: { 204: null } },
  {
    method: "get",
    path: "/api/runs",
    summary: "Lists runs, the newest first; with `search` those in whose texts its words are.",
    query: runsQuery,
    answers: { 200: searched(schemas.runRow) },
  },
  {
    method: "get",
    path: "/api/runs/{runId}",
    summary: "Shows a run with all its steps.",
    answers: { 200: schemas.run },
  },
  {
    method: "post",
    path: "/api/runs/{runId}/cancel",
    summary: "Cancels a run; false when it had ended.",
    answers: { 200: z.strictObject({ cancelled: z.boolean() }) },
  },
  {
    method: "post",
    path: "/api/runs/{runId}/rerun",
    summary: "Starts a new run with the same events or other data, from the beginning or from a step.",
    body: rerunBody,
    answers: { 200: z.strictObject({ runId: z.string() }) },
  },
  {
    method: "get",
    path: "/api/events",
    summary:
      "Lists events, the newest first, with the runs they started; with `search` those in whose texts its words are.",
    query: eventsQuery,
    answers: { 200: searched(schemas.eventRow) },
  },
  {
    method: "post",
    path: "/api/events",
    summary: "Sends an event, or a list of them.",
    body: z.union([object, z.array(object)]),
    answers: { 200: schemas.sent },
  },
  {
    method: "get",
    path: "/api/events/{eventId}",
    summary: "Shows an event and what became of it.",
    answers: { 200: schemas.eventDetail },
  },
  { method: "get", path: "/api/functions", summary: "Lists functions.", answers: { 200: items(schemas.fn) } },
  { method: "get", path: "/api/functions/{slug}", summary: "Shows a function.", answers: { 200: schemas.fn } },
  {
    method: "post",
    path: "/api/functions/{slug}/invoke",
    summary: "Starts a function with the body as its event.",
    body: object,
    answers: { 200: schemas.sent },
  },
  {
    method: "get",
    path: "/api/functions/{slug}/queue",
    summary: "The calls of a function that have not ended.",
    answers: { 200: schemas.queue },
  },
  { method: "post", path: "/api/functions/{slug}/pause", summary: "Pauses a function.", answers: { 200: paused } },
  { method: "post", path: "/api/functions/{slug}/resume", summary: "Has a function go on.", answers: { 200: paused } },
  {
    method: "post",
    path: "/api/functions/{slug}/backlog/drop",
    summary: "Cancels the runs that have not started.",
    answers: { 200: accepted },
  },
  {
    method: "post",
    path: "/api/functions/{slug}/backlog/move",
    summary: "Gives the runs that have not started to another function.",
    body: moveBody,
    answers: { 200: accepted },
  },
  { method: "get", path: "/api/apps", summary: "Lists apps.", answers: { 200: items(schemas.app) } },
  {
    method: "post",
    path: "/api/apps",
    summary: "Adds an app by its URL, and syncs it.",
    body: addBody,
    answers: { 200: schemas.app },
  },
  { method: "delete", path: "/api/apps/{appId}", summary: "Removes an app.", answers: { 204: null } },
  {
    method: "post",
    path: "/api/apps/{appId}/sync",
    summary: "Asks an app to register again.",
    answers: { 200: schemas.app },
  },
  {
    method: "post",
    path: "/api/apps/{appId}/pause",
    summary: "Pauses all functions of an app.",
    answers: { 200: paused },
  },
  { method: "post", path: "/api/apps/{appId}/resume", summary: "Has an app go on.", answers: { 200: paused } },
  {
    method: "get",
    path: "/api/cancellations",
    summary: "Lists bulk cancellations, the newest first, with how far each has come.",
    query: cancellationsQuery,
    answers: { 200: page(schemas.cancellation) },
  },
  {
    method: "post",
    path: "/api/cancellations",
    summary: "Cancels the unfinished runs of a function that were made in a period.",
    body: cancellationRequestBody,
    answers: { 200: schemas.cancellation },
  },
  {
    method: "post",
    path: "/api/cancellations/preview",
    summary: "Counts the runs that a cancellation would hit now, and cancels none.",
    body: cancellationRequestBody,
    answers: { 200: schemas.cancellationPreview },
  },
  {
    method: "delete",
    path: "/api/cancellations/{id}",
    summary: "Stops a bulk cancellation where it is, and forgets it.",
    answers: { 204: null },
  },
  {
    method: "get",
    path: "/api/retention",
    summary: "How long what is over is kept, and what was removed.",
    answers: { 200: schemas.retention },
  },
  {
    method: "post",
    path: "/api/retention/sweep",
    summary: "Removes now what has been kept for long enough; false when nothing is ever removed.",
    answers: { 200: schemas.sweep },
  },
  {
    method: "get",
    path: "/api/set-aside",
    summary: "Lists what could not be processed.",
    query: setAsideQuery,
    answers: { 200: page(schemas.setAside) },
  },
  {
    method: "post",
    path: "/api/set-aside/retry",
    summary: "Tries the items of a page again.",
    query: setAsideQuery,
    answers: { 200: schemas.retried },
  },
  {
    method: "post",
    path: "/api/set-aside/{id}/retry",
    summary: "Tries an item again.",
    answers: { 200: z.strictObject({ retried: z.literal(true) }) },
  },
  {
    method: "get",
    path: "/api/live",
    summary: "Tells what has changed, as server-sent events.",
    answers: { 200: null },
    contentType: "text/event-stream",
  },
  { method: "get", path: "/api/openapi.json", summary: "This document.", answers: { 200: object } },
];

/** The server's own API: what the dashboard and the command line use. */
export const ownApi: ApiDescription = {
  title: "Stepwright API",
  description:
    "What the dashboard and the command line use. Times are milliseconds since 1970; lists are pages, passed on by their cursor.",
  operations,
  error: z.strictObject({ code: z.string(), error: z.string(), data: object.nullable(), status: z.int() }),
};
