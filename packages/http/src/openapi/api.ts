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
import { get, post, type ApiDescription, type Operation } from "./operation.ts";
import { jsonObject } from "./shapes.ts";
import { testOperations } from "./test-api.ts";

const items = <Item extends z.ZodType>(item: Item) => z.strictObject({ items: z.array(item) });
const page = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
const searched = <Item extends z.ZodType>(item: Item) => page(item).extend({ search: schemas.searchGaps.optional() });
const accepted = z.strictObject({ accepted: z.literal(true) });
const paused = z.strictObject({ paused: z.boolean() });

const operations: readonly Operation[] = [
  get("/api/info", "What the server says about itself; without a login only that it needs one.", schemas.info),
  {
    method: "post",
    path: "/api/login",
    summary: "Opens a session with the signing key.",
    body: loginBody,
    answers: { 204: null },
  },
  { method: "post", path: "/api/logout", summary: "Ends the session.", answers: { 204: null } },
  get(
    "/api/runs",
    "Lists runs, the newest first; with `search` those in whose texts its words are.",
    searched(schemas.runRow),
    runsQuery,
  ),
  get("/api/runs/{runId}", "Shows a run with all its steps.", schemas.run),
  post(
    "/api/runs/{runId}/cancel",
    "Cancels a run; false when it had ended.",
    z.strictObject({ cancelled: z.boolean() }),
  ),
  post(
    "/api/runs/{runId}/rerun",
    "Starts a new run with the same events or other data, from the beginning or from a step.",
    z.strictObject({ runId: z.string() }),
    rerunBody,
  ),
  post(
    "/api/cancellations",
    "Cancels the unfinished runs of a function that were made in a period, or those that an expression is true of.",
    schemas.cancellation,
    cancellationRequestBody,
  ),
  post(
    "/api/cancellations/preview",
    "Counts the runs that such a cancellation would hit now, and cancels none.",
    schemas.cancellationPreview,
    cancellationRequestBody,
  ),
  get(
    "/api/cancellations",
    "Lists such cancellations, the newest first, with how far each has come.",
    page(schemas.cancellation),
    cancellationsQuery,
  ),
  get("/api/cancellations/{cancellationId}", "Says how far such a cancellation is.", schemas.cancellation),
  {
    method: "delete",
    path: "/api/cancellations/{cancellationId}",
    summary: "Stops such a cancellation where it is, and forgets it.",
    answers: { 204: null },
  },
  get(
    "/api/events",
    "Lists events, the newest first, with the runs they started; with `search` those in whose texts its words are.",
    searched(schemas.eventRow),
    eventsQuery,
  ),
  post("/api/events", "Sends an event, or a list of them.", schemas.sent, z.union([jsonObject, z.array(jsonObject)])),
  get("/api/events/{eventId}", "Shows an event and what became of it.", schemas.eventDetail),
  get("/api/functions", "Lists functions.", items(schemas.fn)),
  get("/api/functions/{slug}", "Shows a function.", schemas.fn),
  post("/api/functions/{slug}/invoke", "Starts a function with the body as its event.", schemas.sent, jsonObject),
  get("/api/functions/{slug}/queue", "The calls of a function that have not ended.", schemas.queue),
  post("/api/functions/{slug}/pause", "Pauses a function.", paused),
  post("/api/functions/{slug}/resume", "Has a function go on.", paused),
  post("/api/functions/{slug}/backlog/drop", "Cancels the runs that have not started.", accepted),
  post(
    "/api/functions/{slug}/backlog/move",
    "Gives the runs that have not started to another function.",
    accepted,
    moveBody,
  ),
  get("/api/apps", "Lists apps.", items(schemas.app)),
  post("/api/apps", "Adds an app by its URL, and syncs it.", schemas.app, addBody),
  { method: "delete", path: "/api/apps/{appId}", summary: "Removes an app.", answers: { 204: null } },
  post("/api/apps/{appId}/sync", "Asks an app to register again.", schemas.app),
  post("/api/apps/{appId}/pause", "Pauses all functions of an app.", paused),
  post("/api/apps/{appId}/resume", "Has an app go on.", paused),
  get("/api/retention", "How long what is over is kept, and what was removed.", schemas.retention),
  post(
    "/api/retention/sweep",
    "Removes now what has been kept for long enough; false when nothing is ever removed.",
    schemas.sweep,
  ),
  get("/api/set-aside", "Lists what could not be processed.", page(schemas.setAside), setAsideQuery),
  {
    method: "post",
    path: "/api/set-aside/retry",
    summary: "Tries the items of a page again.",
    query: setAsideQuery,
    answers: { 200: schemas.retried },
  },
  post("/api/set-aside/{id}/retry", "Tries an item again.", z.strictObject({ retried: z.literal(true) })),
  {
    method: "get",
    path: "/api/live",
    summary: "Tells what has changed, as server-sent events.",
    answers: { 200: null },
    contentType: "text/event-stream",
  },
  get("/api/openapi.json", "This document.", jsonObject),
];

/** The server's own API: what the dashboard and the command line use. */
export const ownApi: ApiDescription = {
  title: "Stepwright API",
  description:
    "What the dashboard and the command line use. Times are milliseconds since 1970; lists are pages, passed on by their cursor.",
  operations,
  error: z.strictObject({ code: z.string(), error: z.string(), data: jsonObject.nullable(), status: z.int() }),
};

/** The same on a server on a virtual clock. */
export const ownApiWithTests: ApiDescription = { ...ownApi, operations: [...operations, ...testOperations] };
