// Everything is done with the keyboard alone: an event is sent, a failure found and read, a run cancelled and one started again.
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { openPage, takePicture, useBrowser } from "./open-browser.ts";

const server = useServer({ args: ["--no-poll", "--no-retry-jitter"] });
const [sdk] = sdks;

const browser = useBrowser();

/** Further than this nobody goes with the Tab key. */
const tabsMax = 60;

/** Presses Tab until what has the focus is called so, by its text or its label. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const seen: string[] = [];
  for (let presses = 0; presses < tabsMax; presses += 1) {
    await page.keyboard.press("Tab");
    const text = await focused(page);
    if (typeof name === "string" ? text === name : name.test(text)) return;
    seen.push(text);
  }
  throw new Error(`the Tab key does not lead to ${String(name)}, but to ${seen.join(", ")}`);
}

async function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
  });
}

test("a failed run is found, read and started again without a mouse", async () => {
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "charge", name: "charge", retries: 0 }, { event: event("charge") }, async ({ step }) => {
      await step.run("charge-card", () => {
        throw new Error("the bank has declined");
      });
    }),
    define({ id: "nap", name: "nap" }, { event: event("nap") }, ({ step }) => step.sleep("a-day", "1d")),
  ]);
  const { page, foreign } = await openPage(browser, server.url);
  await page.goto(`${server.url}/runs`);
  await page.getByText("Nothing has run yet").waitFor();
  // Past what is on every page, in one step.
  await page.keyboard.press("Tab");
  expect(await focused(page)).toBe("Skip to the page");
  await takePicture(page, "keyboard-skip");
  await page.keyboard.press("Enter");
  await tabTo(page, "Send an event");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Send event" });
  await dialog.waitFor();
  await page.keyboard.type(app.event("charge"));
  await page.keyboard.press("Control+Enter");
  await dialog.getByRole("img", { name: "Failed" }).waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });

  await page.getByRole("row").filter({ hasText: "the bank has declined" }).waitFor();
  await tabTo(page, "charge");
  await page.keyboard.press("Enter");
  const banner = page.getByRole("region", { name: "What happened" });
  await banner.getByText("the bank has declined").waitFor();
  await tabTo(page, "charge-card");
  await page.keyboard.press("Enter");
  const place = page.getByRole("group", { name: "Chosen step" });
  await place.getByText("Attempts, 1 of at most 1").waitFor();
  await takePicture(page, "keyboard-step");
  await tabTo(page, "Run again from here …");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Run again from step charge-card" }).waitFor();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("term").filter({ hasText: "Runs again" }).waitFor();
  await banner.getByText("the bank has declined").waitFor();
  expect((await server.runs()).map(({ status }) => status)).toEqual(["failed", "failed"]);

  const nap = await app.start("nap");
  await page.goto(`${server.url}/runs/${nap.id}`);
  await banner.getByText(/Sleeping/).waitFor();
  await tabTo(page, "Cancel run");
  await page.keyboard.press("Enter");
  expect(await focused(page)).toBe("Cancel this run?");
  await page.keyboard.press("Escape");
  expect(await focused(page)).toBe("Cancel run");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await banner.getByText(/Cancelled/).waitFor();
  expect(foreign).toEqual([]);
});
