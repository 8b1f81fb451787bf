// A run of a thousand steps: the one that is chosen is in sight at every width, and the keyboard leads to it and back.
import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { openPage, takePicture, useBrowser } from "./open-browser.ts";

const server = useServer({ args: ["--no-poll", "--no-retry-jitter"] });
// Version 4 reports steps as it goes; version 3 would make a thousand calls.
const sdk = sdks.find(({ name }) => name === "v4");
if (sdk === undefined) throw new Error("there is no SDK of version 4");

const browser = useBrowser();

const widths = [
  { name: "wide", width: 1280, height: 800 },
  { name: "phone", width: 390, height: 844 },
] as const;

test("a step far down is chosen with the keyboard, read beside the others, and closed again", async () => {
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "count" }, { event: event("count") }, async ({ step }) => {
      for (let index = 0; index < 1_000; index += 1) await step.run(`step-${index}`, () => ({ index }));
    }),
  ]);
  const run = await app.runOnce("count", {}, { timeoutMs: 50_000 });
  for (const { name, ...size } of widths) {
    const { page } = await openPage(browser, server.url, size);
    await page.goto(`${server.url}/runs/${run.id}`);
    await page.getByText(/^Completed in .*, 1000 steps$/).waitFor();
    const link = page.getByRole("link", { name: "step-990", exact: true });
    await link.focus();
    await page.keyboard.press("Enter");
    const place = page.getByRole("group", { name: "Chosen step" });
    await place.getByRole("heading", { name: "step-990" }).waitFor();
    expect(await isFocused(place)).toBe(true);
    const box = await place.boundingBox();
    expect(box?.y).toBeGreaterThanOrEqual(0);
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(size.height);
    // Its row is in sight beside or above it, too.
    const row = await link.boundingBox();
    expect(row?.y).toBeGreaterThan(0);
    expect((row?.y ?? 0) + (row?.height ?? 0)).toBeLessThanOrEqual(name === "phone" ? (box?.y ?? 0) : size.height);
    await takePicture(page, `many-steps-${name}`);

    // A dialog over it closes alone.
    await place.getByRole("button", { name: "Run again from here" }).click();
    await page.getByRole("dialog").getByText("and 984 more").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await place.getByRole("heading", { name: "step-990" }).waitFor();
    await page.keyboard.press("Escape");
    await place.waitFor({ state: "detached" });
    expect(await isFocused(link)).toBe(true);
    await page.close();
  }
});

async function isFocused(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => element === element.ownerDocument.activeElement);
}
