// Looking whether something listens on a port of this machine.
import { connect } from "node:net";
import { lookup } from "./lookup.ts";

const portProbeMs = 500;

/** Connects and hangs up; false when nobody takes the connection within half a second. */
export function isPortOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    // By name: development servers often listen on one of the two loopback addresses only.
    const socket = connect({ host: "localhost", port, timeout: portProbeMs, lookup });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}
