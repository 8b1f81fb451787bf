// Looking whether something takes connections.
import { connect } from "node:net";
import { lookup } from "./lookup.ts";

const portProbeMs = 500;
/** Apps may be far away. */
const urlProbeMs = 5_000;

/** Looks whether something listens on a port of this machine. */
export function isPortOpen(port: number): Promise<boolean> {
  // By name: development servers often listen on one of the two loopback addresses only.
  return canConnect({ host: "localhost", port, timeoutMs: portProbeMs });
}

/** Looks whether something takes connections where the URL points to. */
export function isReachable(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  return canConnect({
    // Brackets belong to the URL, not to the address.
    host: hostname.replace(/^\[|\]$/gu, ""),
    port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
    timeoutMs: urlProbeMs,
  });
}

/** Connects and hangs up; false when nobody takes the connection in time. */
function canConnect(o: { readonly host: string; readonly port: number; readonly timeoutMs: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: o.host, port: o.port, timeout: o.timeoutMs, lookup });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}
