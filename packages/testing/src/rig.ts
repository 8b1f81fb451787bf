// The engine and what it stands on. It can be killed and put up again on what it has committed, or on nothing, while its clock,
// its apps and its address stay what they are.
import { createServer, type Server } from "node:http";
import type { HttpServer } from "@stepwright/http";
import { type Millis, storageUnavailable } from "@stepwright/protocol";
import { type AppClient, createRuntime, type Random, type Runtime, type RuntimeSettings } from "@stepwright/runtime";
import { type MemoryStorage, openMemoryStorage } from "@stepwright/storage-sqlite";
import type { Logger } from "pino";
import { createMortalLog } from "./mortal-log.ts";
import { createRequestCount } from "./request-count.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** The engine with its ground. */
export interface Rig {
  readonly clock: VirtualClock;
  /** The one that runs at the moment. */
  readonly runtime: Runtime;
  /** Its routes for this path, made when they are first asked for. */
  routes(path: string): Promise<HttpServer>;
  /** Resolves when nothing is left to do at this time. */
  settle(): Promise<void>;
  /** Kills the engine and starts another one on what was committed. */
  crash(): Promise<void>;
  /** Starts another one on nothing, and syncs the apps that it had. */
  reset(): Promise<void>;
  /** Answers at this port from now on; returns the URL. */
  listen(at: { readonly host: string; readonly port: number }): Promise<string>;
  close(): Promise<void>;
}

/** What a rig is made of. */
export interface RigOptions {
  readonly clock: VirtualClock;
  readonly random: Random;
  /** Outlives the engines that are killed. */
  readonly apps: AppClient;
  readonly settings: RuntimeSettings;
  readonly log: Logger;
  /** The database's addon where it was loaded already, as in a single executable. */
  readonly nativeBinding?: object | undefined;
  readonly buildRoutes: (runtime: Runtime, serves: "all" | "apps") => HttpServer;
  /** Called whenever the engine has come to rest; what it throws is what whoever waited for that is told. */
  readonly onSettled: () => void;
  /** Another engine is there that has not begun to work. */
  readonly onReplaced: (runtime: Runtime) => void;
}

interface Engine {
  readonly runtime: Runtime;
  routes(path: string): Promise<HttpServer>;
  image(): Buffer;
  /** From now on it commits nothing and calls nobody, so that nothing that is in flight reaches anybody. */
  kill(): void;
  /** Takes away what is left of it. */
  close(): Promise<void>;
}

/** An empty database with its schema. Made once: migrating takes half of the time that an engine needs to start. */
let emptyImage: Buffer | null = null;

function openStore(
  image: Buffer | null,
  how: { readonly now: Millis; readonly nativeBinding: object | undefined; beforeCommit(): void },
): MemoryStorage {
  if (image !== null || emptyImage !== null) return openMemoryStorage({ ...how, image: image ?? emptyImage });
  const storage = openMemoryStorage(how);
  emptyImage = storage.image();
  return storage;
}

/** Makes the rig with an engine that runs. */
export async function createRig(options: RigOptions): Promise<Rig> {
  const { clock, apps } = options;
  const requests = createRequestCount();

  const start = (image: Buffer | null): Engine => makeEngine(image, options, requests.watch);

  let engine = start(null);
  await engine.runtime.start();
  /** Whoever asks while one engine is put in the place of another is answered by the new one. */
  let isUp = Promise.resolve();
  let listener: Server | null = null;
  let isClosed = false;
  const refuseClosed = (): void => {
    if (isClosed) throw new Error("the engine has been stopped; make a new one, or stop it later");
  };

  const replace = async (imageOf: (killed: Engine) => Buffer | null): Promise<void> => {
    const killed = engine;
    killed.kill();
    // Nothing is committed between these: what is in the image is all that anybody was told of.
    engine = start(imageOf(killed));
    options.onReplaced(engine.runtime);
    isUp = engine.runtime.start();
    await isUp;
    await killed.close();
  };

  return {
    clock,
    get runtime() {
      refuseClosed();
      return engine.runtime;
    },
    async routes(path) {
      refuseClosed();
      await isUp;
      return engine.routes(path);
    },
    async settle() {
      for (let settled: Engine | null = null; settled !== engine || requests.inFlight > 0;) {
        settled = engine;
        await requests.none();
        await engine.runtime.idle();
      }
      options.onSettled();
    },
    crash: () => replace((killed) => killed.image()),
    async reset() {
      const urls = engine.runtime.registry().apps.map(({ url }) => url);
      await replace(() => null);
      for (const url of urls) await engine.runtime.apps.add(url);
    },
    async listen({ host, port }) {
      // The socket stays when engines come and go.
      const server = createServer((request, response) => {
        isUp
          .then(() => engine.routes(request.url ?? "/"))
          .then(
            (routes) => routes.routing(request, response),
            (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
          );
      });
      await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
      listener = server;
      return urlOf(server, host);
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      listener?.close();
      listener?.closeAllConnections();
      engine.kill();
      await engine.close();
      await apps.close();
    },
  };
}

/** Paths that are served with `serves: "apps"`. */
const ofApps = /^\/(?:e\/|fn\/register|v1\/checkpoint\/|v0\/runs\/|v1\/signals|api\/(?:runs|events)[/?])/u;

function makeEngine(image: Buffer | null, options: RigOptions, watch: (routes: HttpServer) => void): Engine {
  const { clock, random, apps, settings, nativeBinding } = options;
  const { log, end: endLog } = createMortalLog(options.log);
  let isKilled = false;
  const storage = openStore(image, {
    now: clock.now(),
    nativeBinding,
    beforeCommit() {
      if (isKilled) throw storageUnavailable({ reason: "the engine was killed" });
    },
  });
  const runtime = createRuntime({
    ports: { clock, random, storage, appClient: mortal(apps, () => isKilled) },
    settings,
    log,
  });
  const made = new Map<"all" | "apps", Promise<HttpServer>>();
  const makeRoutes = async (serves: "all" | "apps"): Promise<HttpServer> => {
    const routes = options.buildRoutes(runtime, serves);
    watch(routes);
    await routes.ready();
    return routes;
  };

  return {
    runtime,
    routes(path) {
      // Hundreds of routes are not made for a test that needs a dozen.
      const serves = made.has("all") || !ofApps.test(path) ? "all" : "apps";
      const routes = made.get(serves) ?? makeRoutes(serves);
      made.set(serves, routes);
      return routes;
    },
    image: () => storage.image(),
    kill() {
      isKilled = true;
      endLog();
    },
    async close() {
      // A grace period on a clock that stands still would never end.
      await runtime.stop({ graceMs: 0 });
      for (const routes of made.values()) await (await routes).close();
      await storage.close();
    },
  };
}

/** The apps as an engine sees them that may be killed: they live on, and it has nothing to say to them any more. */
function mortal(apps: AppClient, isKilled: () => boolean): AppClient {
  return {
    request: async (request, signal) =>
      isKilled()
        ? { kind: "failed", code: "APP_CONNECTION_LOST", message: "the engine was killed" }
        : apps.request(request, signal),
    isPortOpen: (port) => apps.isPortOpen(port),
    isReachable: (url) => apps.isReachable(url),
    get asleep() {
      return apps.asleep ?? 0;
    },
    close: async () => undefined,
  };
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a server that listens has an address");
  const name = host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${address.port}`;
}
