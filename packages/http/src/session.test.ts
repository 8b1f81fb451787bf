import { millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { sessionMs } from "./limits.ts";
import { hasSession, sessionCookie } from "./session.ts";

const signingKey = "signkey-prod-ab12cd34";
const now = millis(1_000_000);
const setCookie = sessionCookie({ signingKey, now, isSecure: false });
const [cookie = ""] = setCookie.split(";");

describe("a session", () => {
  it("holds until it expires, and not a millisecond longer", () => {
    expect(hasSession(cookie, { signingKey, now })).toBe(true);
    expect(hasSession(cookie, { signingKey, now: millis(now + sessionMs - 1) })).toBe(true);
    expect(hasSession(cookie, { signingKey, now: millis(now + sessionMs) })).toBe(false);
  });

  it("is found among other cookies, and however the signing key is written", () => {
    expect(hasSession(`theme=dark; ${cookie}; x=y`, { signingKey: "ab12cd34", now })).toBe(true);
  });

  it("cannot be read by scripts or sent by other sites, and over TLS not in the clear", () => {
    expect(setCookie).toContain("HttpOnly; SameSite=Strict");
    expect(setCookie).not.toContain("Secure");
    expect(sessionCookie({ signingKey, now, isSecure: true })).toContain("; Secure");
  });

  it.each([
    ["no cookie", undefined],
    ["an empty one", "stepwright_session="],
    ["a longer life under the same signature", cookie.replace(/=\d+/, `=${now + 2 * sessionMs}`)],
    ["another signature", `${cookie.slice(0, -4)}AAAA`],
    ["no signature", cookie.split(".")[0]],
  ])("is refused with %s", (_, header) => {
    expect(hasSession(header, { signingKey, now })).toBe(false);
  });

  it("ends when the signing key changes", () => {
    expect(hasSession(cookie, { signingKey: "ffff", now })).toBe(false);
  });
});
