// `GET /dev`: how SDKs and test harnesses recognise a dev server, and see which functions it knows.
import { pathNotFound, registeredConfig } from "@stepwright/protocol";
import type { FastifyInstance } from "fastify";
import type { ServerDeps } from "../server.ts";

/** Adds the description of a dev server; a server with keys has none. */
export function devRoutes(app: FastifyInstance, { runtime, info }: ServerDeps): void {
  app.get("/dev", async () => {
    if (info.mode !== "dev") throw pathNotFound({ method: "GET", path: "/dev" });
    const { apps, functions } = runtime.registry();
    return {
      version: info.version,
      authed: false,
      startOpts: {
        ...foreignOptions,
        urls: [...new Set(apps.map(({ url }) => url))],
        autodiscover: runtime.isDiscovering,
      },
      functions: functions.map(registeredConfig),
      handlers: null,
      // That is what the peer calls a server with keys.
      isSingleNodeService: false,
      isMissingSigningKey: false,
      isMissingEventKeys: false,
      features,
    };
  });
}

/** Flags that pages and SDKs of the peer ask for. */
const features = { FEATURE_CEL_SEARCH: false, "enable-step-metadata": true, "run-details-v4": true } as const;

/** Settings of the peer that this server has no counterpart of; harnesses print them, and nobody acts on them. */
const foreignOptions = {
  dir: "",
  poll: true,
  poll_interval: 0,
  tick: 0,
  retry_interval: 0,
  queue_workers: 0,
  require_keys: false,
  NoUI: false,
  persist: false,
  redis_uri: "",
  postgres_uri: "",
  sqlite_dir: "",
} as const;
