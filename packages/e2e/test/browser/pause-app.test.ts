// An app is paused and resumed from the page, and everything of it says so meanwhile.
import { expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { openPage, takePicture, useBrowser } from "./open-browser.ts";

const server = useServer({ args: ["--no-poll", "--no-retry-jitter"] });
const [sdk] = sdks;

const browser = useBrowser();

test("a paused app holds its functions back and says so on every page, until it is resumed", async () => {
  const first = Promise.withResolvers<string>();
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "deliver", name: "deliver" }, { event: event("deliver") }, async ({ step }) => {
      await step.run("load", () => first.promise);
      await step.run("drive", () => "there");
    }),
    define({ id: "return", name: "return" }, { event: event("return") }, () => "back"),
  ]);
  const run = await app.start("deliver");
  const { page, foreign } = await openPage(browser, server.url);

  await page.goto(`${server.url}/apps`);
  const card = page.getByRole("article", { name: app.id });
  await card.getByRole("button", { name: "Pause" }).click();
  await card.getByRole("region", { name: `${app.id} is paused` }).waitFor();
  await takePicture(page, "apps-paused");

  // The call that was out ends, and the next one is not made.
  first.resolve("loaded");
  await page.goto(`${server.url}/runs/${run.id}`);
  const banner = page.getByRole("region", { name: "What happened" });
  await banner.getByText("Its app is paused").waitFor();
  await page.goto(`${server.url}/runs?fn=${run.functionSlug}`);
  await page.getByRole("row").filter({ hasText: "deliver" }).getByText("Waiting: its app is paused").waitFor();
  await takePicture(page, "runs-app-paused");

  await page.goto(`${server.url}/functions`);
  const rows = page.getByRole("table", { name: "Functions" }).getByRole("row").filter({ hasText: app.id });
  await rows.nth(1).waitFor();
  expect(await rows.getByText("Paused with its app").count()).toBe(2);

  await rows.getByRole("link", { name: "deliver", exact: true }).click();
  const note = page.getByRole("region", { name: "Paused" });
  await note.getByText("Paused with its app").waitFor();
  // What people do to the function itself is another matter, and outlasts the app's pause.
  await page.getByRole("button", { name: "Pause" }).click();
  await note.getByText(/and so is its app/).waitFor();
  await takePicture(page, "function-app-paused");

  await note.getByRole("link", { name: app.id }).click();
  await page.getByRole("heading", { level: 1, name: app.id }).waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.getByRole("region", { name: `${app.id} is paused` }).waitFor({ state: "detached" });
  const own = page.getByRole("table", { name: "Functions" }).getByRole("row");
  await own.filter({ hasText: "deliver" }).getByText("Paused", { exact: true }).waitFor();
  expect(await own.filter({ hasText: "return" }).getByText("Paused").count()).toBe(0);
  await takePicture(page, "app");
  expect((await server.run(run.id)).status).toBe("running");

  await own.getByRole("link", { name: "deliver", exact: true }).click();
  await page.getByRole("button", { name: "Resume" }).click();
  await note.waitFor({ state: "detached" });
  expect((await server.ended(run.id)).status).toBe("completed");
  expect(foreign).toEqual([]);
});

test("an app that does not exist says so", async () => {
  const { page } = await openPage(browser, server.url);
  await page.goto(`${server.url}/apps/nobody`);
  await page.getByRole("heading", { name: "There is no such app" }).waitFor();
  await page.getByRole("link", { name: "All apps" }).click();
  await page.getByRole("heading", { level: 1, name: "Apps" }).waitFor();
});
