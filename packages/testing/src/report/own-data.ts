// The data of an event as whoever sent it has written them.
import { isJsonObject, type JsonValue } from "@stepwright/protocol";

/** Leaves out `_inngest`, in which the engine keeps what an invocation is about. */
export function ownData(data: JsonValue): JsonValue {
  if (!isJsonObject(data)) return data;
  const { _inngest, ...own } = data;
  return own;
}
