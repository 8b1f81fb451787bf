// `GET /dev`: how SDKs and test harnesses recognise a dev server, and see which functions it knows.
import type { FunctionRecord } from "@stepwright/engine";
import { pathNotFound } from "@stepwright/protocol";
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
      startOpts: { urls: apps.map(({ url }) => url), autodiscover: runtime.isDiscovering },
      functions: functions.map(describeFunction),
      handlers: null,
      isSingleNodeService: true,
      isMissingSigningKey: false,
      isMissingEventKeys: false,
      features: {},
    };
  });
}

function describeFunction({ id, version, slug, config }: FunctionRecord): object {
  return {
    id,
    fv: version,
    name: config.name,
    slug,
    triggers: config.triggers.map((trigger) =>
      trigger.kind === "cron"
        ? { cron: trigger.text }
        : { event: trigger.event, ...(trigger.expression === null ? {} : { expression: trigger.expression }) },
    ),
    steps: [{ id: "step", name: "step", uri: config.url }],
  };
}
