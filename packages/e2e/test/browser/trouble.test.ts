// A server that is slow, goes away and comes back: the page says so, keeps what it has, and catches up by itself.
import { expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useScope } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { openPage, takePicture, useBrowser } from "./open-browser.ts";

const scope = useScope();
const [sdk] = sdks;

const browser = useBrowser();

test("while the server is gone the page keeps its rows and says so; when it is back they are brought up to date", async () => {
  let server = await scope.startServer();
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "nap" }, { event: event("nap") }, async ({ step }) => {
      await step.sleep("a-day", "1d");
    }),
  ]);
  const run = await app.start("nap");
  await server.waitForRun(run.id, ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
  const { page } = await openPage(browser, server.url);
  await page.goto(`${server.url}/runs`);
  const row = page.getByRole("row").filter({ has: page.locator(`a[href="/runs/${run.id}"]`) });
  await row.getByText("Sleeping").first().waitFor();
  await page.getByText("Live", { exact: true }).waitFor();

  await server.kill();
  await page.getByText("Reconnecting", { exact: true }).waitFor();
  expect(await row.count()).toBe(1);
  await takePicture(page, "server-gone");
  // What is not known yet cannot be shown, and says why.
  await row.getByRole("link").first().click();
  await page.getByRole("alert").getByText("The server does not answer").waitFor();
  await takePicture(page, "server-gone-run");

  server = await scope.restart(server);
  await page.getByText("Live", { exact: true }).waitFor();
  const banner = page.getByRole("region", { name: "What happened" });
  await banner.getByText(/Sleeping in step a-day until/).waitFor();
  await server.request("POST", `/api/runs/${run.id}/cancel`);
  await banner.getByText(/Cancelled/).waitFor();
  await page.goBack();
  await row.getByText("Cancelled", { exact: true }).first().waitFor();
});

test("a change that comes while the page is being read is not lost", async () => {
  const server = await scope.startServer();
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "nap" }, { event: event("nap") }, ({ step }) => step.sleep("a-day", "1d")),
  ]);
  const run = await app.start("nap");
  await server.waitForRun(run.id, ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
  const { page: other } = await openPage(browser, server.url);
  await other.goto(`${server.url}/runs/${run.id}`);
  await other.getByRole("region", { name: "What happened" }).waitFor();
  const { page } = await openPage(browser, server.url);
  const { promise: changed, resolve: change } = Promise.withResolvers<void>();
  const { promise: wasRead, resolve: read } = Promise.withResolvers<void>();
  await page.route(`**/api/runs/${run.id}`, async (route) => {
    const response = await route.fetch();
    read();
    await changed;
    await route.fulfill({ response });
  });
  await page.goto(`${server.url}/runs/${run.id}`);
  await wasRead;
  await page.getByText("Live", { exact: true }).waitFor();
  await server.request("POST", `/api/runs/${run.id}/cancel`);
  // Both pages are told at once; when this one shows it, the answer of before comes to the other.
  await other
    .getByRole("region", { name: "What happened" })
    .getByText(/^Cancelled/)
    .waitFor();
  change();
  await page
    .getByRole("region", { name: "What happened" })
    .getByText(/^Cancelled/)
    .waitFor();
});

test("a slow server is waited for in words, and what was asked for once is done once", async () => {
  const server = await scope.startServer();
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "quick" }, { event: event("quick") }, () => "done"),
  ]);
  const run = await app.runOnce("quick");
  const { page } = await openPage(browser, server.url);
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  await page.route("**/api/runs/**", async (route) => {
    await released;
    await route.continue();
  });
  await page.goto(`${server.url}/runs/${run.id}`);
  await page.getByText("Loading the run …").waitFor();
  await takePicture(page, "server-slow");
  release();
  await page.getByText(/^Completed in/).waitFor();

  const asked: string[] = [];
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  await page.route("**/rerun", async (route) => {
    asked.push(route.request().url());
    await answered;
    await route.continue();
  });
  await page.getByRole("button", { name: "Run again", exact: true }).click();
  const button = page.getByRole("button", { name: "Starting …" });
  await button.waitFor();
  expect(await button.isDisabled()).toBe(true);
  answer();
  await page.waitForURL((url) => !url.pathname.endsWith(run.id));
  expect(asked).toHaveLength(1);
});
