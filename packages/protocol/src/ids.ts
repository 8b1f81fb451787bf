// The ids of the product: their branded types, how they are made from other
// facts, and the fixed ids every installation shares.
import { createHash } from "node:crypto";

/** ULID of a run; its time part is the moment the run was scheduled. */
export type RunId = string & { readonly __brand: "RunId" };
/** Internal ULID of a stored event; not the id its sender gave it. */
export type EventId = string & { readonly __brand: "EventId" };
/** UUID of an app, derived from its name. */
export type AppId = string & { readonly __brand: "AppId" };
/** UUID of a function, minted at its first sync and kept from then on. */
export type FunctionId = string & { readonly __brand: "FunctionId" };
/** Hashed step id, as the SDK reports it; the key of the step's memo. */
export type StepId = string & { readonly __brand: "StepId" };
/** Id of one piece of due work. */
export type QueueItemId = string & { readonly __brand: "QueueItemId" };
/** Id of one wait for something from outside. */
export type PauseId = string & { readonly __brand: "PauseId" };
/** Whole milliseconds since the Unix epoch, UTC. */
export type Millis = number & { readonly __brand: "Millis" };

/** Marks text that is known to be a run id. */
export function asRunId(text: string): RunId {
  return text as RunId;
}

/** Marks text that is known to be an internal event id. */
export function asEventId(text: string): EventId {
  return text as EventId;
}

/** Marks text that is known to be an app id. */
export function asAppId(text: string): AppId {
  return text as AppId;
}

/** Marks text that is known to be a function id. */
export function asFunctionId(text: string): FunctionId {
  return text as FunctionId;
}

/** Marks text that is known to be a hashed step id. */
export function asStepId(text: string): StepId {
  return text as StepId;
}

/** Marks text that is known to be a queue item id. */
export function asQueueItemId(text: string): QueueItemId {
  return text as QueueItemId;
}

/** Marks text that is known to be a pause id. */
export function asPauseId(text: string): PauseId {
  return text as PauseId;
}

/** Rounds a number of milliseconds to a time point; throws on NaN and infinities. */
export function millis(value: number): Millis {
  if (!Number.isFinite(value)) throw new RangeError(`a time must be finite, got ${value}`);
  return Math.round(value) as Millis;
}

/** Namespace of every derived UUID: the OID namespace of RFC 4122. */
export const oidNamespace = "6ba7b812-9dad-11d1-80b4-00c04fd430c8";
/** The one account of an installation. */
export const accountId = "00000000-0000-4000-a000-000000000000";
/** The one environment of an installation. */
export const environmentId = "00000000-0000-4000-b000-000000000000";

// Crockford's base 32: no I, L, O and U.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ulidPattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/** The greatest time a ULID can carry: 48 bits of milliseconds. */
export const ulidTimeMax = 2 ** 48 - 1;

/** Tells whether text is a ULID in its canonical, upper-case spelling. */
export function isUlid(text: string): boolean {
  return ulidPattern.test(text);
}

/** Reads the time part of a ULID; throws if the text is none. */
export function ulidTime(id: string): Millis {
  if (!isUlid(id)) throw new RangeError(`"${id}" is not a ULID`);
  return millis(numberOf(id, { from: 0, to: 10 }));
}

/** Gives the 128 bits of a ULID as 32 hexadecimal digits; throws if the text is none. */
export function ulidBits(id: string): string {
  if (!isUlid(id)) throw new RangeError(`"${id}" is not a ULID`);
  return hexOf(id, { from: 0, to: 10 }) + hexOf(id, { from: 10, to: 18 }) + hexOf(id, { from: 18, to: 26 });
}

/** The ULID of 32 hexadecimal digits. */
export function ulidOfBits(digits: string): string {
  return ulidOf(millis(Number.parseInt(digits.slice(0, 12), 16)), Buffer.from(digits.slice(12), "hex"));
}

/** Writes a ULID from its time and its ten bytes of entropy; throws when either is out of range. */
export function ulidOf(at: Millis, entropy: Uint8Array): string {
  if (at < 0 || at > ulidTimeMax) throw new RangeError(`${at} does not fit into a ULID`);
  if (entropy.length !== 10) throw new RangeError(`a ULID needs 10 bytes, got ${entropy.length}`);
  return encodeTime(at) + encodeBytes(entropy.subarray(0, 5)) + encodeBytes(entropy.subarray(5));
}

/** Derives the same ULID from the same time and text, for events that must keep their id when they are emitted again. */
export function derivedUlid(at: Millis, seed: string): string {
  return ulidOf(at, createHash("sha256").update(seed, "utf8").digest().subarray(0, 10));
}

/** Derives a version 5 UUID (RFC 4122) from a namespace UUID and a name. */
export function uuidV5(namespace: string, name: string): string {
  const namespaceBytes = Buffer.from(namespace.replaceAll("-", ""), "hex");
  if (namespaceBytes.length !== 16) throw new RangeError(`"${namespace}" is not a UUID`);
  const bytes = createHash("sha1").update(namespaceBytes).update(name, "utf8").digest();
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");
}

/** Derives the id of an app from its name: an app that moves keeps its id. */
export function appIdOf(appName: string): AppId {
  return asAppId(uuidV5(oidNamespace, appName));
}

/** Derives the id a function gets at its first sync from its name and the URL it is called at. */
export function functionIdOf(o: { readonly name: string; readonly url: string }): FunctionId {
  return asFunctionId(uuidV5(oidNamespace, o.name + o.url));
}

// Longer than a UUID or an e-mail address; the digest that replaces more is 43 characters.
const keyPartMax = 64;

/** Text as part of an id: itself when it is short, else its SHA-256, so that ids stay short whatever an event brings. */
export function keyDigest(text: string): string {
  return text.length <= keyPartMax ? `=${text}` : `#${createHash("sha256").update(text, "utf8").digest("base64url")}`;
}

interface Part {
  readonly from: number;
  readonly to: number;
}

// Each call of an app has an id turned into bits: with a table that is a tenth of what it is with `indexOf`.
const values = new Uint8Array(128);
for (let value = 0; value < crockford.length; value++) values[crockford.charCodeAt(value)] = value;

/** Ten characters and fewer are an exact number. */
function numberOf(id: string, { from, to }: Part): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 32 + (values[id.charCodeAt(at)] ?? 0);
  return value;
}

/** Five bits a character, but for the two that the first of a ULID does not use. */
function hexOf(id: string, part: Part): string {
  return numberOf(id, part)
    .toString(16)
    .padStart(part.from === 0 ? 12 : 10, "0");
}

function encodeTime(at: number): string {
  let text = "";
  for (let rest = at, i = 0; i < 10; i++) {
    text = crockford.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** Five bytes are eight characters and, at 40 bits, still an exact number. */
function encodeBytes(bytes: Uint8Array): string {
  let value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  let text = "";
  for (let i = 0; i < 8; i++) {
    text = crockford.charAt(value % 32) + text;
    value = Math.floor(value / 32);
  }
  return text;
}
