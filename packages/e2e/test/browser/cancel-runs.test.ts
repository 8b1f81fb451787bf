// Many runs are cancelled together from the list: counted before, followed to the end, and no other run is touched.
import { expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { openPage, takePicture, useBrowser } from "./open-browser.ts";

const server = useServer({ args: ["--no-poll", "--no-retry-jitter"] });
const [sdk] = sdks;

const browser = useBrowser();

test("the runs that fit are counted while one types, cancelled, and listed with how many they were", async () => {
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "remind", name: "remind" }, { event: event("remind") }, async ({ step }) => {
      await step.sleep("a-day", "1d");
    }),
    define({ id: "other", name: "other" }, { event: event("other") }, async ({ step }) => {
      await step.sleep("a-day", "1d");
    }),
  ]);
  const plans = ["free", "paid", "free", "free"];
  const runs = [];
  for (const plan of plans) runs.push(await app.start("remind", { plan }));
  const other = await app.start("other", { plan: "free" });
  const isAsleep = (id: string) => server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
  await Promise.all([...runs, other].map(({ id }) => isAsleep(id)));

  const { page, foreign } = await openPage(browser, server.url);
  await page.goto(`${server.url}/runs`);
  await page.getByRole("button", { name: "Cancel runs" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel runs" });
  await dialog.getByText("Choose a function.").waitFor();
  expect(await dialog.getByRole("button", { name: "Cancel runs" }).isDisabled()).toBe(true);
  await dialog.getByLabel("Function").selectOption({ label: `remind of ${app.id}` });
  await dialog.getByText("4 runs would be cancelled.").waitFor();

  await dialog.getByLabel(/^Condition/).fill('event.data.plan == "free" &&');
  await dialog.getByRole("alert").waitFor();
  expect(await dialog.getByRole("button", { name: /^Cancel/ }).isDisabled()).toBe(true);
  await takePicture(page, "cancel-runs-invalid");
  await dialog.getByLabel(/^Condition/).fill('event.data.plan == "free"');
  await dialog.getByText("3 runs would be cancelled.").waitFor();
  // Nothing was made before the day that there were runs at all.
  await dialog.getByLabel("Made before").fill("2020-01-01T00:00");
  await dialog.getByText("No unfinished run would be cancelled.").waitFor();
  await dialog.getByLabel("Made before").fill("");
  await dialog.getByText("3 runs would be cancelled.").waitFor();
  await takePicture(page, "cancel-runs");

  await dialog.getByRole("button", { name: "Cancel 3 runs" }).click();
  const latest = dialog.getByRole("region", { name: "Latest cancellations" });
  await latest.getByText("3 runs cancelled").waitFor();
  await latest.getByText('where event.data.plan == "free"').waitFor();
  await dialog.getByText("No unfinished run would be cancelled.").waitFor();
  await takePicture(page, "cancel-runs-done");
  const statuses = await Promise.all([...runs, other].map(async ({ id }) => (await server.run(id)).status));
  expect(statuses).toEqual(["cancelled", "running", "cancelled", "cancelled", "running"]);

  await latest.getByRole("link").click();
  await dialog.waitFor({ state: "detached" });
  const rows = page.getByRole("table", { name: "Runs" }).locator('a[href^="/runs/"]');
  await rows.nth(2).waitFor();
  expect(await rows.count()).toBe(3);
  expect(foreign).toEqual([]);
});

test("the dialog begins with the function and the time that the list is filtered by", async () => {
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "remind", name: "remind" }, { event: event("remind") }, async ({ step }) => {
      await step.sleep("a-day", "1d");
    }),
  ]);
  const run = await app.start("remind");
  const { page } = await openPage(browser, server.url);
  await page.goto(`${server.url}/runs?fn=${run.functionSlug}&last=1h`);
  await page.getByRole("button", { name: "Cancel runs" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel runs" });
  await dialog.getByText("1 run would be cancelled.").waitFor();
  expect(await dialog.getByLabel("Function").inputValue()).toBe(run.functionSlug);
  expect(await dialog.getByLabel("Made since").inputValue()).not.toBe("");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  expect((await server.run(run.id)).status).toBe("running");
});
