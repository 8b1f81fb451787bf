// What a run's `step.invoke` steps gave to the functions they invoked: the data of the events that they put.
import type { Span, StoredEvent } from "@stepwright/engine";
import { asEventId, isJsonObject, isUlid, parseJsonText, type EventId, type JsonValue } from "@stepwright/protocol";
import { invokeInputsMax } from "./limits.ts";
import { readObject } from "./present-json.ts";

/** Data of `inngest/function.invoked` events by the events' internal ids, as the invoking code gave it. */
export type InvokedInputs = ReadonlyMap<string, JsonValue>;

/** Reads the inputs. A span that names no event, or one that is gone, has none. */
export async function readInvokedInputs(
  spans: readonly Span[],
  eventOf: (id: EventId) => Promise<StoredEvent | null>,
): Promise<InvokedInputs> {
  const ids = spans.flatMap((span) => invokedEventOf(readObject(span.detail)) ?? []).slice(0, invokeInputsMax);
  const found = await Promise.all(
    ids.map(async (id) => {
      const event = await eventOf(asEventId(id));
      return event === null || event.data === null ? [] : [[id, withoutOwnFacts(parseJsonText(event.data))] as const];
    }),
  );
  return new Map(found.flat());
}

/** The event that an invoke's span names; null when it names none. */
export function invokedEventOf(detail: Readonly<Record<string, JsonValue>>): string | null {
  const id = detail["eventId"];
  return typeof id === "string" && isUlid(id) ? id : null;
}

/** `_inngest` says who invoked and how the answer finds back: it is ours, not the input. */
function withoutOwnFacts(data: JsonValue): JsonValue {
  if (!isJsonObject(data)) return data;
  const { _inngest: _, ...input } = data;
  return input;
}
