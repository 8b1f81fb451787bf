// Starts a server and stops it again in the order that loses nothing.
import type { Server } from "node:http";
import process from "node:process";
import type { HttpServer } from "@stepwright/http";
import { portInUse } from "@stepwright/protocol";
import type { Runtime } from "@stepwright/runtime";
import type { Logger } from "pino";
import { compose, type CompositionOptions } from "./compose.ts";
import type { Config } from "./config.ts";
import { type ConnectionLimits, guardConnections, timeoutsOf } from "./guard-connections.ts";
import { choosePort, hasIpv6Loopback } from "./ports.ts";

// Importing `node:http` by name looks at all its exports, and one of them loads Node's whole fetch: 150 ms at every start.
const { createServer } = process.getBuiltinModule("node:http");

/** A server that listens and works. */
export interface RunningServer {
  readonly port: number;
  /** Where it can be reached, the best one first. */
  readonly urls: readonly string[];
  /** True when the wanted port was in use and another one was taken. */
  readonly isPortChanged: boolean;
  readonly runtime: Runtime;
  /** Stops within the configured grace; idempotent. */
  stop(): Promise<void>;
}

/** Longer than the pools of senders and proxies commonly keep a connection, so that they close it and not we. */
const keepAliveMs = 72_000;
/** How long open requests may hold up the end, after calls have had their grace. */
const closeMs = 2_000;

/** Starts a server; resolves once it answers. Throws a `StepwrightError` whose message is for people when it cannot. */
export async function startServer(config: Config, options: CompositionOptions): Promise<RunningServer> {
  const hosts = config.host === null ? ["127.0.0.1", ...((await hasIpv6Loopback()) ? ["::1"] : [])] : [config.host];
  const port = await choosePort({ wanted: config.port, hosts, mayMove: config.command === "dev" });
  const parts = compose(config, options);
  const { log } = options;
  let servers: readonly Server[] = [];
  try {
    // Apps answer a sync by calling back, so the door is open before the first sync goes out; whoever comes in
    // earlier than the runtime is ready for waits for it.
    const openDoor = holdRequests(parts.app);
    servers = await listen(parts.app, {
      port,
      hosts,
      limits: { connectionsMax: config.connections, requestTimeoutMs: config.requestTimeout * 1000 },
      log,
    });
    await parts.runtime.start();
    openDoor();
  } catch (error) {
    await parts.runtime.stop({ graceMs: 0 });
    await parts.app.close();
    await parts.close();
    throw error;
  }
  const shownHost =
    config.host === null || config.host === "0.0.0.0" || config.host === "::" ? "localhost" : config.host;
  const url = `http://${shownHost.includes(":") ? `[${shownHost}]` : shownHost}:${port}`;
  log.info(
    { component: "server", command: config.command, url, hosts, dataDir: config.memory ? null : config.dataDir },
    "server started",
  );
  if (port !== config.port && config.port !== 0)
    log.warn({ component: "server", wanted: config.port, port }, "port in use, another one was taken");
  if (config.command === "dev" && config.host !== null)
    log.warn({ component: "server", host: config.host }, "open to other machines without keys");

  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    // The calls in flight send checkpoints while they finish, so the door closes after them.
    const { callsAbandoned } = await parts.runtime.stop({ graceMs: config.shutdownGrace * 1000 });
    const forced = setTimeout(() => servers.forEach((server) => server.closeAllConnections()), closeMs);
    await parts.app.close();
    clearTimeout(forced);
    await parts.close();
    log.info({ component: "server", callsAbandoned }, "server stopped");
  };
  return {
    port,
    urls: [url],
    isPortChanged: port !== config.port && config.port !== 0,
    runtime: parts.runtime,
    stop: () => (stopping ??= stop()),
  };
}

/** Makes requests wait; returns the function that lets them through from then on. */
function holdRequests(app: HttpServer): () => void {
  let waiting: (() => void)[] | null = [];
  app.addHook("onRequest", (request, _reply, done) => {
    // Whoever asks whether the server is ready is told that it is not.
    if (waiting === null || request.url === "/ready" || request.url === "/health") done();
    else waiting.push(done);
  });
  return () => {
    const all = waiting ?? [];
    waiting = null;
    for (const proceed of all) proceed();
  };
}

/** Listens on every address with a server of its own; all hand their requests to the same routes. */
async function listen(
  app: HttpServer,
  o: {
    readonly port: number;
    readonly hosts: readonly string[];
    readonly limits: ConnectionLimits;
    readonly log: Logger;
  },
): Promise<readonly Server[]> {
  const servers = o.hosts.map((host) => {
    const options = { keepAliveTimeout: keepAliveMs, ...timeoutsOf(o.limits) };
    const server = createServer(options, (request, response) => app.routing(request, response));
    guardConnections(server, o.limits, o.log);
    return { host, server };
  });
  app.addHook("onClose", () => Promise.all(servers.map(({ server }) => closeServer(server))).then(() => {}));
  await app.ready();
  await Promise.all(servers.map(({ server, host }) => listenOn(server, { port: o.port, host })));
  return servers.map(({ server }) => server);
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
