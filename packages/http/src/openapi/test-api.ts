// What tests do with a server on a virtual clock, described. No other server has it.
import { doingKinds } from "@stepwright/protocol";
import { z } from "zod";
import {
  advanceBody,
  faultBody,
  functionsBody,
  idleBody,
  queueQuery,
  randomFaultsBody,
  setBody,
  stubBody,
} from "../test-bodies.ts";
import type { PendingWork, TestClockState } from "../test-controls.ts";
import * as schemas from "./api-schemas.ts";
import { get, post, type Operation } from "./operation.ts";

const at = z.int();
const clock = z.strictObject({ now: at, nextAt: at.nullable() }) satisfies z.ZodType<TestClockState>;
const pendingWork = z.strictObject({
  runId: z.string(),
  functionSlug: z.string(),
  kind: z.enum(doingKinds),
  step: z.string().nullable(),
  at: at.nullable(),
  event: z.string().nullable(),
}) satisfies z.ZodType<PendingWork>;

/** All of them. */
export const testOperations: readonly Operation[] = [
  get("/api/test/clock", "What time it is, and when the next timer is due.", clock),
  post(
    "/api/test/clock/advance",
    "Lets time pass: each timer on the way fires at its own time. Answers when nothing is left to do.",
    clock,
    advanceBody,
  ),
  post("/api/test/clock/set", "The same, to a point in time that has not passed yet.", clock, setBody),
  post(
    "/api/test/clock/next",
    "Jumps to the next timer, whose time is `jumpedTo`; null when there is none.",
    clock.extend({ jumpedTo: at.nullable() }),
  ),
  post(
    "/api/test/clock/run-until-idle",
    "Jumps from timer to timer until no run is unfinished; refuses when one still is after `within`.",
    clock,
    idleBody,
  ),
  post("/api/test/clock/settle", "Does what is due without moving the clock.", clock),
  post(
    "/api/test/runs/{runId}/finish",
    "Jumps from timer to timer until the run has ended, and shows it.",
    schemas.run,
  ),
  get(
    "/api/test/queue",
    "What unfinished runs are to do or wait for, soonest first.",
    z.strictObject({ items: z.array(pendingWork) }),
    queueQuery,
  ),
  done("/api/test/queue/pause", "Calls functions no more: runs are made and wait.", functionsBody),
  done("/api/test/queue/resume", "Has them called again.", functionsBody),
  done("/api/test/queue/drain", "Does what is due in a paused queue, and what comes of it.", functionsBody),
  post("/api/test/queue/clear", "Cancels all unfinished runs.", z.strictObject({ cancelled: z.int() }), functionsBody),
  post(
    "/api/test/functions/{slug}/cron",
    "Starts a function as its cron trigger would now.",
    z.strictObject({ runId: z.string() }),
  ),
  done("/api/test/stubs", "Says what a step does instead of what it does.", stubBody),
  { method: "delete", path: "/api/test/stubs", summary: "Takes all stubs back.", answers: { 204: null } },
  done("/api/test/faults", "Adds a fault between the server and the apps.", faultBody),
  done("/api/test/faults/random", "Drops, doubles and delays calls by chance, drawn from a seed.", randomFaultsBody),
  { method: "delete", path: "/api/test/faults", summary: "Takes all faults back.", answers: { 204: null } },
  done("/api/test/apps/away", "Nobody listens at any app any more."),
  done("/api/test/apps/back", "All apps are back."),
  done("/api/test/apps/{appId}/away", "Nobody listens at this app any more."),
  done("/api/test/apps/{appId}/back", "It is back."),
  done("/api/test/crash", "Kills the engine and starts it again on what was committed."),
  done("/api/test/reset", "Forgets everything but the apps: events, runs, stubs, faults. The clock stays where it is."),
];

/** Describes an operation that answers when it is done, with nothing. */
function done(path: string, summary: string, body?: z.ZodType): Operation {
  return { method: "post", path, summary, answers: { 204: null }, ...(body === undefined ? {} : { body }) };
}
