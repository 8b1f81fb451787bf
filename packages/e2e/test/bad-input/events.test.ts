// What the event API refuses: always as a whole, always with a reason, and never so that it disturbs what comes after.
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { useServer } from "../harness/scope.ts";

const server = useServer();

afterEach(async () => {
  expect((await server.request("GET", "/health")).status).toBe(200);
  expect(server.child.hasEnded).toBe(false);
});

const refused: readonly [name: string, body: string, code: string, reason: string][] = [
  [
    "malformed JSON",
    "{name: 'x'}",
    "EVENT_BODY_INVALID",
    "the request body must be a JSON event object or a list of event objects",
  ],
  ["half a body", '[{"name":"a/b","data":', "EVENT_BODY_INVALID", "the request body must be a JSON event object"],
  ["a text", '"a/b"', "EVENT_BODY_INVALID", 'it is the text "a/b"'],
  ["a number", "42", "EVENT_BODY_INVALID", "it is the number 42"],
  ["null", "null", "EVENT_BODY_INVALID", "it is null"],
  ["a list of texts", '["a/b"]', "EVENT_NOT_OBJECT", 'event 0 is the text "a/b"; an event must be a JSON object'],
  ["no name", '{"data":{}}', "EVENT_NAME_MISSING", "the event has no name"],
  ["an empty name", '{"name":""}', "EVENT_NAME_MISSING", "the event has no name"],
  [
    "a name that is no text",
    '{"name":7}',
    "EVENT_FIELD_INVALID",
    'the event has an invalid "name": it is the number 7',
  ],
  [
    "a name of the engine's own",
    '{"name":"inngest/function.finished"}',
    "EVENT_NAME_RESERVED",
    'names starting with "inngest/" are reserved',
  ],
  ["a name of the engine's own in capitals", '{"name":"INNGEST/x"}', "EVENT_NAME_RESERVED", "are reserved"],
  [
    "a name of 600 bytes",
    JSON.stringify({ name: "n".repeat(600) }),
    "EVENT_NAME_TOO_LONG",
    "the event has a name of 600 bytes, more than the limit of 512",
  ],
  [
    "data that is a list",
    '{"name":"a/b","data":[1]}',
    "EVENT_FIELD_INVALID",
    'the event has an invalid "data": it is a list, but must be an object',
  ],
  ["data that is a text", '{"name":"a/b","data":"x"}', "EVENT_FIELD_INVALID", 'the event has an invalid "data"'],
  ["a user that is no object", '{"name":"a/b","user":1}', "EVENT_FIELD_INVALID", 'the event has an invalid "user"'],
  ["an id that is no text", '{"name":"a/b","id":1}', "EVENT_FIELD_INVALID", 'the event has an invalid "id"'],
  ["a time that is a text", '{"name":"a/b","ts":"now"}', "EVENT_FIELD_INVALID", 'the event has an invalid "ts"'],
  ["a time with a fraction", '{"name":"a/b","ts":1.5}', "EVENT_FIELD_INVALID", "whole milliseconds since 1970"],
  [
    "a time in seconds",
    '{"name":"a/b","ts":1795480000}',
    "EVENT_TIME_OUT_OF_RANGE",
    "the event has ts 1795480000, which is not between 1980 and 2100",
  ],
  [
    "an event of more than 3 MiB",
    JSON.stringify({ name: "a/b", data: { x: "x".repeat(3 * 1024 * 1024) } }),
    "EVENT_TOO_LARGE",
    "the event has 3145741 bytes, more than the limit of 3145728",
  ],
  [
    "5,001 events",
    JSON.stringify(Array.from({ length: 5_001 }, () => ({ name: "a/b" }))),
    "EVENTS_TOO_MANY",
    "5001 events in one request are more than the limit of 5000; nothing was stored",
  ],
];

describe("POST /e/KEY refuses", () => {
  test.each(refused)("%s", async (_name, body, code, reason) => {
    const answer = await server.request("POST", "/e/test", { body, headers: { "content-type": "application/json" } });
    expect([answer.status, answer.json]).toMatchObject([
      400,
      { ids: [], status: 400, code, error: expect.stringContaining(reason) },
    ]);
  });

  test("a list with some bad events, naming each, and stores none of it", async () => {
    const name = "partly/bad";
    const answer = await server.request("POST", "/e/test", {
      body: [{ name }, { data: {} }, { name }, { name, ts: "x" }],
    });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({
      error: expect.stringMatching(/2 of 4 events are invalid.*event 1 has no name.*event 3 has an invalid "ts"/),
    });
    const listed = await server.request("GET", `/api/events?name=${encodeURIComponent(name)}`);
    expect(listed.json).toMatchObject({ items: [] });
  });

  test("a body over the limit, while it is still being sent", async () => {
    const answer = await server.request("POST", "/e/test", { body: `[${" ".repeat(33 * 1024 * 1024)}]` });
    expect([answer.status, answer.json]).toMatchObject([
      413,
      { code: "BODY_TOO_LARGE", error: expect.stringContaining("33554432") },
    ]);
  });

  test("a small body that unpacks to a large one", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, " "));
    const response = await fetch(`${server.url}/e/test`, {
      method: "POST",
      body: bomb,
      headers: { "content-encoding": "gzip" },
    });
    expect([response.status, await response.json()]).toMatchObject([413, { code: "BODY_TOO_LARGE" }]);
  });

  test.each([
    ["gzip", 400, "BODY_INVALID", "it says gzip, but does not decompress"],
    ["zip", 415, "ENCODING_UNSUPPORTED", 'Content-Encoding "zip" is not supported; send the body plain or with gzip'],
  ])("a body that says it is %s and is not", async (encoding, status, code, reason) => {
    const answer = await server.request("POST", "/e/test", {
      body: '{"name":"a/b"}',
      headers: { "content-encoding": encoding },
    });
    expect([answer.status, answer.json]).toMatchObject([status, { code, error: expect.stringContaining(reason) }]);
  });
});

test("what is unusual but fine is taken", async () => {
  const ids = await server.send([
    { name: "a", data: {} },
    { name: "with spaces and ümläuts 😀" },
    { name: "deep", data: { lists: JSON.parse("[".repeat(200) + "]".repeat(200)) as unknown } },
  ]);
  expect(ids).toHaveLength(3);
  const all = await server.send(Array.from({ length: 5_000 }, (_, n) => ({ name: "many/events", data: { n } })));
  expect(new Set(all).size).toBe(5_000);
  expect((await server.request("POST", "/e/test", { body: "[]" })).json).toEqual({ ids: [], status: 200 });
  const form = await server.request("POST", "/e/test", {
    body: '{"name":"a/b"}',
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  expect(form.status).toBe(200);
});
