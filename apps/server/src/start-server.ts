// Starts a server and stops it again in the order that loses nothing.
import type { HttpServer } from "@stepwright/http";
import type { Runtime } from "@stepwright/runtime";
import { chooseAddress, type Place, placeOf, tellStart } from "./address.ts";
import { compose, type CompositionOptions } from "./compose.ts";
import type { Config } from "./config.ts";
import { listen, type Listening } from "./listen.ts";

/** A server that listens and works. */
export interface RunningServer extends Place {
  readonly runtime: Runtime;
  /** The server's time, in milliseconds since 1970. */
  now(): number;
  /** Stops within the configured grace; idempotent. */
  stop(): Promise<void>;
}

/** Starts a server; resolves once it answers. Throws a `StepwrightError` whose message is for people when it cannot. */
export async function startServer(config: Config, options: CompositionOptions): Promise<RunningServer> {
  if (config.virtualClock) {
    const { startVirtualServer } = await import("./virtual-clock/start-virtual-server.ts");
    return startVirtualServer(config, options);
  }
  const address = await chooseAddress(config);
  const parts = compose(config, options);
  const { log } = options;
  let door: Listening | null = null;
  try {
    // Apps answer a sync by calling back, so the door is open before the first sync goes out; whoever comes in
    // earlier than the runtime is ready for waits for it.
    const openDoor = holdRequests(parts.app);
    await parts.app.ready();
    door = await listen((request, response) => parts.app.routing(request, response), { address, config, log });
    await parts.runtime.start();
    openDoor();
  } catch (error) {
    await parts.runtime.stop({ graceMs: 0 });
    await door?.close();
    await parts.app.close();
    await parts.close();
    throw error;
  }
  const opened = door;
  tellStart(log, { config, address, facts: { dataDir: config.memory ? null : config.dataDir } });

  let stopping: Promise<void> | null = null;
  const stop = async (): Promise<void> => {
    // The calls in flight send checkpoints while they finish, so the door closes after them.
    const { callsAbandoned } = await parts.runtime.stop({ graceMs: config.shutdownGrace * 1000 });
    await Promise.all([opened.close(), parts.app.close()]);
    await parts.close();
    log.info({ component: "server", callsAbandoned }, "server stopped");
  };
  return {
    ...placeOf(config, address),
    runtime: parts.runtime,
    now: () => parts.runtime.now(),
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
