// Runs that somebody asks for by name: an invocation from outside, and a run again with the same events.
import { eventNames, isEnded, type NewEvent, startFunction } from "@stepwright/engine";
import {
  asEventId,
  canonicalJson,
  type EventId,
  eventJson,
  functionNotFound,
  type IncomingEvent,
  isJsonObject,
  type JsonText,
  parseJsonText,
  type RunId,
  runNotFound,
} from "@stepwright/protocol";
import { findFunction } from "./call-app.ts";
import type { Committer } from "./committer.ts";
import { eventText } from "./event-payload.ts";
import type { Shell } from "./shell.ts";
import { refuseFailed } from "./storage-trouble.ts";

/** Starts exactly this function, with an event that no other function and no wait is matched against. */
export async function invoke(
  shell: Shell,
  committer: Committer,
  slug: string,
  incoming: IncomingEvent,
): Promise<EventId> {
  const fn = shell.registry().functionsBySlug.get(slug);
  if (fn === undefined) throw functionNotFound({ functionSlug: slug });
  const event = invokedEvent(shell, incoming, slug);
  const text = eventJson(event);
  const started = startFunction({
    origin: "invoke",
    fn,
    trigger: {
      ref: { kind: "inTransition", index: 0 },
      internalId: event.internalId,
      name: event.name,
      ts: event.ts,
      value: parseJsonText(text),
      length: text.length,
    },
    idempotencyKey: null,
    cron: null,
    invokedBy: null,
    originalRunId: null,
    now: shell.ports.clock.now(),
    newId: shell.newId,
  });
  const outcome = await committer.submit({
    guards: [],
    effects: [{ kind: "putEvent", event }, ...started.transition.effects],
  });
  refuseFailed(outcome);
  return event.internalId;
}

/** Starts a new run of the same function with the same events. */
export async function rerun(shell: Shell, committer: Committer, runId: RunId): Promise<RunId> {
  const { storage, clock } = shell.ports;
  const loaded = await storage.runs.load(runId);
  const first = loaded?.events[0];
  if (loaded === null || first === undefined) throw runNotFound({ runId });
  const { run, events } = loaded;
  const fn = await findFunction(shell, run.functionId);
  if (fn === null) throw functionNotFound({ functionSlug: run.functionSlug });
  const text = await eventText(storage, first);
  const now = clock.now();
  const started = startFunction({
    origin: "rerun",
    fn,
    trigger: {
      ref: { kind: "stored", seq: first.seq },
      internalId: first.internalId,
      name: first.name,
      // A run again is for now, whenever its event was meant for.
      ts: now,
      value: parseJsonText(text),
      length: text.length,
    },
    moreEvents: events.slice(1).map((event) => ({ kind: "stored", seq: event.seq })),
    idempotencyKey: null,
    cron: run.cron,
    invokedBy: null,
    ...(run.batchId === null ? {} : { batch: { id: run.batchId, invokers: [] } }),
    originalRunId: run.originalRunId ?? runId,
    now,
    newId: shell.newId,
  });
  const outcome = await committer.submit({
    ...started.transition,
    // Its events are there for as long as the run is, and one that has ended may be removed just now.
    guards: isEnded(run.status)
      ? [...started.transition.guards, { kind: "runVersion", runId, version: run.version }]
      : started.transition.guards,
  });
  refuseFailed(outcome);
  if (outcome.kind === "rejected") throw runNotFound({ runId });
  if (started.runId === null) throw new Error("broken invariant: a rerun joins no others");
  return started.runId;
}

function invokedEvent(shell: Shell, event: IncomingEvent, slug: string): NewEvent & { readonly data: JsonText } {
  const internalId = asEventId(shell.newId());
  const now = shell.ports.clock.now();
  const data = parseJsonText(event.data);
  return {
    internalId,
    id: event.id ?? internalId,
    name: eventNames.invoked,
    data: canonicalJson({ ...(isJsonObject(data) ? data : {}), _inngest: { fn_id: slug } }),
    user: event.user,
    ts: event.ts === null || shell.settings.countsAsNow(event.ts) ? now : event.ts,
    v: event.v,
    meta: event.meta,
    receivedAt: now,
    lifecycleOf: null,
  };
}
