// How names of hosts become addresses.
import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";

const loopback = [
  { address: "127.0.0.1", family: 4 },
  { address: "::1", family: 6 },
] as const;

/**
 * Looks a name up, `localhost` without asking the system: it means both loopback addresses (RFC 6761).
 *
 * The system is asked on a thread that nothing can interrupt, and a process that ends waits for it. Where its answer
 * takes seconds, a server that polls apps on its own machine would take them to end.
 */
export const lookup: LookupFunction = (hostname, options, callback) => {
  if (hostname !== "localhost") {
    systemLookup(hostname, options, callback);
    return;
  }
  const wanted = options.family === "IPv4" ? 4 : options.family === "IPv6" ? 6 : (options.family ?? 0);
  const known = loopback.filter(({ family }) => wanted === 0 || family === wanted);
  const [first] = known;
  process.nextTick(() => {
    if (options.all === true) callback(null, [...known]);
    else callback(null, first?.address ?? "", first?.family);
  });
};
