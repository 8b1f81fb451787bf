// Runs that somebody asks for by name: an invocation from outside.
import { eventNames, type NewEvent, startFunction } from "@stepwright/engine";
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
} from "@stepwright/protocol";
import type { Committer } from "./committer.ts";
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
