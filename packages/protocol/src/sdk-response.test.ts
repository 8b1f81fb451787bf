import { describe, expect, it } from "vitest";
import { millis } from "./ids.ts";
import { responseBodyBytesMax } from "./limits.ts";
import { readSdkResponse, type AppHttpResponse, type SdkAnswer } from "./sdk-response.ts";

const now = millis(1795470000000);
const sdk = { "x-inngest-sdk": "inngest-js:v4.24.0" };

function read(response: Partial<AppHttpResponse>): SdkAnswer {
  return readSdkResponse({ status: 200, headers: sdk, body: "", ...response }, now);
}

function readError(response: Partial<AppHttpResponse>): Extract<SdkAnswer, { kind: "failed" }> {
  const answer = read(response);
  if (answer.kind !== "failed") throw new Error(`the answer is ${answer.kind}`);
  return answer;
}

describe("a finished function", () => {
  it.each([
    ['{"b":1,"a":2}', '{"a":2,"b":1}'],
    ["null", "null"],
    ["", "null"],
    ["  \n", "null"],
    ['"text"', '"text"'],
    ['"{\\"b\\":1}"', '{"b":1}'],
    ['"[1]"', '"[1]"'],
    ['"null"', '"null"'],
    ["plain text", '"plain text"'],
  ])("that answers %j has the result %s", (body, output) => {
    expect(read({ body })).toEqual({ kind: "completed", output });
  });

  it.each([200, 202, 204, 299])("answers with %d", (status) => {
    expect(read({ status })).toEqual({ kind: "completed", output: "null" });
  });
});

describe("an answer with ops", () => {
  it("says which version it speaks and how to retry", () => {
    const headers = { ...sdk, "x-inngest-req-version": "2", "x-inngest-no-retry": "false", "retry-after": "3" };
    const body = '[{"op":"Sleep","id":"h","name":"1s"}]';
    expect(read({ status: 206, headers, body })).toMatchObject({
      kind: "ops",
      ops: [{ op: "Sleep" }],
      noRetry: false,
      retryAt: now + 3000,
      requestVersion: 2,
    });
  });

  it.each([
    [undefined, null],
    ["-1", null],
    ["0", null],
    ["x", null],
    ["1", 1],
  ])("of version %j speaks %j", (value, requestVersion) => {
    const headers = value === undefined ? sdk : { ...sdk, "x-inngest-req-version": value };
    expect(read({ status: 206, headers, body: "[]" })).toEqual({
      kind: "ops",
      ops: [],
      noRetry: null,
      retryAt: null,
      requestVersion,
    });
  });

  it("that cannot be read is an error to retry, whatever it says itself", () => {
    const answer = readError({
      status: 206,
      headers: { ...sdk, "x-inngest-no-retry": "true" },
      body: '[{"op":"Nope","id":"h"}]',
    });
    expect(answer).toMatchObject({ noRetry: null, error: { error: "invalid_response", name: "Error" } });
    expect(answer.error.message).toContain('unknown kind "Nope"');
    expect(answer.error.stack).toContain('"Nope"');
  });
});

describe("an answer that is not from an SDK", () => {
  it.each([200, 201, 206])("with status %d never counts as success", (status) => {
    const body = status === 201 ? '{"status":200,"headers":{},"body":"1"}' : "<html>";
    expect(readError({ status, headers: { "content-type": "text/html" }, body })).toMatchObject({
      noRetry: null,
      error: { error: "not_sdk", message: "The response did not come from an Inngest SDK" },
    });
  });

  it("with an error status shows where it came from", () => {
    const { error, noRetry } = readError({
      status: 502,
      headers: { "content-type": "text/html" },
      body: "<h1>Bad gateway</h1>",
    });
    expect(noRetry).toBeNull();
    expect(error).toMatchObject({
      error: "invalid status code: 502",
      name: "Server returned a fatal error",
      message: "Your server returned HTTP 502 before the SDK responded.",
    });
    expect(error.stack).toMatch(
      /^No step output was produced.*\n\nUpstream response \(text\/html\):\n<h1>Bad gateway<\/h1>$/,
    );
    expect(JSON.parse(error.raw ?? "")).toEqual({
      error: error.error,
      name: error.name,
      message: error.message,
      stack: error.stack,
    });
  });

  it("is quoted up to a limit, at a whole character", () => {
    const { error } = readError({ status: 500, headers: {}, body: `x${"é".repeat(8000)}` });
    expect(Buffer.byteLength(error.stack ?? "")).toBeLessThan(9000);
    expect(error.stack).not.toContain("\ufffd");
    expect(error.stack).toContain("(no content type)");
  });

  it("may still say when to come back", () => {
    expect(readError({ status: 503, headers: { "retry-after": "10" } }).retryAt).toBe(now + 10_000);
  });
});

describe("a function error", () => {
  it.each([
    [500, "false", false, "invalid status code: 500"],
    [400, "true", true, "NonRetriableError"],
    [500, "true", true, "NonRetriableError"],
    [400, undefined, null, "invalid status code: 400"],
    [404, "TRUE", true, "NonRetriableError"],
  ])("of status %d with no-retry %j", (status, header, noRetry, text) => {
    const headers = header === undefined ? sdk : { ...sdk, "x-inngest-no-retry": header };
    expect(readError({ status, headers, body: "{}" })).toMatchObject({ noRetry, error: { error: text } });
  });

  it.each([
    ["inngest-js:v1.9.0", true],
    ["inngest-js:v1.10.0", true],
    ["inngest-js:v1.10.1", null],
    ["inngest-js:v2.4.0", true],
    ["inngest-js:v2.4.1", null],
    ["inngest-js:v3.0.0", null],
    ["inngest-py:v0.1.0", null],
  ])("of %s with 400 and no header is final: %s", (name, noRetry) => {
    expect(readError({ status: 400, headers: { "x-inngest-sdk": name }, body: "{}" }).noRetry).toBe(noRetry);
    expect(readError({ status: 500, headers: { "x-inngest-sdk": name }, body: "{}" }).noRetry).toBeNull();
  });

  const plain = { name: "TypeError", message: "m", stack: "s", cause: { name: "Error" }, __serialized: true };

  it.each([
    ["plain", plain],
    ["under error", { error: plain }],
    ["under error as text", { error: JSON.stringify(plain) }],
    ["under body", { body: plain }],
    ["under body as text", { body: JSON.stringify(plain) }],
    ["as text", JSON.stringify(plain)],
  ])("may come %s", (_, body) => {
    expect(readError({ status: 500, body: JSON.stringify(body) }).error).toMatchObject({
      name: "TypeError",
      message: "m",
      stack: "s",
      cause: '{"name":"Error"}',
    });
  });

  it("is stored as it came", () => {
    expect(readError({ status: 500, body: JSON.stringify(plain) }).error.raw).toBe(
      '{"__serialized":true,"cause":{"name":"Error"},"message":"m","name":"TypeError","stack":"s"}',
    );
  });

  it.each([
    ["", "Function execution error", null],
    ["{}", "Function execution error", "{}"],
    ["null", "Function execution error", "null"],
    ["broken pipe", "broken pipe", '"broken pipe"'],
    ['"text"', "text", '"text"'],
    [
      '{"error":"Could not find step \\"x\\" to run"}',
      'Could not find step "x" to run',
      '{"error":"Could not find step \\"x\\" to run"}',
    ],
  ])("of %j says %j", (body, message, raw) => {
    expect(readError({ status: 500, body }).error).toMatchObject({
      name: "Error",
      message,
      stack: null,
      cause: null,
      raw,
    });
  });
});

describe("a streamed answer", () => {
  const stream = (envelope: unknown): Partial<AppHttpResponse> => ({
    status: 201,
    body: `   ${JSON.stringify(envelope)}`,
  });

  it("is what its envelope says, headers included", () => {
    const headers = { "X-Inngest-Req-Version": "2", "Retry-After": ["5"] };
    const answer = read(stream({ status: 206, headers, body: '[{"op":"Sleep","id":"h","name":"1s"}]' }));
    expect(answer).toMatchObject({ kind: "ops", requestVersion: 2, retryAt: now + 5000 });
  });

  it("may have its body as JSON instead of text", () => {
    expect(read(stream({ status: 206, headers: {}, body: [{ op: "Sleep", id: "h" }] }))).toMatchObject({ kind: "ops" });
    expect(read(stream({ status: 200, headers: {}, body: { a: 1 } }))).toEqual({
      kind: "completed",
      output: '{"a":1}',
    });
    expect(read(stream({ status: 201, headers: null }))).toEqual({ kind: "completed", output: "null" });
  });

  it("may say beside its body what headers say elsewhere, as Go's SDK does", () => {
    const at = new Date(now + 5000).toISOString();
    const failure = { status: 500, body: "no", headers: null, retryAt: null, noRetry: false };
    expect(read(stream({ ...failure, noRetry: true }))).toMatchObject({ kind: "failed", noRetry: true, retryAt: null });
    expect(read(stream({ ...failure, retryAt: at }))).toMatchObject({ noRetry: null, retryAt: now + 5000 });
  });

  it("may say that it is from an SDK inside only", () => {
    const response = { ...stream({ status: 200, headers: sdk, body: "1" }), headers: {} };
    expect(read(response)).toEqual({ kind: "completed", output: "1" });
  });

  it.each([
    ["ends early", { status: 201, body: "    " }, "ended before"],
    ["is cut", { status: 201, body: '   {"status":2' }, "ended before"],
    ["has no status", stream({ headers: {}, body: "" }), "no status"],
    ["has a broken status", stream({ status: "200" }), "no status"],
    ["failed", stream({ error: { name: "Error", message: "stream broke" } }), "stream broke"],
  ])("that %s is an error to retry", (_, response, message) => {
    const answer = readError(response);
    expect(answer).toMatchObject({ noRetry: null, error: { error: "invalid_response" } });
    expect(answer.error.message).toContain(message);
  });

  it("with an error of null has none", () => {
    expect(read(stream({ status: 200, headers: {}, body: "1", error: null }))).toEqual({
      kind: "completed",
      output: "1",
    });
  });
});

describe("an answer over the limit", () => {
  it("is an error to retry", () => {
    expect(readError({ body: "x".repeat(responseBodyBytesMax + 1) })).toMatchObject({
      noRetry: null,
      error: { error: "output_too_large" },
    });
  });
});
