import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openServer, type OpenServer } from "./open-server.ts";

let server: OpenServer;
let port = 0;

beforeAll(async () => {
  server = await openServer({ bodyBytesMax: 100_000 });
  port = Number(new URL(await server.app.listen({ port: 0, host: "127.0.0.1" })).port);
});

afterAll(() => server.close());

/** Sends raw bytes and reads the answer to its end. */
async function exchange(head: string, body: Buffer): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(`POST /e/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${head}\r\n\r\n`);
  socket.write(body);
  return text(socket);
}

describe("a request body over a connection", () => {
  it("is answered with 413 although the sender has not finished, and the server goes on", async () => {
    const body = Buffer.alloc(2_000_000, "x");
    expect(await exchange(`Content-Length: ${body.length}`, body)).toContain("413 Payload Too Large");
    const zipped = gzipSync(Buffer.alloc(50_000_000));
    expect(await exchange(`Content-Encoding: gzip\r\nContent-Length: ${zipped.length}`, zipped)).toContain(
      "413 Payload Too Large",
    );
    const small = Buffer.from(`{"name":"fine"}`);
    expect(await exchange(`Content-Length: ${small.length}`, small)).toContain("200 OK");
  });

  it("may come in chunks, and in the middle of a letter", async () => {
    const body = Buffer.from(`{"name":"größe"}`);
    const middle = body.indexOf(0xc3) + 1;
    const chunks = [body.subarray(0, middle), body.subarray(middle)].map((chunk) =>
      Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n")]),
    );
    expect(
      await exchange("Transfer-Encoding: chunked", Buffer.concat([...chunks, Buffer.from("0\r\n\r\n")])),
    ).toContain("200 OK");
    const { items } = await server.runtime.storage.events.list({ name: "größe" }, { cursor: null, limit: 1 });
    expect(items).toHaveLength(1);
  });

  it("that is cut off is not stored", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.write(`POST /e/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"name":"cut"`);
    socket.end();
    await text(socket);
    const { items } = await server.runtime.storage.events.list({ name: "cut" }, { cursor: null, limit: 1 });
    expect(items).toEqual([]);
  });
});
