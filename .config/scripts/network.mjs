// Looks at ports and waits for HTTP servers to answer.

import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Tells whether nothing listens on a port, on the loopback address or on all. */
export async function isPortFree(port) {
  // Some systems allow 127.0.0.1 beside a listener on all addresses and the reverse, so both are tried.
  return (await canListen({ port })) && (await canListen({ port, host: "127.0.0.1" }));
}

/** Finds a port that is free now. */
export function findFreePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1" }, () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Asks a URL until it answers with 2xx. Resolves to false when it has not within `limitMs`. */
export async function waitForAnswer(url, limitMs) {
  const endAt = Date.now() + limitMs;
  while (Date.now() < endAt) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok === true) return true;
    await sleep(100);
  }
  return false;
}

function canListen(options) {
  return new Promise((resolve) => {
    const server = createServer();
    // An address family that this machine does not have is no reason to refuse the port.
    server.once("error", (error) => resolve(error.code !== "EADDRINUSE" && error.code !== "EACCES"));
    server.listen(options, () => server.close(() => resolve(true)));
  });
}
