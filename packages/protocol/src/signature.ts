// Signing keys: signing what goes between server and app, and checking who calls us.
import { createHash, createHmac, hash, timingSafeEqual } from "node:crypto";
import { canonicalJson, tryParseJson, type JsonText } from "./json.ts";
import { signatureToleranceSeconds } from "./limits.ts";

const keyPrefix = /^signkey-\w+-/;

/** Strips `signkey-<env>-` off a signing key; app and server may write it differently. */
export function normalizeSigningKey(key: string): string {
  return key.trim().replace(keyPrefix, "");
}

/** Gives the bytes a signing key signs with: the ASCII of the bare key, not its hex value. */
export function signingKeyBytes(key: string): Buffer {
  return Buffer.from(normalizeSigningKey(key), "utf8");
}

/** Tells whether a signing key can be hashed the way SDKs do: hex after the prefix. */
export function isSigningKey(key: string): boolean {
  return /^(?:[0-9a-f]{2})+$/i.test(normalizeSigningKey(key));
}

/** Signs a request to an app; the body must be canonical JSON, or empty. Returns the header's value. */
export function signRequest(o: {
  readonly key: string;
  readonly body: JsonText | "";
  readonly atSeconds: number;
}): string {
  return `t=${o.atSeconds}&s=${mac(o.key, o.body, String(o.atSeconds))}`;
}

/**
 * Checks the signature of a request whose body may not be canonical yet.
 *
 * False for a missing or malformed header, a signature older or newer than the tolerance, and a body that is neither
 * JSON nor empty.
 */
export function verifySignature(o: SignatureCheck): boolean {
  if (o.body === "") return verify(o, "");
  const value = tryParseJson(o.body);
  return value !== undefined && verify(o, canonicalJson(value));
}

/** Checks the signature of an app's response, which covers the body exactly as sent. */
export function verifyResponseSignature(o: SignatureCheck): boolean {
  return verify(o, o.body);
}

/** What a signature is checked against. */
export interface SignatureCheck {
  readonly key: string;
  readonly body: string;
  readonly header: string | undefined;
  readonly nowSeconds: number;
  /** Default 300. */
  readonly toleranceSeconds?: number;
}

/**
 * Hashes a signing key as SDKs send it in `Authorization`: the prefix stays, the hex is replaced by the SHA-256 of its bytes.
 *
 * Only meaningful for keys that `isSigningKey` accepts.
 */
export function hashSigningKey(key: string): string {
  const prefix = keyPrefix.exec(key.trim())?.[0] ?? "";
  return (
    prefix +
    createHash("sha256")
      .update(Buffer.from(normalizeSigningKey(key), "hex"))
      .digest("hex")
  );
}

/** Tells whether an `Authorization` header carries the signing key, plain or hashed, with whatever prefix. Takes constant time. */
export function bearerMatches(authorization: string | undefined, key: string): boolean {
  const match = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? "");
  if (match === null || normalizeSigningKey(key) === "") return false;
  const token = normalizeSigningKey(match[1] ?? "");
  const isPlain = sameText(token, normalizeSigningKey(key));
  // Decoding a key that is not hex gives few bytes or none, whose hash anybody could send.
  const isHashed = isSigningKey(key) && sameText(token, normalizeSigningKey(hashSigningKey(key)));
  return isPlain || isHashed;
}

function verify(o: SignatureCheck, signed: string): boolean {
  const match = /^t=(\d{1,12})&s=([0-9a-f]+)$/.exec(o.header ?? "");
  if (match === null) return false;
  const [, seconds = "", given = ""] = match;
  const tolerance = o.toleranceSeconds ?? signatureToleranceSeconds;
  if (Math.abs(o.nowSeconds - Number(seconds)) > tolerance) return false;
  return sameText(given, mac(o.key, signed, seconds));
}

function mac(key: string, body: string, seconds: string): string {
  return createHmac("sha256", signingKeyBytes(key)).update(body, "utf8").update(seconds, "utf8").digest("hex");
}

/** Compares hashes of both texts, so that neither their length nor their common start shows in the time taken. */
function sameText(a: string, b: string): boolean {
  return timingSafeEqual(hash("sha256", a, "buffer"), hash("sha256", b, "buffer"));
}
