// A run that a test has saved is opened in the dashboard of a server that does not know it.
import { createTestEngine, saveRun } from "@stepwright/testing";
import { Inngest } from "inngest";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useServer } from "../harness/scope.ts";
import { openPage, takePicture, useBrowser } from "./open-browser.ts";
import { faultsOf } from "./page-faults.ts";

const server = useServer({ args: ["--no-poll"] });
const browser = useBrowser();
const folder = mkdtempSync(join(tmpdir(), "stepwright-open-run-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files of a run that failed and of one that sleeps, saved by a test in another year. */
let failed: string;
let asleep: string;
beforeAll(async () => {
  const inngest = new Inngest({ id: "shop" });
  const child = inngest.createFunction({ id: "child", triggers: [{ event: "child" }] }, () => "asked");
  const order = inngest.createFunction(
    { id: "order", name: "Order", retries: 2, triggers: [{ event: "order" }] },
    async ({ step }) => {
      await step.run("reserve", () => ({ items: 3, 名前: "値" }));
      await step.invoke("ask", { function: child, data: {} });
      await step.sleep("wait-for-stock", "2d");
      await step.run("charge", () => {
        throw new TypeError("the bank has declined");
      });
    },
  );
  await using engine = await createTestEngine({
    client: inngest,
    functions: [order, child],
    now: "2024-02-05T09:00:00Z",
  });
  const run = await engine.invoke(order, { orderId: "o-118" });
  await engine.clock.advance("1h");
  asleep = saveRun(run, folder, { now: engine.clock.now(), test: "an order waits for stock" });
  await run.ended();
  failed = saveRun(run, folder, { test: "an order is charged" });
});

async function choose(page: Page, ...files: Parameters<ReturnType<Page["locator"]>["setInputFiles"]>): Promise<void> {
  await page.locator('input[type="file"]').setInputFiles(...files);
}

const looks = [
  { name: "light", colorScheme: "light", width: 1280, height: 800 },
  { name: "dark", colorScheme: "dark", width: 1280, height: 800 },
  { name: "phone-dark", colorScheme: "dark", width: 360, height: 740 },
] as const;

test.each(looks)("a run from a file is shown like any other, in $name", async (look) => {
  const { page, foreign } = await openPage(browser, server.url, look);
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  // What the content policy forbids is reported by an event, wherever it is caught.
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      // oxlint-disable-next-line no-console -- this is how the page tells the test
      console.error(`forbidden: ${violatedDirective} ${blockedURI}`);
    });
  });
  await page.goto(`${server.url}/runs`);
  await page.getByRole("link", { name: "Open a saved run" }).click();
  await page.getByRole("heading", { level: 1, name: "Open a saved run" }).waitFor();
  await takePicture(page, `open-run/none-${look.name}`);

  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/api/")) asked.push(request.url());
  });
  await choose(page, failed);
  await page.getByText("From the file").waitFor();
  await page.getByText("Test: an order is charged.").waitFor();
  await page.getByRole("heading", { level: 1, name: "Order" }).waitFor();
  await page.getByText("Failed in step charge, attempt 3 of 3").first().waitFor();
  expect(await page.title()).toBe("Failed: Order · Stepwright");
  await takePicture(page, `open-run/run-${look.name}`);
  faults.push(...(await faultsOf(page)));

  const chargeLink = page.getByRole("link", { name: "charge" }).last();
  await chargeLink.click();
  const panel = page.getByRole("group", { name: "Chosen step" });
  await panel.getByText("TypeError: the bank has declined").first().waitFor();
  expect(page.url()).toBe(`${server.url}/open?step=charge`);
  await takePicture(page, `open-run/step-${look.name}`);
  faults.push(...(await faultsOf(page)));
  expect(await panel.getByRole("button", { name: /run again/i }).count()).toBe(0);
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });

  // Nothing leads to what the server does not know, and nothing can be done with the run.
  const main = page.getByRole("main");
  const targets = await main.getByRole("link").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  expect(targets.filter((target) => target?.startsWith("/open") !== true)).toEqual([]);
  expect(await main.getByRole("button", { name: /run again|cancel/i }).count()).toBe(0);
  // Figures of the server may be asked for, but nothing about the run.
  expect(asked.filter((url) => /\/api\/(?:runs|events|functions)/.test(url))).toEqual([]);
  expect(faults).toEqual([]);
  expect(foreign).toEqual([]);
  await page.close();
});

test("an unfinished run is shown as it was when it was saved, and its time stands still", async () => {
  const { page } = await openPage(browser, server.url);
  await page.clock.install();
  await page.goto(`${server.url}/open`);
  await choose(page, asleep);
  const banner = page.getByRole("region", { name: "What happened" });
  await banner.getByText("1 d 23 h left").waitFor();
  await page.getByText("It is shown as it was at 2024-02-05").waitFor();
  await takePicture(page, "open-run/asleep");
  const before = await page.getByRole("main").innerText();
  await page.clock.fastForward("01:00:00");
  // What follows the time is drawn anew with its next tick.
  await page.getByText("up since 1 h ago").waitFor();
  expect(await page.getByRole("main").innerText()).toBe(before);
  await page.close();
});

test("files that are none get a sentence, and what is open stays open", async () => {
  const { page } = await openPage(browser, server.url);
  await page.goto(`${server.url}/open`);
  const alert = page.getByRole("alert");
  const asFile = (name: string, text: string) => ({ name, mimeType: "application/json", buffer: Buffer.from(text) });
  await choose(page, asFile("notes.txt", "not JSON"));
  await alert.getByText("notes.txt: the file is not JSON, so it is no saved run.").waitFor();
  await choose(page, failed);
  await page.getByText("From the file").waitFor();
  expect(await alert.count()).toBe(0);

  await choose(page, asFile("package.json", "{}"));
  await alert.getByText('package.json: the file is JSON, but no saved run: those have "format"').waitFor();
  const newer = { ...JSON.parse(readFileSync(failed, "utf8")), version: 7 };
  await choose(page, asFile("newer.json", JSON.stringify(newer)));
  await alert.getByText("newer.json: the run was saved by a newer Stepwright").waitFor();
  await takePicture(page, "open-run/refused");
  const damaged = { ...newer, version: 1, run: { ...newer.run, steps: [{}] } };
  await choose(page, asFile("damaged.json", JSON.stringify(damaged)));
  await alert.getByText("damaged.json: the saved run is damaged: run.steps[0].id: it is missing.").waitFor();
  await page.getByRole("heading", { level: 1, name: "Order" }).waitFor();
  await page.close();
});

test("a file is dropped, another one takes its place, and Back and Close lead where they say", async () => {
  const { page } = await openPage(browser, server.url);
  await page.goto(`${server.url}/open`);
  await page.getByRole("heading", { name: "Open a saved run" }).waitFor();
  const transfer = await page.evaluateHandle(
    ([name, text]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name, { type: "application/json" }));
      return data;
    },
    [basename(failed), readFileSync(failed, "utf8")] as const,
  );
  await page.getByRole("heading", { name: "Open a saved run" }).dispatchEvent("drop", { dataTransfer: transfer });
  await page.getByText(basename(failed)).waitFor();
  await page.getByRole("link", { name: "reserve" }).click();
  await page.getByRole("group", { name: "Chosen step" }).waitFor();
  await page.getByRole("link", { name: "Events", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Events" }).waitFor();
  await page.goBack();
  await page.getByRole("group", { name: "Chosen step" }).getByText("値").waitFor();

  await choose(page, asleep);
  await page.getByText("Test: an order waits for stock.").waitFor();
  // The step that was chosen belonged to the other file.
  expect(page.url()).toBe(`${server.url}/open`);
  await page.getByRole("button", { name: "Close" }).click();
  await page.getByRole("heading", { level: 1, name: "Open a saved run" }).waitFor();
  await page.close();
});
