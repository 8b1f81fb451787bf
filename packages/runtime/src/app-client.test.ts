// The client against real servers that behave, and that do not.
import { getEventListeners } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { createAppClient } from "./app-client.ts";
import type { OutgoingRequest } from "./ports.ts";

const open: (Server | TcpServer)[] = [];
const sockets = new Set<Socket>();
const client = createAppClient();
const never = new AbortController().signal;

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen<T extends Server | TcpServer>(server: T): Promise<string> {
  open.push(server);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function serve(handle: (request: IncomingMessage, response: ServerResponse, body: string) => void): Promise<string> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    handle(request, response, Buffer.concat(chunks).toString());
  };
  return listen(createServer((request, response) => void answer(request, response)));
}

/** A server that writes these bytes as soon as it is asked, and hangs up if `end`. */
function serveBytes(bytes: string, end = true): Promise<string> {
  return listen(
    createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => (end ? socket.end(bytes) : socket.write(bytes)));
    }),
  );
}

function post(url: string, over: Partial<OutgoingRequest> = {}, signal = never) {
  const request = {
    method: "POST",
    url,
    headers: { "content-type": "application/json" },
    body: '{"a":1}',
    timeoutMs: 5_000,
    responseBytesMax: 1_000,
  };
  return client.request({ ...request, ...over }, signal);
}

describe("an answer", () => {
  it("comes with its status, its headers in lower case, and its text", async () => {
    const url = await serve((_, response, body) =>
      response.writeHead(206, { "X-Inngest-Sdk": "js:v4" }).end(`got ${body}`),
    );
    expect(await post(url)).toMatchObject({
      kind: "response",
      status: 206,
      headers: { "x-inngest-sdk": "js:v4" },
      body: 'got {"a":1}',
    });
  });

  it.each([
    ["gzip", gzipSync("äöü")],
    ["GZIP", gzipSync("äöü")],
    ["br", brotliCompressSync("äöü")],
    ["identity", Buffer.from("äöü")],
  ])("is unpacked from %s", async (encoding, bytes) => {
    const url = await serve((_, response) => response.writeHead(200, { "content-encoding": encoding }).end(bytes));
    expect(await post(url)).toMatchObject({ kind: "response", body: "äöü" });
  });

  it("without a body may name an encoding", async () => {
    const url = await serve((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end());
    expect(await post(url)).toMatchObject({ kind: "response", body: "" });
  });

  it("is asked for in encodings that can be read, whatever a step's own request wants", async () => {
    const url = await serve((request, response) => response.end(request.headers["accept-encoding"]));
    expect(await post(url, { headers: { "accept-encoding": "zstd" } })).toMatchObject({ body: "gzip, br" });
  });

  it.each([
    ["in an unknown encoding", "zstd", Buffer.from("?"), /Content-Encoding "zstd"/],
    ["that is not what it says", "gzip", Buffer.from("plain"), /gzip body cannot be decoded/],
  ])("%s is a bad response", async (_, encoding, bytes, message) => {
    const url = await serve((_request, response) =>
      response.writeHead(200, { "content-encoding": encoding }).end(bytes),
    );
    expect(await post(url)).toMatchObject({
      kind: "failed",
      code: "APP_BAD_RESPONSE",
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ["on the wire", {}, Buffer.alloc(1_001, "x")],
    ["once unpacked", { "content-encoding": "gzip" }, gzipSync(Buffer.alloc(1_000_000, "x"))],
  ])("over the limit %s is too large", async (_, headers, bytes) => {
    const url = await serve((_request, response) => response.writeHead(200, headers).end(bytes));
    expect(await post(url)).toMatchObject({ kind: "failed", code: "APP_RESPONSE_TOO_LARGE" });
  });
});

describe("a redirect", () => {
  it.each([301, 302, 303, 307, 308])("%i is followed with method, headers, body and query", async (status) => {
    const url = await serve((request, response, body) => {
      const { pathname, search } = new URL(request.url ?? "", "http://localhost");
      if (pathname !== "/to/") response.writeHead(status, { location: "/to/" }).end();
      else response.end(`${request.method} ${search} ${String(request.headers["x-mine"])} ${body}`);
    });
    expect(await post(`${url}/from?fnId=a&stepId=step`, { headers: { "x-mine": "1" } })).toMatchObject({
      body: 'POST ?fnId=a&stepId=step 1 {"a":1}',
    });
  });

  it("may bring a query of its own, and is told the function and the step all the same", async () => {
    const url = await serve((request, response) =>
      request.url?.startsWith("/to?") === true
        ? response.end(request.url)
        : response.writeHead(302, { location: "/to?x=1&stepId=own" }).end(),
    );
    expect(await post(`${url}/from?fnId=a&stepId=step&y=2`)).toMatchObject({ body: "/to?x=1&stepId=own&fnId=a" });
    expect(await post(`${url}/from?y=2`)).toMatchObject({ body: "/to?x=1&stepId=own" });
  });

  it("that never ends is a bad response", async () => {
    const url = await serve((_, response) => response.writeHead(302, { location: "/round" }).end());
    expect(await post(url)).toMatchObject({ code: "APP_REDIRECT", message: "it redirects more than 60 times" });
  });

  it.each(["http://[", "file:///etc/passwd", "javascript:alert(1)"])("to %s is a bad response", async (location) => {
    const url = await serve((_, response) => response.writeHead(302, { location }).end());
    expect(await post(url)).toMatchObject({ kind: "failed", code: "APP_REDIRECT" });
  });
});

describe("no answer", () => {
  it("where nobody listens is unreachable", async () => {
    const url = await serve((_, response) => response.end());
    await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
    expect(await post(url)).toMatchObject({
      kind: "failed",
      code: "APP_UNREACHABLE",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("within the time is a timeout, before the headers and in the middle of the body", async () => {
    const silent = await listen(createTcpServer(() => undefined));
    expect(await post(silent, { timeoutMs: 20 })).toEqual({
      kind: "failed",
      code: "APP_TIMEOUT",
      message: "no answer within 0.02 s",
    });
    const half = await serveBytes("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", false);
    expect(await post(half, { timeoutMs: 50 })).toMatchObject({ code: "APP_TIMEOUT" });
  });

  it("because the connection was cut is a lost connection, before the headers and in the middle of the body", async () => {
    const mute = await serveBytes("");
    expect(await post(mute)).toMatchObject({ kind: "failed", code: "APP_CONNECTION_LOST" });
    const half = await serveBytes("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
    expect(await post(half)).toMatchObject({ kind: "failed", code: "APP_CONNECTION_LOST" });
  });

  it("but garbage is a bad response", async () => {
    const url = await serveBytes("SSH-2.0-OpenSSH_9.6\r\n");
    expect(await post(url)).toMatchObject({ code: "APP_BAD_RESPONSE", message: expect.stringContaining("not HTTP") });
  });

  it("over a connection that cannot be made secure says whether https is spoken there at all", async () => {
    const plain = await serve((_, response) => response.end());
    expect(await post(plain.replace("http:", "https:"))).toMatchObject({
      kind: "failed",
      code: "APP_TLS",
      message: expect.stringContaining("does not speak https, try http://"),
    });
    const withoutCertificate = await listen(createTlsServer());
    expect(await post(withoutCertificate.replace("http:", "https:"))).toMatchObject({
      kind: "failed",
      code: "APP_TLS",
      message: expect.stringMatching(/^ERR_SSL_/),
    });
  });

  it.each([
    ["a scheme that is not ours", { url: "ftp://localhost/" }],
    ["no address at all", { url: "nowhere" }],
    ["a header that cannot be sent", { url: "http://localhost:1", headers: { "x-a": "line\nbreak" } }],
  ])("to %s, for the request cannot be sent", async (_, over) => {
    expect(await post("", over)).toMatchObject({
      kind: "failed",
      code: "APP_UNREACHABLE",
      message: expect.stringContaining("cannot be sent"),
    });
  });

  it("to a body of another length than its header says, for the request cannot be sent", async () => {
    const url = await serve((_, response) => response.end());
    expect(await post(url, { headers: { "content-length": "1" } })).toMatchObject({
      message: expect.stringContaining("cannot be sent"),
    });
  });
});

describe("giving up", () => {
  it("ends requests in flight, and those that come after it", async () => {
    const url = await listen(createTcpServer(() => undefined));
    const abort = new AbortController();
    const waiting = post(url, {}, abort.signal);
    abort.abort();
    expect(await waiting).toMatchObject({ kind: "failed", code: "APP_CONNECTION_LOST" });
    expect(await post(url, {}, abort.signal)).toMatchObject({ kind: "failed" });
  });

  it("leaves nothing behind on the signal, however many requests there were", async () => {
    const url = await serve((_, response) => response.end());
    const abort = new AbortController();
    await Promise.all(Array.from({ length: 200 }, () => post(url, {}, abort.signal)));
    expect(getEventListeners(abort.signal, "abort")).toHaveLength(0);
  });
});

describe("a port", () => {
  it("is open while somebody listens on it", async () => {
    const port = Number(new URL(await serve((_, response) => response.end())).port);
    expect(await client.isPortOpen(port)).toBe(true);
    await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
    expect(await client.isPortOpen(port)).toBe(false);
  });
});
