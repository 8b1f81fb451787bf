// Events as the engine stores and matches them.
import type { EventId, JsonText, Millis, RunId } from "@stepwright/protocol";

/** An event before the store has given it its place in the order. */
export interface NewEvent {
  /** Our ULID. Indexed, not unique: a repeated request with an id seed repeats it. */
  readonly internalId: EventId;
  /** The sender's idempotency id, or the internal id. */
  readonly id: string;
  readonly name: string;
  /** Canonical JSON object; null for lifecycle events, whose payload is rendered from the run they name. */
  readonly data: JsonText | null;
  readonly user: JsonText;
  readonly ts: Millis;
  readonly v: string | null;
  readonly meta: JsonText | null;
  readonly receivedAt: Millis;
  /** Set for `inngest/function.*` lifecycle events: the run whose end they report. */
  readonly lifecycleOf: RunId | null;
}

/** A stored event. `seq` orders events and pauses: a pause matches only events of a higher seq. */
export interface StoredEvent extends NewEvent {
  readonly seq: number;
}

/** Points at an event: one that is stored, or the n-th `putEvent` of the same transition (its own or its parent's). */
export type EventRef =
  | { readonly kind: "stored"; readonly seq: number }
  | { readonly kind: "inTransition"; readonly index: number };
