// Finds a port that is free on every address the server is to listen on.
import { createServer } from "node:net";
import { portInUse } from "@stepwright/protocol";

/** Ports tried after the wanted one. */
const attemptsMax = 100;

/**
 * Chooses the port to listen on: the wanted one, or the next free one if the server may move.
 *
 * All addresses need the same port, and asking for it is the only way to know. Throws PORT_IN_USE.
 */
export async function choosePort(o: {
  readonly wanted: number;
  readonly hosts: readonly string[];
  readonly mayMove: boolean;
}): Promise<number> {
  const [host = ""] = o.hosts;
  if (o.wanted === 0) return anyPort(host);
  const last = o.mayMove ? Math.min(o.wanted + attemptsMax, 65_535) : o.wanted;
  for (let port = o.wanted; port <= last; port++) {
    const failures = await Promise.all(o.hosts.map((each) => tryPort(port, each)));
    const failure = failures.find((error) => error !== null);
    if (failure === undefined || failure === null) return port;
    if (failure.code !== "EADDRINUSE" && failure.code !== "EACCES") throw failure;
  }
  throw portInUse({ port: o.wanted, host });
}

/** Tells whether this machine speaks IPv6 with itself; containers often do not. */
export async function hasIpv6Loopback(): Promise<boolean> {
  return (await tryPort(0, "::1")) === null;
}

function tryPort(port: number, host: string): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", resolve);
    server.listen({ port, host }, () => server.close(() => resolve(null)));
  });
}

function anyPort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port: 0, host }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Where an app is looked for besides the usual ports: frameworks take its port from `PORT`, which a server started beside it sees, too. */
export function portsOfApps(variable: string | undefined): readonly number[] {
  const port = /^\d{1,5}$/.test(variable ?? "") ? Number(variable) : 0;
  return port >= 1 && port <= 65_535 ? [port] : [];
}
