// A person at the page: sends an event, watches its run step by step, reads why another one failed.
import { expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { openPage, takePicture, useBrowser } from "./open-browser.ts";

const server = useServer({ args: ["--no-poll", "--no-retry-jitter"] });
const [sdk] = sdks;

const browser = useBrowser();

/** A step that ends when the test says so. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { passed: promise, open: resolve };
}

test("an event sent from the page starts a run that can be watched step by step", async () => {
  const first = gate();
  const second = gate();
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "walk" }, { event: event("walk") }, async ({ step }) => {
      await step.run("take-order", () => first.passed);
      await step.run("pack-box", () => second.passed);
      return { shipped: true };
    }),
  ]);
  const { page, foreign } = await openPage(browser, server.url);
  await page.goto(server.url);

  await page.getByRole("button", { name: "Send event" }).click();
  const dialog = page.getByRole("dialog", { name: "Send event" });
  await dialog.getByLabel("Name").fill(app.event("walk"));
  await dialog.getByLabel("Data").fill('{"order": 42}');
  await dialog.getByRole("button", { name: "Send event" }).click();
  await takePicture(page, "send-event");
  await dialog.getByRole("list", { name: "Sent events" }).getByRole("link", { name: /walk/ }).first().click();

  await page.waitForURL(/\/runs\/[0-9A-Z]{26}/);
  await page.getByRole("region", { name: "What happened" }).waitFor();
  // The SDK tells of a step when it has run it: so far there is only a call.
  expect(await page.getByText("take-order").count()).toBe(0);

  // From here on nothing is clicked and nothing reloaded: the server pushes.
  first.open("order taken");
  await page.getByText("take-order").first().waitFor();
  expect(await page.getByText("pack-box").count()).toBe(0);
  await takePicture(page, "run-running");
  second.open("box packed");
  await page.getByText("pack-box").first().waitFor();
  await page.getByText(/^Completed in/).waitFor();
  await takePicture(page, "run-completed");

  await page
    .getByRole("link", { name: /take-order/ })
    .first()
    .click();
  await page.getByText('"order taken"').waitFor();
  expect(foreign).toEqual([]);
});

test("a failed run says why on the list and on its page", async () => {
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "charge", retries: 1 }, { event: event("charge") }, async ({ step }) => {
      await step.run("charge-card", () => {
        throw new sdk.NonRetriableError("card 4242 was declined by the bank");
      });
    }),
  ]);
  const run = await app.runOnce("charge", { amount: 7 });
  expect(run.status).toBe("failed");

  const { page, foreign } = await openPage(browser, server.url);
  await page.goto(`${server.url}/runs?status=failed`);
  await page.getByText("card 4242 was declined by the bank").first().waitFor();
  await takePicture(page, "runs-failed");
  await page
    .getByRole("link", { name: /charge/ })
    .first()
    .click();
  await page.waitForURL(new RegExp(run.id));

  const banner = page.getByRole("region", { name: "What happened" });
  await banner.getByText("card 4242 was declined by the bank").waitFor();
  expect(await banner.getByText(/charge-card/).count()).toBeGreaterThan(0);
  await takePicture(page, "run-failed");
  await banner.getByRole("link", { name: "charge-card" }).click();
  await page
    .getByText(/page\.test\.ts/)
    .first()
    .waitFor();
  await takePicture(page, "run-failed-step");
  expect(foreign).toEqual([]);
});

test("an error of many lines leaves the steps on the screen, and is there in full when it is asked for", async () => {
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "verbose", retries: 0 }, { event: event("verbose") }, () => {
      throw new Error(`first line\n${"a line of many\n".repeat(200)}the last line`);
    }),
  ]);
  const run = await app.runOnce("verbose");
  const { page } = await openPage(browser, server.url);
  await page.goto(`${server.url}/runs/${run.id}`);
  const banner = page.getByRole("region", { name: "What happened" });
  await banner.getByText("first line").waitFor();
  expect(await banner.getByText("the last line").count()).toBe(0);
  await banner.getByRole("button", { name: /^Show all [\d,]+ characters$/ }).click();
  await banner.getByText("the last line").waitFor();
});

test("a sleeping run says until when, and a cancelled one that it was cancelled", async () => {
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "nap" }, { event: event("nap") }, async ({ step }) => {
      await step.sleep("wait-a-day", "1d");
    }),
  ]);
  const run = await app.start("nap");
  const { page } = await openPage(browser, server.url);
  await page.goto(`${server.url}/runs/${run.id}`);
  const banner = page.getByRole("region", { name: "What happened" });
  await banner.getByText(/Sleeping in step wait-a-day until/).waitFor();
  await takePicture(page, "run-sleeping");
  await page.getByRole("button", { name: "Cancel run" }).click();
  await page.getByRole("button", { name: "Cancel this run?" }).click();
  await banner.getByText(/Cancelled/).waitFor();
  expect((await server.run(run.id)).status).toBe("cancelled");
});

test("a run that is held back names the limit and its holder, and its function is paused and resumed from its page", async () => {
  const held = gate();
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define(
      { id: "charge", name: "charge", concurrency: { limit: 1, key: "event.data.user" } },
      { event: event("charge") },
      async ({ step }) => {
        await step.run("charge-card", () => held.passed);
      },
    ),
  ]);
  const holder = await app.start("charge", { user: "user-7" });
  const waiting = await app.start("charge", { user: "user-7" });
  const { page, foreign } = await openPage(browser, server.url);
  await page.goto(`${server.url}/runs/${waiting.id}`);
  const banner = page.getByRole("region", { name: "What happened" });
  await banner.getByText("Waiting for concurrency limit 1 on key user-7, held by run").waitFor();
  await banner.getByRole("link", { name: holder.id }).waitFor();
  await takePicture(page, "run-held-back");

  await page.getByRole("link", { name: "charge", exact: true }).click();
  const lines = page.getByRole("table", { name: "What waits" });
  await lines.getByRole("row").filter({ hasText: "user-7" }).getByText("Concurrency limit 1").waitFor();
  await page.getByText("1 call at once for each").waitFor();
  await takePicture(page, "function-queue");

  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("region", { name: "Paused" }).waitFor();
  held.open("charged");
  await server.waitForRun(holder.id, ({ steps }) => steps[0]?.status === "completed");
  // The slot is free, yet the function makes no call, not even the next one of the run that held it.
  await lines.getByText("The function is paused").waitFor();
  await takePicture(page, "function-paused");
  await page.getByRole("button", { name: "Resume" }).click();
  await lines.waitFor({ state: "detached" });
  for (const run of [holder, waiting]) expect((await server.ended(run.id)).status).toBe("completed");
  expect(foreign).toEqual([]);
});

test("events, functions and apps are shown with what belongs to them", async () => {
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "listener" }, { event: event("heard") }, () => "heard"),
    define({ id: "monday" }, { cron: "TZ=Europe/Berlin 0 9 * * MON" }, () => "digest"),
  ]);
  const run = await app.runOnce("heard");
  await server.addApp("http://localhost:9/api/inngest");

  const { page, foreign } = await openPage(browser, server.url);
  await page.goto(`${server.url}/events`);
  await page
    .getByRole("row")
    .filter({ hasText: app.event("heard") })
    .getByRole("link", { name: /listener/ })
    .first()
    .waitFor();
  await takePicture(page, "events");

  await page.goto(`${server.url}/functions`);
  const monday = page.getByRole("row").filter({ hasText: "monday" });
  await monday.getByText("0 9 * * MON").waitFor();
  await monday
    .getByText(/in \d+ (d|h|min)/)
    .first()
    .waitFor();
  await takePicture(page, "functions");

  await page.goto(`${server.url}/apps`);
  await page.getByRole("article", { name: app.id }).waitFor();
  await page.getByText(/Unable to reach SDK URL http:\/\/localhost:9\/api\/inngest/).waitFor();
  await takePicture(page, "apps");

  await page.goto(`${server.url}/runs/${run.id}`);
  await page.getByText(/^Completed in/).waitFor();
  expect(foreign).toEqual([]);
});

test("runs and events are searched for by what they hold, and the search stays in the address", async () => {
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "refund", retries: 0 }, { event: event("refund") }, async ({ event: { data }, step }) => {
      await step.run("pay-back", () => {
        if (data["customer"] === "grace@example.com") throw new sdk.NonRetriableError("account 77-31 is closed");
        return { receipt: "rcpt_0815" };
      });
    }),
  ]);
  const closed = await app.runOnce("refund", { customer: "grace@example.com", order: "ord_4711-b" });
  const paid = await app.runOnce("refund", { customer: "heidi@example.com", order: "ord_4712-c" });
  const { page, foreign } = await openPage(browser, server.url);
  await page.goto(`${server.url}/runs`);
  const box = page.getByRole("searchbox", { name: "Search runs" });
  const rows = page.getByRole("table", { name: "Runs" }).locator(`a[href^="/runs/"]`);
  const shown = async (wanted: readonly string[]) => {
    for (const id of wanted) await page.locator(`a[href^="/runs/${id}"]`).waitFor();
    expect(await rows.count()).toBe(wanted.length);
  };
  const search = async (text: string) => {
    await box.fill(text);
    await box.press("Enter");
    await page.waitForURL((url) => url.searchParams.get("q") === text);
  };

  await search('"account 77-31 is closed"');
  await shown([closed.id]);
  await takePicture(page, "runs-search");
  await search("heidi@example.com");
  await shown([paid.id]);
  await search("ord_47");
  await shown([paid.id, closed.id]);
  await page
    .getByRole("group", { name: "Status" })
    .getByRole("link", { name: /Failed/ })
    .click();
  await page.waitForURL((url) => url.searchParams.get("status") === "failed" && url.searchParams.get("q") === "ord_47");
  await shown([closed.id]);
  await page.goBack();
  await shown([paid.id, closed.id]);
  await search(paid.id);
  await shown([paid.id]);
  await search("nobody-is-called-this");
  await page.getByText("No run is found for nobody-is-called-this").waitFor();
  await takePicture(page, "runs-search-empty");
  await search("...");
  await page.getByRole("alert").getByText("it has no letter and no digit to look for").waitFor();
  await takePicture(page, "runs-search-invalid");

  await page.goto(`${server.url}/events?q=grace%40example.com`);
  const events = page.getByRole("table", { name: "Events" });
  await events.getByRole("link", { name: app.event("refund") }).waitFor();
  expect(await page.getByRole("searchbox", { name: "Search events" }).inputValue()).toBe("grace@example.com");
  await takePicture(page, "events-search");
  await page.getByRole("searchbox", { name: "Search events" }).fill("");
  await page.waitForURL((url) => !url.searchParams.has("q"));
  expect(foreign).toEqual([]);
});

test("a run that does not exist and a page that does not exist say so", async () => {
  const { page } = await openPage(browser, server.url);
  await page.goto(`${server.url}/runs/01ARZ3NDEKTSV4RRFFQ69G5FAV`);
  await page.getByText("There is no such run").waitFor();
  await page.goto(`${server.url}/nowhere`);
  await page.getByText("There is no page here").waitFor();
});
