import { describe, expect, it } from "vitest";
import { canonicalJson } from "./json.ts";
import {
  bearerMatches,
  hashSigningKey,
  isSigningKey,
  signRequest,
  verifyResponseSignature,
  verifySignature,
} from "./signature.ts";

const key = "signkey-test-12345678";
const body = canonicalJson({ b: 1, a: 2 });
const header = signRequest({ key, body, atSeconds: 1000 });

describe("a request's signature", () => {
  it("holds for any spelling of the same JSON, and for the key with another prefix", () => {
    expect(verifySignature({ key: "12345678", body: '{ "b": 1.0, "a": 2 }', header, nowSeconds: 1000 })).toBe(true);
    expect(verifySignature({ key: "signkey-prod-12345678", body, header, nowSeconds: 1000 })).toBe(true);
  });

  it.each([
    ["another body", { body: '{"a":2,"b":2}' }],
    ["a body that is not JSON", { body: "nope" }],
    ["another key", { key: "87654321" }],
    ["no header", { header: undefined }],
    ["a malformed header", { header: "s=00&t=1000" }],
    ["a cut signature", { header: header.slice(0, -1) }],
    ["another time", { header: header.replace("t=1000", "t=1001") }],
    ["a time too long ago", { nowSeconds: 1301 }],
    ["a time to come", { nowSeconds: 699 }],
    ["a tighter tolerance", { nowSeconds: 1011, toleranceSeconds: 10 }],
  ])("does not hold for %s", (_, change) => {
    expect(verifySignature({ key, body, header, nowSeconds: 1000, ...change })).toBe(false);
  });

  it("of nothing covers the time alone", () => {
    const empty = signRequest({ key, body: "", atSeconds: 1000 });
    expect(verifySignature({ key, body: "", header: empty, nowSeconds: 1000 })).toBe(true);
  });
});

describe("a response's signature", () => {
  it("covers the body as sent", () => {
    expect(verifyResponseSignature({ key, body, header, nowSeconds: 1000 })).toBe(true);
    expect(verifyResponseSignature({ key, body: '{ "b": 1, "a": 2 }', header, nowSeconds: 1000 })).toBe(false);
  });
});

describe("the caller's key", () => {
  it.each([
    `Bearer ${key}`,
    "bearer 12345678",
    `Bearer ${hashSigningKey(key)}`,
    `Bearer ${hashSigningKey("signkey-prod-12345678")}`,
    `Bearer  ${hashSigningKey("12345678")} `,
  ])("is accepted in %j", (authorization) => {
    expect(bearerMatches(authorization, key)).toBe(true);
  });

  it.each([
    undefined,
    "",
    "Bearer",
    "Bearer ",
    "Bearer undefined",
    "Basic 12345678",
    "Bearer 1234567",
    "Bearer 12345678 x",
    "12345678",
  ])("is not found in %j", (authorization) => {
    expect(bearerMatches(authorization, key)).toBe(false);
  });

  it("never matches an empty one", () => {
    expect(bearerMatches("Bearer signkey-test-", "signkey-test-")).toBe(false);
  });

  it("matches only plainly when it is not hex, whose decoding would leave nothing to hash", () => {
    const hashOfNothing = hashSigningKey("");
    expect(isSigningKey("signkey-test-zz")).toBe(false);
    expect(isSigningKey(key)).toBe(true);
    expect(bearerMatches(`Bearer ${hashOfNothing}`, "signkey-test-zz")).toBe(false);
    expect(bearerMatches("Bearer zz", "signkey-test-zz")).toBe(true);
  });
});
