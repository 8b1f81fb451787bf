// Bodies that are nested as deep as a value may be, and deeper, at every route that takes a value.
import { nestingMax } from "@stepwright/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openServer, type OpenServer } from "./open-server.ts";

let server: OpenServer;
beforeAll(async () => {
  server = await openServer();
});
afterAll(() => server.close());

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
const run = "01M8550BXAJQ0DEJEM9P9901C5";

const requests: readonly (readonly [url: string, body: (value: string) => string, status: number])[] = [
  ["/e/key", (value) => `{"name":"deep","data":${value},"user":${value}}`, 200],
  ["/v2/events", (value) => `{"name":"deep","data":${value},"user":${value}}`, 200],
  ["/invoke/no-function", (value) => `{"data":${value}}`, 404],
  ["/api/functions/no-function/invoke", (value) => `{"data":${value}}`, 404],
  ["/v1/signals", (value) => `{"signal":"s","data":${value}}`, 404],
  [`/api/runs/${run}/rerun`, (value) => `{"data":${value}}`, 404],
  [`/api/runs/${run}/rerun`, (value) => `{"fromStep":{"stepId":"s","input":[${value}]}}`, 404],
  [`/v2/runs/${run}/rerun`, (value) => `{"fromStep":{"stepId":"s","input":[${value}]}}`, 404],
  [
    `/v1/runs/${run}/metadata`,
    (value) => `{"target":{},"metadata":[{"kind":"userland.x","op":"set","values":${value}}]}`,
    404,
  ],
];

describe("a value in a body", () => {
  it.each(requests)("of %s may be as deep as the limit says", async (url, body, status) => {
    // What is around the value takes some levels as well.
    const payload = body(deep(nestingMax - 10));
    const answer = await server.app.inject({ method: "POST", url, headers: { host: "localhost" }, payload });
    expect([answer.statusCode, answer.body]).toEqual([status, expect.any(String)]);
  });

  it.each(requests)("of %s that is deeper is refused", async (url, body) => {
    const payload = body(deep(1_000_000));
    const answer = await server.app.inject({ method: "POST", url, headers: { host: "localhost" }, payload });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
  });
});
