// REST v2: sending an event.
import { canonicalJson, fieldMissing, parseEvents } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { anyJson } from "../any-json.ts";
import { readV2Body } from "../read-v2.ts";
import { sendV2 } from "../rest-v2.ts";
import type { ServerDeps } from "../server.ts";

/** What the body of an event has beside the event. */
const aroundEventBytesMax = 64 * 1024;

/** An event as it is sent. */
export const eventBody = z.strictObject({
  name: z.string("send text").optional(),
  data: z.record(z.string(), anyJson, "send an object").nullish(),
  user: z.record(z.string(), anyJson, "send an object").nullish(),
  id: z.string("send text").optional(),
  ts: z.union([z.int("send whole milliseconds"), z.string().regex(/^\d+$/).transform(Number)]).optional(),
  v: z.string("send text").optional(),
});

/** Adds the route. */
export function v2EventRoutes(app: FastifyInstance, { runtime }: ServerDeps): void {
  const bodyLimit = runtime.eventLimits.eventBytesMax + aroundEventBytesMax;
  app.post("/events", { bodyLimit }, async (request, reply) => {
    const { name = "", ...fields } = readV2Body(eventBody, request);
    if (name === "") throw fieldMissing({ field: "Event name" });
    const parsed = parseEvents(canonicalJson({ ...fields, name }), runtime.eventLimits);
    if (parsed.kind === "rejected") throw parsed.error;
    const [eventId] = await runtime.ingest(parsed.events, { seed: null });
    return sendV2(reply, { data: { eventId: eventId ?? "" }, now: runtime.now() });
  });
}
