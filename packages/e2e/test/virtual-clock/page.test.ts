// The dashboard of a server whose clock a test moves: it tells that clock's time, and has no part in it.
import { expect, test } from "vitest";
import { openPage, useBrowser } from "../browser/open-browser.ts";
import { serveApp } from "../harness/app.ts";
import { sdks } from "../harness/sdk.ts";
import { testApi, useVirtualServer } from "./virtual-server.ts";

const server = useVirtualServer();
const api = testApi(server);
const browser = useBrowser();
const [sdk] = sdks;

test("pages show the time of the server, and follow it when it is moved", async () => {
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "welcome" }, { event: event("signed-up") }, async ({ step }) => {
      await step.sleep("before tips", "2d");
      await step.sleep("before upgrade", "5d");
    }),
  ]);
  const { page } = await openPage(browser, server.url);
  await page.goto(server.url);
  await page.getByText("virtual clock at 2030-01-01").waitFor();
  const { id } = await app.start("signed-up");
  await api.post("clock/settle");
  await page.goto(`${server.url}/runs/${id}`);
  await page.getByText("2 d left").waitFor();

  await api.advance("1d");
  await page.getByText("1 d left").waitFor();
  await api.advance("2d");
  await page.getByText("4 d left").waitFor();
  await page.getByText("3 d ago").first().waitFor();
  await page.getByText("virtual clock at 2030-01-04").waitFor();
});

test("a page that is open is nothing that the clock waits for", async () => {
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "nap" }, { event: event("nap") }, async ({ step }) => step.sleep("nap", "1h")),
  ]);
  const { page } = await openPage(browser, server.url);
  await page.goto(server.url);
  await page.getByText("Live").waitFor();
  await api.post("reset");
  await app.start("nap");
  await api.post("clock/settle");
  const { now, nextAt } = await api.clock();
  // The beats of the live feed, and what it tells of the run, are of the world's time.
  expect(nextAt).toBe(now + 3_600_000);
  await api.post("clock/run-until-idle");
  expect(await api.clock()).toEqual({ now: now + 3_600_000, nextAt: null });
});
