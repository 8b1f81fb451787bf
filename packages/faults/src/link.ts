// A TCP proxy that breaks what goes through it. Whoever is behind it may change its port, or be gone for a while.
import { createServer, type AddressInfo, connect, type Socket } from "node:net";

/** What to do to the connections that are open. */
export type LinkFault =
  /** Both ends get a reset at once. */
  | { readonly kind: "reset" }
  /** The end of the stream is sent to one side; the other side hears nothing of it until it is closed in turn. */
  | { readonly kind: "halfClose"; readonly towards: Side }
  /** Nothing is passed on for a while. */
  | { readonly kind: "stall"; readonly ms: number }
  /** So many bytes of what comes next are passed on, then the connection ends. */
  | { readonly kind: "truncate"; readonly towards: Side; readonly bytes: number };

/** `client` opened the connection, `target` was reached through it. */
export type Side = "client" | "target";

/** A running proxy. */
export interface Link {
  readonly port: number;
  /** Whoever connects from now on reaches this port; null: nobody. */
  aim(port: number | null): void;
  /** Applies the fault to the open connections; returns how many there were. */
  strike(fault: LinkFault): number;
  close(): Promise<void>;
}

/** Called for every piece of data that goes through, in either direction: what faults take their moment from. */
export type OnTraffic = () => void;

interface Pair {
  strike(fault: LinkFault): void;
  destroy(): void;
}

/** Opens a proxy on a free port of the loopback. */
export async function openLink(onTraffic: OnTraffic): Promise<Link> {
  let target: number | null = null;
  const pairs = new Set<Pair>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    // Nobody there: the kernel would refuse, a proxy can only reset.
    if (target === null) {
      client.on("error", ignore).resetAndDestroy();
      return;
    }
    const pair = join(client, target, { onTraffic, onGone: () => pairs.delete(pair) });
    pairs.add(pair);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    aim(port) {
      target = port;
    },
    strike(fault) {
      const struck = [...pairs];
      for (const pair of struck) pair.strike(fault);
      return struck.length;
    },
    close: () =>
      new Promise((resolve) => {
        for (const pair of pairs) pair.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Joins two sockets. What one end does is done to the other, so that neither counts on a connection the other has lost. */
function join(client: Socket, port: number, on: { readonly onTraffic: OnTraffic; readonly onGone: () => void }): Pair {
  const upstream = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
  const left: Record<Side, number> = { client: Infinity, target: Infinity };
  let held: (() => void)[] | null = null;
  const inOrder = (act: () => void): void => void (held === null ? act() : held.push(act));

  const reset = (): void => {
    for (const socket of [client, upstream]) if (!socket.destroyed) socket.resetAndDestroy();
  };
  const destroy = (): void => {
    client.destroy();
    upstream.destroy();
  };
  const pass = (side: Side, to: Socket, chunk: Buffer): void => {
    const room = left[side];
    left[side] = room - chunk.length;
    to.write(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (chunk.length >= room) {
      client.end();
      upstream.end();
    }
  };
  const wire = (from: Socket, to: Socket, side: Side): void => {
    from.on("data", (chunk: Buffer) => {
      on.onTraffic();
      inOrder(() => pass(side, to, chunk));
    });
    from.once("end", () => {
      // During a stall the end is not held back: what was held is lost with the connection.
      if (held !== null) reset();
      else to.end();
    });
    from.once("error", reset);
    from.once("close", () => {
      to.destroy();
      on.onGone();
    });
  };
  wire(client, upstream, "target");
  wire(upstream, client, "client");

  return {
    destroy,
    strike(fault) {
      switch (fault.kind) {
        case "reset":
          reset();
          return;
        case "halfClose":
          (fault.towards === "client" ? client : upstream).end();
          return;
        case "truncate":
          left[fault.towards] = fault.bytes;
          return;
        case "stall": {
          if (held !== null) return;
          held = [];
          setTimeout(() => {
            const acts = held ?? [];
            held = null;
            for (const act of acts) act();
          }, fault.ms);
        }
      }
    },
  };
}

function ignore(): void {}
