// The payload of stored events. Lifecycle events are rows that name a run; theirs is rendered here.
import { lifecycleData, type RunEvent, type StoredEvent } from "@stepwright/engine";
import { canonicalJson, eventJson, eventJsonRaw, type JsonText } from "@stepwright/protocol";
import type { Storage } from "@stepwright/storage";

/** How many lifecycle events may be nested: a failure handler's trigger names a run, whose trigger may name another. */
const nestingMax = 8;

/** The event's `data`, rendered if it is not stored. */
export async function eventPayload(storage: Storage, event: StoredEvent, depth = 0): Promise<JsonText> {
  if (event.data !== null) return event.data;
  if (event.lifecycleOf === null || depth > nestingMax) return canonicalJson({});
  const loaded = await storage.runs.load(event.lifecycleOf);
  if (loaded === null) return canonicalJson({ run_id: event.lifecycleOf });
  return lifecycleData(loaded.run, await runEvents(storage, loaded.events, depth + 1));
}

/** A run's triggering events in the forms that requests carry. */
export async function runEvents(
  storage: Storage,
  events: readonly StoredEvent[],
  depth = 0,
): Promise<readonly RunEvent[]> {
  return Promise.all(
    events.map(async (event) => {
      const fields = { ...event, data: await eventPayload(storage, event, depth) };
      return { full: eventJson(fields), raw: eventJsonRaw(fields) };
    }),
  );
}

/** The whole event as functions and memos see it. */
export async function eventText(storage: Storage, event: StoredEvent): Promise<JsonText> {
  return eventJson({ ...event, data: await eventPayload(storage, event) });
}
