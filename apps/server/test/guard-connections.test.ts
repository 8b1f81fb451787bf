import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import { guardConnections, timeoutsOf } from "../src/guard-connections.ts";

it("a client that reads nothing of its answer is let go, and others are answered meanwhile", async () => {
  // Long enough for the other client on a busy machine: its time runs, too, while the event loop does something else.
  const limits = { connectionsMax: 10, requestTimeoutMs: 1_000 };
  const large = Buffer.alloc(50_000_000);
  const server = createServer(timeoutsOf(limits), (request, response) => {
    response.end(request.url === "/large" ? large : "small");
  });
  guardConnections(server, limits, pino({ level: "silent" }));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;

  const accepted = once(server, "connection") as Promise<[Socket]>;
  const stuck = connect(port, "127.0.0.1");
  const [socket] = await accepted;
  const closed = once(socket, "close");
  stuck.write("GET /large HTTP/1.1\r\nhost: x\r\n\r\n");

  const other = connect(port, "127.0.0.1");
  other.write("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  expect(await text(other)).toContain("small");
  await closed;
  stuck.destroy();
});
