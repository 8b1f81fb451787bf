// The login of a person: a cookie that says until when it holds, signed with a key derived from the signing key.
// Nothing is stored, so it survives a restart; changing the signing key ends every session.
import { createHmac, timingSafeEqual } from "node:crypto";
import { millis, normalizeSigningKey, type Millis } from "@stepwright/protocol";
import { sessionMs } from "./limits.ts";

const cookieName = "stepwright_session";

/** Makes the `Set-Cookie` header of a new session. */
export function sessionCookie(o: {
  readonly signingKey: string;
  readonly now: Millis;
  readonly isSecure: boolean;
}): string {
  const expiresAt = millis(o.now + sessionMs);
  const value = `${expiresAt}.${signatureOf(expiresAt, o.signingKey).toString("base64url")}`;
  return cookie(value, { maxAgeSeconds: sessionMs / 1000, isSecure: o.isSecure });
}

/** Makes the `Set-Cookie` header that ends a session. */
export function endedSessionCookie(o: { readonly isSecure: boolean }): string {
  return cookie("", { maxAgeSeconds: 0, isSecure: o.isSecure });
}

/** Tells whether a `Cookie` header carries a session that still holds. */
export function hasSession(
  header: string | undefined,
  o: { readonly signingKey: string; readonly now: Millis },
): boolean {
  const [expiresText, signatureText] = readCookie(header)?.split(".") ?? [];
  if (expiresText === undefined || signatureText === undefined) return false;
  const expiresAt = Number(expiresText);
  if (!Number.isSafeInteger(expiresAt) || expiresAt <= o.now) return false;
  const expected = signatureOf(millis(expiresAt), o.signingKey);
  const given = Buffer.from(signatureText, "base64url");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function signatureOf(expiresAt: Millis, signingKey: string): Buffer {
  // Its own label, so that no other signature made with the key can pass for a session.
  return createHmac("sha256", normalizeSigningKey(signingKey)).update(`dashboard session until ${expiresAt}`).digest();
}

function cookie(value: string, o: { readonly maxAgeSeconds: number; readonly isSecure: boolean }): string {
  const parts = [`${cookieName}=${value}`, "Path=/", `Max-Age=${o.maxAgeSeconds}`, "HttpOnly", "SameSite=Strict"];
  return (o.isSecure ? [...parts, "Secure"] : parts).join("; ");
}

function readCookie(header: string | undefined): string | undefined {
  const prefix = `${cookieName}=`;
  return header
    ?.split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(prefix))
    ?.slice(prefix.length);
}
