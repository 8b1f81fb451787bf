// Where a server listens, and what is told of it.
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { choosePort, hasIpv6Loopback } from "./ports.ts";

/** Where a server listens: at the same port on every host. */
export interface Address {
  readonly hosts: readonly string[];
  readonly port: number;
}

/** Where a server can be found. */
export interface Place {
  readonly port: number;
  /** Where it can be reached, the best one first. */
  readonly urls: readonly string[];
  /** True when the wanted port was in use and another one was taken. */
  readonly isPortChanged: boolean;
}

/** Chooses it. Throws PORT_IN_USE. */
export async function chooseAddress({ host, port: wanted, command }: Config): Promise<Address> {
  const hosts = host === null ? ["127.0.0.1", ...((await hasIpv6Loopback()) ? ["::1"] : [])] : [host];
  return { hosts, port: await choosePort({ wanted, hosts, mayMove: command === "dev" }) };
}

/** What people and programs are told of it. */
export function placeOf({ host, port: wanted }: Config, { port }: Address): Place {
  const shown = host === null || host === "0.0.0.0" || host === "::" ? "localhost" : host;
  const url = `http://${shown.includes(":") ? `[${shown}]` : shown}:${port}`;
  return { port, urls: [url], isPortChanged: port !== wanted && wanted !== 0 };
}

/** Logs that a server has started, with what is to be known about it. */
export function tellStart(
  log: Logger,
  o: { readonly config: Config; readonly address: Address; readonly facts: Readonly<Record<string, unknown>> },
): void {
  const { config, address, facts } = o;
  const { port, urls, isPortChanged } = placeOf(config, address);
  log.info(
    { component: "server", command: config.command, url: urls[0], hosts: address.hosts, ...facts },
    "server started",
  );
  if (isPortChanged) log.warn({ component: "server", wanted: config.port, port }, "port in use, another one was taken");
  if (config.command === "dev" && config.host !== null)
    log.warn({ component: "server", host: config.host }, "open to other machines without keys");
}
