// An event as the dashboard shows it.
import type { StoredEvent } from "@stepwright/engine";
import { parseJsonText, type ApiEvent, type ApiEventRow, type JsonText } from "@stepwright/protocol";
import type { EventListRow } from "@stepwright/storage";

/** Presents an event; `data` is its payload as rendered. */
export function presentEvent(event: StoredEvent, data: JsonText): ApiEvent {
  return { ...presentHead(event), data: parseJsonText(data), user: parseJsonText(event.user) };
}

/** Presents a row of a list of events, without payload. */
export function presentEventRow({ event, runs }: EventListRow): ApiEventRow {
  return { ...presentHead(event), runs };
}

function presentHead(event: StoredEvent): Omit<ApiEvent, "data" | "user"> {
  const { internalId, id, name, ts, v, receivedAt } = event;
  return { internalId, id, name, ts, v, receivedAt };
}
