// Listens on every address of a server, and hands all requests to one handler.
import type { RequestListener, Server } from "node:http";
import process from "node:process";
import { portInUse } from "@stepwright/protocol";
import type { Logger } from "pino";
import type { Address } from "./address.ts";
import type { Config } from "./config.ts";
import { guardConnections, timeoutsOf } from "./guard-connections.ts";

// Importing `node:http` by name looks at all its exports, and one of them loads Node's whole fetch: 150 ms at every start.
const { createServer } = process.getBuiltinModule("node:http");

/** An open door. */
export interface Listening {
  /** Takes no new connections; resolves when those that were open are closed, by force if they last. */
  close(): Promise<void>;
}

/** Longer than the pools of senders and proxies commonly keep a connection, so that they close it and not we. */
const keepAliveMs = 72_000;
/** How long open requests may hold up the end, after calls have had their grace. */
const closeMs = 2_000;

/** Opens it, with a server of its own for each address. Throws PORT_IN_USE. */
export async function listen(
  handle: RequestListener,
  {
    address: { hosts, port },
    config,
    log,
  }: { readonly address: Address; readonly config: Config; readonly log: Logger },
): Promise<Listening> {
  const limits = { connectionsMax: config.connections, requestTimeoutMs: config.requestTimeout * 1000 };
  const servers = hosts.map((host) => {
    const server = createServer({ keepAliveTimeout: keepAliveMs, ...timeoutsOf(limits) }, handle);
    guardConnections(server, limits, log);
    return { host, server };
  });
  const close = async (): Promise<void> => {
    const forced = setTimeout(() => servers.forEach(({ server }) => server.closeAllConnections()), closeMs);
    await Promise.all(servers.map(({ server }) => closeServer(server)));
    clearTimeout(forced);
  };
  try {
    await Promise.all(servers.map(({ server, host }) => listenOn(server, { port, host })));
  } catch (error) {
    await close();
    throw error;
  }
  return { close };
}

function listenOn(server: Server, o: { readonly port: number; readonly host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void =>
      reject(error.code === "EADDRINUSE" ? portInUse(o, { cause: error }) : error);
    server.once("error", refuse);
    server.listen(o, () => {
      server.off("error", refuse);
      resolve();
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
