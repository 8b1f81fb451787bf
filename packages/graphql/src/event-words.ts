// Events in the words of this API.
import type { StoredEvent } from "@stepwright/engine";
import { emptyObjectJson, type JsonText, jsonString } from "@stepwright/protocol";
import type { Context } from "./context.ts";

/** An event as it was sent: without a user or a version where there is none. */
export async function sentText(event: StoredEvent, { dataOf }: Context): Promise<string> {
  const data = await dataOf(event);
  const user = event.user === emptyObjectJson ? "" : `,"user":${event.user}`;
  const v = event.v === null ? "" : `,"v":${jsonString(event.v)}`;
  return `{"id":${jsonString(event.id)},"name":${jsonString(event.name)},"data":${data}${user},"ts":${event.ts}${v}}`;
}

/** An event with its version always there; keys in the order of the alphabet. */
export async function fullText(event: StoredEvent, { dataOf }: Context): Promise<string> {
  const data: JsonText = await dataOf(event);
  const user = event.user === emptyObjectJson ? "" : `,"user":${event.user}`;
  const v = event.v === null ? "null" : jsonString(event.v);
  return `{"data":${data},"id":${jsonString(event.id)},"name":${jsonString(event.name)},"ts":${event.ts}${user},"v":${v}}`;
}
