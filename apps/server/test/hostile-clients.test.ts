// Clients that are slow, greedy or mean, over real connections: each gets a clear end, and everybody else goes on.
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig, startServer, type Config, type RunningServer } from "../src/index.ts";

let dataDir = "";
const closers: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "stepwright-hostile-"));
});

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(o: Partial<Config> = {}): Promise<RunningServer> {
  const flags = { port: 0, host: "127.0.0.1", noDiscovery: true, dataDir, shutdownGrace: 0, ...o };
  const config = readConfig({
    command: "dev",
    flags: new Map(Object.entries(flags) as never),
    env: {},
    configFile: null,
    cwd: dataDir,
  });
  const server = await startServer(config, { log: pino({ level: "silent" }), discoverPorts: [], cacheDir: null });
  closers.push(() => server.stop());
  return server;
}

async function open(server: RunningServer): Promise<Socket> {
  const socket = connect(server.port, "127.0.0.1");
  closers.push(async () => socket.destroy());
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

/** Sends this and nothing more, and reads until the server closes the connection. */
async function exchange(server: RunningServer, sent: string | Buffer): Promise<string> {
  const socket = await open(server);
  socket.write(sent);
  return text(socket);
}

const head = "POST /e/k HTTP/1.1\r\nhost: localhost\r\n";

async function isFine(server: RunningServer): Promise<boolean> {
  const answer = await fetch(`${server.urls[0]}/e/k`, { method: "POST", body: `{"name":"fine"}` });
  return answer.status === 200;
}

async function sendEvent(server: RunningServer, body: string | Buffer): Promise<{ status: number; body: string }> {
  const answer = await fetch(`${server.urls[0]}/e/k`, { method: "POST", body });
  return { status: answer.status, body: await answer.text() };
}

describe("a client that is slow", () => {
  it.each([
    ["in its headers", "POST /e/k HTTP/1.1\r\nhost: local"],
    ["in its body", `${head}content-length: 100\r\n\r\n{"name":`],
  ])("%s is told so and let go", async (_where, sent) => {
    const server = await start({ requestTimeout: 0.2 });
    const answer = await exchange(server, sent);
    expect(answer).toContain("408 Request Timeout");
    expect(answer).toContain('"code":"REQUEST_TOO_SLOW"');
    expect(await isFine(server)).toBe(true);
  });
});

describe("a client that sends what is no request", () => {
  it.each([
    ["headers without end", `${head}x: ${"x".repeat(100_000)}\r\n\r\n`, "431", "HEADERS_TOO_LARGE"],
    ["many headers", `${head}${"x: y\r\n".repeat(20_000)}\r\n`, "431", "HEADERS_TOO_LARGE"],
    ["noise", Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]), "400", "REQUEST_MALFORMED"],
    ["two lengths", `${head}content-length: 1\r\ncontent-length: 2\r\n\r\n{}`, "400", "REQUEST_MALFORMED"],
    ["a length below nothing", `${head}content-length: -1\r\n\r\n`, "400", "REQUEST_MALFORMED"],
    ["a length that is none", `${head}content-length: many\r\n\r\n`, "400", "REQUEST_MALFORMED"],
    [
      "a length and chunks",
      `${head}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      "400",
      "REQUEST_MALFORMED",
    ],
    ["a broken chunk", `${head}transfer-encoding: chunked\r\n\r\nxyz\r\n`, "400", "REQUEST_MALFORMED"],
  ])("is told so: %s", async (_what, sent, status, code) => {
    const server = await start();
    const answer = await exchange(server, sent);
    expect(answer).toContain(`HTTP/1.1 ${status}`);
    expect(answer).toContain(`"code":"${code}"`);
    expect(await isFine(server)).toBe(true);
  });
});

describe("connections", () => {
  it("that wait for their next request make room for new ones", async () => {
    const server = await start({ connections: 10 });
    for (let n = 0; n < 50; n += 1) {
      const socket = await open(server);
      const answered = new Promise((resolve) => socket.once("data", resolve));
      socket.write("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n");
      expect(String(await answered)).toContain("200 OK");
    }
  });

  it("beyond the limit are closed, and those that are open go on", async () => {
    const server = await start({ connections: 3 });
    const busy = [];
    for (let n = 0; n < 3; n += 1) {
      const socket = await open(server);
      socket.write(`${head}content-length: 15\r\nconnection: close\r\n\r\n{"name"`);
      busy.push(socket);
    }
    const extra = await open(server);
    expect(await text(extra)).toBe("");
    for (const socket of busy) {
      socket.write(`:"fine"`);
      socket.write("}");
    }
    for (const answer of await Promise.all(busy.map((socket) => text(socket)))) expect(answer).toContain("200 OK");
    expect(await isFine(server)).toBe(true);
  });
});

describe("an event", () => {
  it("of 100,000 levels is refused with the limit; one of 9,000 is stored and shown like any other", async () => {
    const server = await start();
    const deep = (levels: number) => `{"name":"deep","data":${'{"a":'.repeat(levels)}1${"}".repeat(levels)}}`;
    const refused = await sendEvent(server, deep(100_000));
    expect(refused).toMatchObject({ status: 400, body: expect.stringContaining("nested deeper than 10000 levels") });
    const answer = await sendEvent(server, deep(9_000));
    expect(answer).toMatchObject({ status: 200 });
    const { ids } = JSON.parse(answer.body) as { ids: readonly string[] };
    const shown = await fetch(`${server.urls[0]}/api/events/${ids[0]}`);
    expect(shown.status).toBe(200);
    expect((await fetch(`${server.urls[0]}/v1/events/${ids[0]}`)).status).toBe(200);
  });

  it("with keys that mean something to JavaScript is stored as it is, and changes nothing", async () => {
    const server = await start();
    const data = `{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"toString":1}`;
    const { body } = await sendEvent(server, `{"name":"proto","__proto__":{"id":"x"},"data":${data}}`);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    const [id = ""] = (JSON.parse(body) as { ids: readonly string[] }).ids;
    const [row] = (await server.runtime.storage.events.list({ name: "proto" }, { cursor: null, limit: 1 })).items;
    expect(row?.event.internalId).toBe(id);
    expect(row?.event.data).toBe(
      `{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"toString":1}`,
    );
    expect((await fetch(`${server.urls[0]}/api/events/${id}`)).status).toBe(200);
  });

  it("that is no UTF-8 is stored with marks in the places nobody can read", async () => {
    const server = await start();
    const body = Buffer.concat([
      Buffer.from('{"name":"raw","data":{"t":"'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('"}}'),
    ]);
    expect(await sendEvent(server, body)).toMatchObject({ status: 200 });
    const [row] = (await server.runtime.storage.events.list({ name: "raw" }, { cursor: null, limit: 1 })).items;
    expect(row?.event.data).toBe('{"t":"\ufffd\ufffd"}');
  });

  it("that is one of too many is refused with the limit, however long the list", async () => {
    const server = await start();
    const answer = await sendEvent(server, `[${"0,".repeat(10_000_000)}0]`);
    expect(answer.status).toBe(400);
    expect(answer.body.length).toBeLessThan(1_000);
    expect(answer.body).toContain("5000");
    expect(await isFine(server)).toBe(true);
  });
});

describe("a request that wants more than HTTP", () => {
  it("is answered as any other, whatever it expects", async () => {
    const server = await start();
    const answer = await exchange(
      server,
      "GET /v2/account HTTP/1.1\r\nhost: localhost\r\nexpect: wonders\r\nconnection: close\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('"name":"Dev Server"');
  });

  it("has its connection closed when it asks for another protocol, as the next request on it could hang", async () => {
    const server = await start();
    const answer = await exchange(
      server,
      "GET /v2/account HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
  });
});
