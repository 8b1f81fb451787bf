// The seed an SDK sends with its events, so that sending them again gives the same internal ids.
import { asEventId, millis, ulidOf, ulidTimeMax, type EventId, type Millis } from "./ids.ts";

/** The seed of one request's event ids. */
export interface EventIdSeed {
  readonly at: Millis;
  /** Ten bytes. */
  readonly entropy: Uint8Array;
}

/** Reads the header `x-inngest-event-id-seed`: `<millis>,<base64 of ten bytes>`. Anything else is `null`, and ids are random. */
export function parseEventIdSeed(header: string | undefined): EventIdSeed | null {
  const match = /^(\d{1,15}),([A-Za-z0-9+/]{14}==)$/.exec(header ?? "");
  if (match === null) return null;
  const at = Number(match[1]);
  if (at <= 0 || at > ulidTimeMax) return null;
  return { at: millis(at), entropy: new Uint8Array(Buffer.from(match[2] ?? "", "base64")) };
}

/** Derives the internal id of the event at this place of the request, counted from 1. */
export function seededEventId(seed: EventIdSeed, index: number): EventId {
  const entropy = new Uint8Array(seed.entropy);
  const last = new DataView(entropy.buffer, 6, 4);
  last.setUint32(0, last.getUint32(0) + index); // wraps at 32 bits
  return asEventId(ulidOf(seed.at, entropy));
}
