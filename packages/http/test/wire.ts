// Speaks HTTP by hand: what no well-behaved client sends.
import { once } from "node:events";
import type { Server } from "node:http";
import { connect, type Socket } from "node:net";

/** A connection in the hands of the test. */
export interface Wire {
  readonly socket: Socket;
  /** Writes text as it is. */
  write(text: string | Buffer): void;
  /** Resolves with all that was read so far, once it contains the text. Rejects when the connection ends without. */
  reads(text: string): Promise<string>;
  /** Resolves with all that was read, once the server has closed the connection. */
  ended(): Promise<string>;
}

/** Opens a connection. */
export async function openWire(port: number): Promise<Wire> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  let all = "";
  let listeners: (() => void)[] = [];
  const tell = () => {
    const told = listeners;
    listeners = [];
    for (const listener of told) listener();
  };
  socket.on("data", (chunk: Buffer) => {
    all += chunk.toString("latin1");
    tell();
  });
  // A reset is an end as well.
  socket.on("error", () => undefined);
  socket.on("close", () => {
    tell();
  });
  const changed = () => new Promise<void>((resolve) => listeners.push(resolve));
  return {
    socket,
    write: (text) => void socket.write(text),
    async reads(text) {
      while (!all.includes(text)) {
        if (socket.closed) throw new Error(`the connection ended without "${text}": ${all}`);
        await changed();
      }
      return all;
    },
    async ended() {
      while (!socket.closed) await changed();
      return all;
    },
  };
}

/** Writes on the connection, and resolves when the server has begun with the request. */
export async function begin(server: Server, wire: Wire, text: string): Promise<void> {
  const begun = once(server, "request");
  wire.write(text);
  await begun;
  // The hooks before the body run in the same turn.
  await new Promise(setImmediate);
}

/** The head of a `POST`. */
export function post(path: string, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries({ host: "localhost", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}
