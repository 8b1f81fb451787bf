// A real Chromium of the system. It reaches nothing but this machine.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

/** Where the tests leave a picture of each page they visit. */
const pictures = fileURLToPath(new URL("../../pictures/", import.meta.url));

/** Starts Chromium with a fresh profile. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Starts Chromium for the tests of a file, and ends it after them. */
export function useBrowser(): Pick<Browser, "newPage"> {
  let browser: Browser | null = null;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  return {
    newPage(options) {
      if (browser === null) throw new Error("the browser is started before the tests");
      return browser.newPage(options);
    },
  };
}

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly colorScheme: "light" | "dark";
}

/** Opens a page that may load from the server alone: whatever else it asks for ends up in `foreign`. */
export async function openPage(
  browser: Pick<Browser, "newPage">,
  origin: string,
  look: Partial<Look> = {},
): Promise<{ readonly page: Page; readonly foreign: readonly string[] }> {
  const foreign: string[] = [];
  const { width = 1280, height = 800, colorScheme = "light" } = look;
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.route("**/*", async (route) => {
    const url = route.request().url();
    if (url.startsWith(origin)) return route.continue();
    foreign.push(url);
    return route.abort();
  });
  return { page, foreign };
}

/** Leaves a picture for people to look at. */
export async function takePicture(page: Page, name: string): Promise<void> {
  const path = `${pictures}${name}.png`;
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path });
}

function findChromium(): string {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    const found = spawnSync("which", [name], { encoding: "utf8" }).stdout.trim();
    if (found !== "") return found;
  }
  throw new Error("the browser tests need Chromium: install it, for example with `apt-get install chromium`");
}
