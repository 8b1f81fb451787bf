// What is in hand at once has a limit, told before a body is read; whoever has work in hand goes before whoever brings new.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openServer, type OpenServer } from "./open-server.ts";
import { begin, openWire, post, type Wire } from "./wire.ts";

const runId = "01JAAAAAAAAAAAAAAAAAAAAAAA";
const checkpoint = `/v1/checkpoint/${runId}/async`;

let server: OpenServer;
let port = 0;
const wires: Wire[] = [];

beforeEach(async () => {
  server = await openServer({ intake: { bodiesBytesMax: 1_000, requestsMax: 2 } });
  port = Number(new URL(await server.app.listen({ port: 0, host: "127.0.0.1" })).port);
});

afterEach(async () => {
  destroyWires();
  await server.close();
});

function destroyWires(): void {
  for (const wire of wires.splice(0)) wire.socket.destroy();
}

async function open(): Promise<Wire> {
  const wire = await openWire(port);
  wires.push(wire);
  return wire;
}

/** An event of which the first bytes have arrived. */
async function half(bytes: number): Promise<{ readonly wire: Wire; readonly rest: string }> {
  const wire = await open();
  const body = `{"name":"x","data":{"t":"${"t".repeat(bytes)}"}}`;
  await begin(server.app.server, wire, post("/e/k", { "content-length": body.length }) + body.slice(0, bytes));
  return { wire, rest: body.slice(bytes) };
}

describe("bodies in hand", () => {
  it("have a limit: a request that would pass it is refused before its body is sent, and let in once there is room", async () => {
    const first = await half(600);
    const second = await open();
    second.write(post("/e/k", { "content-length": 500 }));
    const refusal = await second.reads("SERVER_BUSY");
    expect(refusal).toContain("429 Too Many Requests");
    expect(refusal.toLowerCase()).toContain("retry-after: 1");

    first.wire.write(first.rest);
    await first.wire.reads("200 OK");
    const body = `{"name":"y","data":{"t":"${"t".repeat(460)}"}}`;
    const third = await open();
    third.write(post("/e/k", { "content-length": body.length }) + body);
    expect(await third.reads('"ids"')).toContain("200 OK");
  });

  it("are counted as they arrive, so that announcing much takes no room", async () => {
    const silent = await open();
    await begin(server.app.server, silent, post("/e/k", { "content-length": 1_000 }));
    const other = await open();
    const body = `{"name":"y","data":{"t":"${"t".repeat(800)}"}}`;
    other.write(post("/e/k", { "content-length": body.length }) + body);
    expect(await other.reads('"ids"')).toContain("200 OK");
  });

  it("in chunks are refused where the room ends, and what came is forgotten", async () => {
    const wire = await open();
    wire.write(post("/e/k", { "transfer-encoding": "chunked" }));
    wire.write(`400\r\n${"x".repeat(0x400)}\r\n`);
    expect(await wire.reads("SERVER_BUSY")).toContain("429");
    const other = await open();
    const body = `{"name":"y"}`;
    other.write(post("/e/k", { "content-length": body.length }) + body);
    expect(await other.reads('"ids"')).toContain("200 OK");
  });

  it("leave room for what apps tell of their calls", async () => {
    await half(900);
    const wire = await open();
    const body = JSON.stringify({ run_id: runId, fn_id: "f", qi_id: "q", request_id: "r", steps: [], ts: 1 });
    wire.write(post(checkpoint, { "content-length": body.length }) + body);
    expect(await wire.reads("CHECKPOINT_OF_NO_RUN")).toContain("400");
  });
});

describe("requests in hand", () => {
  it("have a limit, which those of apps in mid-call may pass", async () => {
    const held = [await half(10), await half(10)];
    const wire = await open();
    wire.write(post("/e/k", { "content-length": 12 }));
    expect(await wire.reads("SERVER_BUSY")).toContain("429");
    const app = await open();
    const body = JSON.stringify({ run_id: runId, fn_id: "f", qi_id: "q", request_id: "r", steps: [], ts: 1 });
    app.write(post(checkpoint, { "content-length": body.length }) + body);
    await app.reads("CHECKPOINT_OF_NO_RUN");

    for (const one of held) {
      one.wire.write(one.rest);
      await one.wire.reads("200 OK");
    }
    const again = await open();
    again.write(`${post("/e/k", { "content-length": 12 })}{"name":"z"}`);
    await again.reads("200 OK");
  });

  it("are given back by senders that hang up", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { wire } = await half(10);
      wire.socket.destroy();
      const next = await open();
      next.write(`${post("/e/k", { "content-length": 12 })}{"name":"z"}`);
      await next.reads("HTTP/1.1 ");
    }
    const last = await open();
    last.write(`${post("/e/k", { "content-length": 12 })}{"name":"z"}`);
    expect(await last.reads('"status"')).toContain("200 OK");
  });

  it("of one connection have a limit: the rest of a pipeline is refused, and the connection goes on", async () => {
    const wire = await open();
    const health = "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n";
    wire.write(`${health.repeat(101)}GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    const all = await wire.ended();
    expect(all.match(/HTTP\/1\.1 (200|429)/g)).toHaveLength(102);
    expect(all.match(/SERVER_BUSY/g)?.length).toBeGreaterThan(0);
    const other = await open();
    other.write(health);
    await other.reads("200 OK");
  });
});

describe("a server with keys", () => {
  const slow = { "content-length": 10 };
  let keyed: OpenServer;
  let keyedPort = 0;
  beforeEach(async () => {
    keyed = await openServer({
      access: { kind: "keyed", eventKeys: ["k", "k2"], signingKey: "ab12", fallbackKey: null },
      intake: { bodiesBytesMax: 1_000, requestsMax: 4, eventsMax: 4 },
    });
    keyedPort = Number(new URL(await keyed.app.listen({ port: 0, host: "127.0.0.1" })).port);
  });
  afterEach(async () => {
    destroyWires();
    await keyed.close();
  });

  async function openKeyed(): Promise<Wire> {
    const wire = await openWire(keyedPort);
    wires.push(wire);
    return wire;
  }

  it.each([
    ["to a path that is not there", post("/nowhere", slow), "PATH_NOT_FOUND"],
    ["by another method", post("/e/k", slow).replace("POST", "PUT"), "METHOD_NOT_ALLOWED"],
    ["without a key", post("/e/other", slow), "EVENT_KEY_UNKNOWN"],
    ["without a login", post("/api/apps", slow), "LOGIN_REQUIRED"],
  ])("refuses before the body is there what comes %s", async (_how, head, code) => {
    const wire = await openKeyed();
    wire.write(head);
    await wire.reads(code);
  });

  it("lets nobody take the share of another key", async () => {
    for (let round = 0; round < 2; round += 1) await begin(keyed.app.server, await openKeyed(), post("/e/k", slow));
    const same = await openKeyed();
    same.write(post("/e/k", slow));
    expect(await same.reads("of one event key")).toContain("429 Too Many Requests");
    const other = await openKeyed();
    other.write(`${post("/e/k2", { "content-length": 12 })}{"name":"z"}`);
    expect(await other.reads('"status"')).toContain("200 OK");
  });

  it("counts the events of a list in the share of its key", async () => {
    const list = JSON.stringify(Array.from({ length: 3 }, () => ({ name: "z" })));
    const sendList = async (key: string): Promise<Wire> => {
      const wire = await openKeyed();
      wire.write(post(`/e/${key}`, { "content-length": list.length }) + list);
      return wire;
    };
    // Alone it may be of any length.
    await (await sendList("k")).reads("200 OK");
    await begin(keyed.app.server, await openKeyed(), post("/e/k", slow));
    expect(await (await sendList("k")).reads("of one event key")).toContain("all events of one event key");
    await (await sendList("k2")).reads("200 OK");
  });

  it("gives no room to logins", async () => {
    for (let round = 0; round < 4; round += 1) {
      const wire = await openKeyed();
      await begin(keyed.app.server, wire, post(round % 2 === 0 ? "/api/login" : "/api/logout", slow));
    }
    const sender = await openKeyed();
    sender.write(`${post("/e/k", { "content-length": 12 })}{"name":"z"}`);
    expect(await sender.reads('"status"')).toContain("200 OK");
  });
});
