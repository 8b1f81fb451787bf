// Requests to the wrong place: paths, methods, ids and filters that do not exist, and what is no HTTP at all.
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { useServer } from "../harness/scope.ts";

const server = useServer();

describe("a path that does not exist is answered with 404 and a sentence", () => {
  test.each([
    ["GET", "/v1/nothing"],
    ["POST", "/v1/nothing"],
    ["GET", "/api/nothing"],
    ["POST", "/api/nothing"],
    ["DELETE", "/api/nothing"],
    ["POST", "/v0/nothing"],
    ["POST", "/nothing"],
    ["PUT", "/e/test/more"],
    ["GET", "/assets/nothing.js"],
    ["POST", "/api/runs"],
    ["PATCH", "/v1/runs/01M85FEEE82SHJSV4H71C3KQ8B"],
  ])("%s %s", async (method, path) => {
    const answer = await server.request(method, path, method === "GET" ? {} : { body: "{}" });
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect([answer.status, answer.json]).toMatchObject([
      404,
      { status: 404, code: "PATH_NOT_FOUND", error: `${method} ${path} does not exist` },
    ]);
  });

  test.each(["/v2/nothing", "/api/v2/nothing"])("GET %s, in the shape of its API", async (path) => {
    const { status, json } = await server.request("GET", path);
    const message = `GET ${path} does not exist`;
    expect([status, json]).toEqual([404, { errors: [{ code: "api_error", message }] }]);
  });
});

test("any other path that is looked at is the dashboard's to answer", async () => {
  for (const path of ["/nothing", "/runs/nothing"]) {
    const answer = await server.request("GET", path);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  }
});

describe("a method that the path does not have is answered with 405 and the one that it has", () => {
  test.each([
    ["GET", "/e/test", "POST"],
    ["PUT", "/e/test", "POST"],
    ["GET", "/fn/register", "POST"],
  ])("%s %s", async (method, path, allowed) => {
    const answer = await server.request(method, path, method === "GET" ? {} : { body: "{}" });
    expect([answer.status, answer.headers.get("allow"), answer.json]).toMatchObject([
      405,
      allowed,
      { status: 405, code: "METHOD_NOT_ALLOWED", error: `${method} is not allowed on ${path}; use ${allowed}` },
    ]);
  });
});

describe("what is no id, cursor or filter is named in the answer", () => {
  test.each([
    ["/api/runs/not-a-run", 400, "not-a-run"],
    ["/api/runs/01M85FEEE82SHJSV4H71C3KQ8B", 404, "01M85FEEE82SHJSV4H71C3KQ8B"],
    ["/api/runs?status=done", 400, "done"],
    ["/api/runs?limit=1000000", 400, 'filter "limit" is invalid: it must be a number from 1 to 100'],
    ["/api/runs?cursor=x", 400, '"x"'],
    ["/api/runs?function=nobody", 400, "nobody"],
    ["/api/events/not-an-event", 400, "not-an-event"],
    ["/api/functions/nobody", 404, "nobody"],
    ["/api/runs/%zz", 400, "/api/runs/%zz"],
    ["/v1/runs/not-a-run", 400, "Invalid run ID: not-a-run"],
    ["/v1/runs/01M85FEEE82SHJSV4H71C3KQ8B", 404, "01M85FEEE82SHJSV4H71C3KQ8B"],
  ])("GET %s", async (path, status, named) => {
    const answer = await server.request("GET", path);
    expect([answer.status, answer.json]).toMatchObject([
      status,
      { status, code: expect.stringMatching(/^[A-Z_]+$/), error: expect.stringContaining(named) },
    ]);
  });
});

test("a connection that speaks no HTTP is closed", async () => {
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write("\x16\x03\x01\x00\xa5 this is no HTTP\r\n\r\n");
  expect(await text(socket)).toMatch(/^(HTTP\/1\.1 400 |$)/);
});

test("a sender that goes away in the middle of its body does no harm", async () => {
  const socket = connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write('POST /e/test HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n\r\n[{"name":"half/sent"');
  socket.destroy();
  await once(socket, "close");
  expect((await server.request("GET", "/health")).status).toBe(200);
  expect(await server.events({ name: "half/sent" })).toEqual([]);
});
