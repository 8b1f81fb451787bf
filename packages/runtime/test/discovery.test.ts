// Looking for apps on local ports: found at once, and quiet towards whoever is none.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { type AppClient, createAppClient } from "../src/index.ts";
import { createManualClock } from "./manual-clock.ts";
import { openRuntime } from "./open-runtime.ts";
import { done, startTestApp } from "./test-app.ts";

const roundMs = 5_000;

/** The real client with an eye for one port only: what else listens on this machine is none of a test's business. */
function onlyPort(port: number): AppClient {
  const client = createAppClient();
  return { ...client, isPortOpen: async (asked) => asked === port && (await client.isPortOpen(asked)) };
}

it("an app that comes up is found and synced, and then nobody is asked any more", async () => {
  const clock = createManualClock();
  const reserved = await startTestApp("shop", []);
  await reserved.close();
  const { runtime } = await openRuntime({
    clock,
    appClient: onlyPort(reserved.port),
    settings: { discover: true, discoverPorts: [reserved.port] },
  });
  await clock.asleepUntil(clock.now() + roundMs);
  expect(runtime.isDiscovering).toBe(true);

  const app = await startTestApp("shop", [{ name: "one", handle: () => done() }], reserved.port);
  app.registersAt(runtime);
  clock.move(roundMs);
  await clock.asleepUntil(clock.now() + roundMs);
  expect(runtime.registry().apps).toMatchObject([{ name: "shop", status: "synced" }]);
  expect(runtime.isDiscovering).toBe(false);

  const asked = app.requests.length;
  clock.move(roundMs);
  await clock.asleepUntil(clock.now() + roundMs);
  expect(app.requests).toHaveLength(asked);
});

it("a server that is no app is asked a few times in the first minute and then about once a minute", async () => {
  const clock = createManualClock();
  const asked: number[] = [];
  const server = createServer((_, response) => {
    asked.push(clock.now());
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const began = clock.now();
  const { runtime } = await openRuntime({
    clock,
    appClient: onlyPort(port),
    settings: { discover: true, discoverPorts: [port] },
  });
  for (let round = 0; round < 120; round += 1) {
    await clock.asleepUntil(clock.now() + roundMs);
    clock.move(roundMs);
  }
  await clock.asleepUntil(clock.now() + roundMs);
  const perMinute = Array.from(
    { length: 10 },
    (_, minute) => asked.filter((at) => Math.floor((at - began) / 60_000) === minute).length,
  );
  // Four paths each time.
  expect(perMinute[0]).toBe(16);
  for (const count of perMinute.slice(2)) expect(count).toBeLessThanOrEqual(4);
  expect(runtime.registry().apps).toEqual([]);
});
