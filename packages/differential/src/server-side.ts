// The second side: the built server in real time, with all scenarios at once.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { until } from "@stepwright/test-parts";
import { createAnswerer } from "./answers.ts";
import { type Api, openApi } from "./api.ts";
import { openApp } from "./app.ts";
import { firstEvents } from "./first-events.ts";
import { type Ledger, openLedger } from "./ledger.ts";
import type { Observed } from "./observed.ts";
import { appOf, type Scenario } from "./program.ts";
import { keys, startRealServer } from "./real-server.ts";

/** Scenarios take half a minute by the clock at most; the rest is for slow machines. */
const timeoutMs = 120_000;

interface Served {
  readonly scenario: Scenario;
  readonly ledger: Ledger;
  readonly listener: Server;
}

/** Runs scenarios to their ends, all at once; what was observed is in their order. */
export async function runOnServer(scenarios: readonly Scenario[]): Promise<readonly Observed[]> {
  const server = await startRealServer();
  const api = openApi({ url: server.url, eventKey: keys.event, signingKey: keys.signing, fetch });
  const served: Served[] = [];
  try {
    for (const scenario of scenarios) {
      const one = await serveScenario(scenario, server.url);
      served.push(one);
      await api.addApp(`http://127.0.0.1:${(one.listener.address() as AddressInfo).port}/api/inngest`);
    }
    const now = Date.now();
    await api.send(scenarios.flatMap((scenario) => firstEvents(scenario, now)));
    await waitForEnds(api, scenarios);
    const events = await api.events();
    return await Promise.all(
      served.map(async ({ scenario, ledger }) => ({
        runs: await api.runs(appOf(scenario)),
        events: events.filter(({ name }) => name.startsWith(`${appOf(scenario)}/`)),
        ledger,
      })),
    );
  } finally {
    for (const { listener } of served) listener.close().closeAllConnections();
    await server.stop();
  }
}

async function serveScenario(scenario: Scenario, baseUrl: string): Promise<Served> {
  const ledger = openLedger();
  const client = { baseUrl, isDev: false, eventKey: keys.event, signingKey: keys.signing };
  const app = await openApp(scenario, { client, ledger, now: Date.now });
  const listener = createServer(app.sdk.nodeHandler(app.functions));
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return { scenario, ledger, listener };
}

/** Looks again and again, and answers the waits that it sees. */
async function waitForEnds(api: Api, scenarios: readonly Scenario[]): Promise<void> {
  const answerer = createAnswerer(api, scenarios);
  let left: readonly string[] = [];
  await until(
    async () => {
      const unfinished = await api.unfinished();
      await answerer.answer(unfinished);
      left = unfinished.map(({ id, functionSlug }) => `${functionSlug} ${id}`);
      return left.length === 0;
    },
    { timeoutMs, everyMs: 100, describe: () => `all runs ended; left are ${left.join(", ")}` },
  );
}
