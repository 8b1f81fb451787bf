// What the event API refuses: always as a whole, always with a reason, and never so that it disturbs what comes after.
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { useServer } from "../harness/scope.ts";

const server = useServer();

afterEach(async () => {
  expect((await server.request("GET", "/health")).status).toBe(200);
  expect(server.child.hasEnded).toBe(false);
});

const refused: readonly [name: string, body: string, status: number, reason: string][] = [
  ["malformed JSON", "{name: 'x'}", 400, "the request body must be a JSON event object or a list of event objects"],
  ["half a body", '[{"name":"a/b","data":', 400, "the request body must be a JSON event object"],
  ["a text", '"a/b"', 400, 'it is the text "a/b"'],
  ["a number", "42", 400, "it is the number 42"],
  ["null", "null", 400, "it is null"],
  ["a list of texts", '["a/b"]', 400, 'event 0 is the text "a/b"; an event must be a JSON object'],
  ["no name", '{"data":{}}', 400, "event 0 has no name"],
  ["an empty name", '{"name":""}', 400, "event 0 has no name"],
  ["a name that is no text", '{"name":7}', 400, 'event 0 has an invalid "name": it is the number 7'],
  [
    "a name of the engine's own",
    '{"name":"inngest/function.finished"}',
    400,
    'names starting with "inngest/" are reserved',
  ],
  ["a name of the engine's own in capitals", '{"name":"INNGEST/x"}', 400, "are reserved"],
  [
    "a name of 600 bytes",
    JSON.stringify({ name: "n".repeat(600) }),
    400,
    "event 0 has a name of 600 bytes, more than the limit of 512",
  ],
  [
    "data that is a list",
    '{"name":"a/b","data":[1]}',
    400,
    'event 0 has an invalid "data": it is a list, but must be an object',
  ],
  ["data that is a text", '{"name":"a/b","data":"x"}', 400, 'event 0 has an invalid "data"'],
  ["a user that is no object", '{"name":"a/b","user":1}', 400, 'event 0 has an invalid "user"'],
  ["an id that is no text", '{"name":"a/b","id":1}', 400, 'event 0 has an invalid "id"'],
  ["a time that is a text", '{"name":"a/b","ts":"now"}', 400, 'event 0 has an invalid "ts"'],
  ["a time with a fraction", '{"name":"a/b","ts":1.5}', 400, "whole milliseconds since 1970"],
  [
    "a time in seconds",
    '{"name":"a/b","ts":1795480000}',
    400,
    "event 0 has ts 1795480000, which is not between 1980 and 2100",
  ],
  [
    "an event of more than 3 MiB",
    JSON.stringify({ name: "a/b", data: { x: "x".repeat(3 * 1024 * 1024) } }),
    400,
    "event 0 has 3145741 bytes, more than the limit of 3145728",
  ],
  [
    "5,001 events",
    JSON.stringify(Array.from({ length: 5_001 }, () => ({ name: "a/b" }))),
    400,
    "5001 events in one request are more than the limit of 5000; nothing was stored",
  ],
];

describe("POST /e/KEY refuses", () => {
  test.each(refused)("%s", async (_name, body, status, reason) => {
    const answer = await server.request("POST", "/e/test", { body, headers: { "content-type": "application/json" } });
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ status, error: expect.stringContaining(reason), code: expect.any(String) });
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
    expect(answer.status).toBe(413);
    expect(answer.json).toMatchObject({ error: expect.stringContaining("33554432") });
  });

  test("a small body that unpacks to a large one", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, " "));
    const response = await fetch(`${server.url}/e/test`, {
      method: "POST",
      body: bomb,
      headers: { "content-encoding": "gzip" },
    });
    expect(response.status).toBe(413);
  });

  test("a body that says gzip and is none, and an encoding nobody reads", async () => {
    const gzip = await server.request("POST", "/e/test", {
      body: '{"name":"a/b"}',
      headers: { "content-encoding": "gzip" },
    });
    expect([gzip.status, (gzip.json as { readonly error: string }).error]).toEqual([
      400,
      expect.stringContaining("does not decompress"),
    ]);
    const zip = await server.request("POST", "/e/test", {
      body: '{"name":"a/b"}',
      headers: { "content-encoding": "zip" },
    });
    expect(zip.status).toBeGreaterThanOrEqual(400);
    expect((zip.json as { readonly error: string }).error).toContain("zip");
  });

  test("another method", async () => {
    const answer = await server.request("GET", "/e/test");
    expect(answer.status).toBe(405);
  });
});

test("what is unusual but fine is taken", async () => {
  const ids = await server.send([
    { name: "a", data: {} },
    { name: "with spaces and ümläuts 😀" },
    {
      name: "deep",
      data:
        JSON.parse("[".repeat(200) + "]".repeat(200)) === null
          ? {}
          : { a: JSON.parse("[".repeat(200) + "]".repeat(200)) },
    },
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

test("paths that do not exist are answered with 404 and a sentence", async () => {
  for (const [method, path] of [
    ["GET", "/v1/nothing"],
    ["GET", "/api/nothing"],
    ["POST", "/nothing"],
    ["PUT", "/e/test/more"],
  ] as const) {
    const answer = await server.request(method, path, method === "GET" ? {} : { body: "{}" });
    expect([method, path, answer.status]).toEqual([method, path, 404]);
    expect(answer.json).toMatchObject({ error: expect.stringContaining(path) });
  }
});

test("ids, cursors and filters that are none are named in the answer", async () => {
  for (const [path, status] of [
    ["/api/runs/not-a-run", 400],
    ["/api/runs/01M85FEEE82SHJSV4H71C3KQ8B", 404],
    ["/api/runs?status=done", 400],
    ["/api/runs?limit=1000000", 400],
    ["/api/runs?cursor=x", 400],
    ["/api/runs?function=nobody", 400],
    ["/api/events/not-an-event", 400],
    ["/v1/runs/not-a-run", 400],
    ["/v1/runs/01M85FEEE82SHJSV4H71C3KQ8B", 404],
  ] as const) {
    const answer = await server.request("GET", path);
    expect([path, answer.status]).toEqual([path, status]);
    expect(answer.json).toMatchObject({ error: expect.stringMatching(/\w+ \w+/) });
  }
});

test("a connection that speaks no HTTP is closed", async () => {
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write("\x16\x03\x01\x00\xa5 this is no HTTP\r\n\r\n");
  const answer = await text(socket);
  expect(answer === "" || answer.startsWith("HTTP/1.1 400")).toBe(true);
});

test("a sender that goes away in the middle of its body does no harm", async () => {
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write('POST /e/test HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n[{"name":"half/sent"');
  socket.destroy();
  await once(socket, "close");
  expect((await server.request("GET", "/api/events?name=half%2Fsent")).json).toMatchObject({ items: [] });
});
