import { describe, expect, it } from "vitest";
import {
  bearerMatches,
  canonicalJson,
  hashSigningKey,
  normalizeSigningKey,
  signRequest,
  tryParseJson,
  verifyResponseSignature,
  verifySignature,
} from "../src/index.ts";
import { readFixture } from "./fixtures.ts";

const vectors = readFixture("signature-vectors.json") as {
  readonly request_signing: readonly {
    readonly signing_key: string;
    readonly key_material_used: string;
    readonly timestamp: number;
    readonly body_as_received: string;
    readonly body_canonical_jcs: string;
    readonly header: string;
  }[];
  readonly bearer_hashing: readonly { readonly signing_key: string; readonly authorization: string }[];
  readonly captured: readonly {
    readonly source: string;
    readonly signing_key_in_sdk_env?: string;
    readonly request_signature: string;
    readonly raw_body: string;
    readonly verifies: boolean;
    readonly response_signature?: string;
    readonly response_body?: string;
  }[];
};

// The key of all signed captures, for the vector that does not repeat it.
const captureKey = "signkey-test-00112233445566778899aabbccddeeff";

function secondsIn(header: string): number {
  return Number(/^t=(\d+)/.exec(header)?.[1]);
}

describe("signing vectors", () => {
  it.each(vectors.request_signing)("sign $body_as_received with $signing_key", (vector) => {
    const body = vector.body_as_received === "" ? "" : canonicalJson(tryParseJson(vector.body_as_received));
    expect(body).toBe(vector.body_canonical_jcs);
    expect(normalizeSigningKey(vector.signing_key)).toBe(vector.key_material_used);
    expect(signRequest({ key: vector.signing_key, body, atSeconds: vector.timestamp })).toBe(vector.header);
    const check = { key: vector.signing_key, body: vector.body_as_received, header: vector.header };
    expect(verifySignature({ ...check, nowSeconds: vector.timestamp + 300 })).toBe(true);
    expect(verifySignature({ ...check, nowSeconds: vector.timestamp - 301 })).toBe(false);
  });

  it.each(vectors.bearer_hashing)("hash $signing_key", ({ signing_key: key, authorization }) => {
    expect(`Bearer ${hashSigningKey(key)}`).toBe(authorization);
    expect(bearerMatches(authorization, key)).toBe(true);
  });

  it.each(vectors.captured)("verify what was captured in $source", (vector) => {
    const key = vector.signing_key_in_sdk_env ?? captureKey;
    const header = vector.request_signature;
    expect(verifySignature({ key, body: vector.raw_body, header, nowSeconds: secondsIn(header) })).toBe(
      vector.verifies,
    );
    if (vector.response_signature === undefined || vector.response_body === undefined) return;
    const response = {
      key,
      body: vector.response_body,
      header: vector.response_signature,
      nowSeconds: secondsIn(vector.response_signature),
    };
    expect(verifyResponseSignature(response)).toBe(true);
    expect(verifyResponseSignature({ ...response, body: `${vector.response_body} ` })).toBe(false);
  });
});
