// Events in the words of this API.
import type { StoredEvent } from "@stepwright/engine";
import { emptyObjectJson, type JsonText, jsonString } from "@stepwright/protocol";

/** An event as it was sent, with its data as they are rendered: without a user or a version where there is none. */
export function sentText(event: StoredEvent, data: JsonText): JsonText {
  const v = event.v === null ? "" : `,"v":${jsonString(event.v)}`;
  const named = `"id":${jsonString(event.id)},"name":${jsonString(event.name)},"data":${data}`;
  return `{${named}${userOf(event)},"ts":${event.ts}${v}}` as JsonText;
}

/** An event with its version always there; keys in the order of the alphabet. */
export function fullText(event: StoredEvent, data: JsonText): string {
  const v = event.v === null ? "null" : jsonString(event.v);
  const named = `"data":${data},"id":${jsonString(event.id)},"name":${jsonString(event.name)}`;
  return `{${named},"ts":${event.ts}${userOf(event)},"v":${v}}`;
}

function userOf({ user }: StoredEvent): string {
  return user === emptyObjectJson ? "" : `,"user":${user}`;
}
