// Takes a picture of every page, light and dark, wide and narrow, for people to look at:
// `node test/screenshots.ts [folder] [name...]`. Fails when a page logs an error, overflows sideways, or has a
// fault that keeps people out who do not see or do not point.
import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import axe, { type AxeResults } from "axe-core";
import { chromium, type Page } from "playwright-core";
import { startFixture, type FixtureMode } from "./fixture-server.ts";

interface Shot {
  readonly name: string;
  readonly mode?: FixtureMode;
  readonly path: string;
  /** What to do before the picture. */
  readonly act?: (page: Page) => Promise<unknown>;
}

const rowOf = (page: Page, name: string) =>
  page.getByRole("row").getByRole("link", { name, exact: true }).first().waitFor();
const openRun = (name: string) => async (page: Page) => {
  await page.getByRole("link", { name, exact: true }).first().click();
  await page.getByRole("heading", { name: "Steps" }).waitFor();
};
const openStep = (run: string, step: string) => async (page: Page) => {
  await openRun(run)(page);
  await page.getByRole("link", { name: step, exact: true }).last().click();
  await page.getByRole("heading", { name: step }).waitFor();
};

const shots: readonly Shot[] = [
  { name: "runs", path: "/runs", act: (page) => rowOf(page, "process-csv-upload") },
  { name: "runs-failed", path: "/runs?status=failed&last=1h", act: (page) => rowOf(page, "process-csv-upload") },
  {
    name: "runs-empty",
    mode: "empty",
    path: "/runs",
    act: (page) => page.getByText("No app is connected yet").waitFor(),
  },
  { name: "run-failed", path: "/runs?fn=my-app-process-csv-upload", act: openRun("process-csv-upload") },
  {
    name: "run-failed-step",
    path: "/runs?fn=my-app-process-csv-upload",
    act: openStep("process-csv-upload", "insert-to-database"),
  },
  { name: "run-retrying", path: "/runs?fn=my-app-my-function", act: openStep("my-function", "risky-operation") },
  {
    name: "run-waiting",
    path: "/runs?fn=my-app-content-approval-workflow",
    act: openStep("content-approval-workflow", "wait-for-approval"),
  },
  {
    name: "run-sleeping",
    path: "/runs?status=running&fn=my-app-welcome-email-sequence",
    act: openRun("welcome-email-sequence"),
  },
  {
    name: "run-sequence",
    path: "/runs?status=completed&fn=my-app-welcome-email-sequence",
    act: openRun("welcome-email-sequence"),
  },
  { name: "run-parallel", path: "/runs?fn=my-app-generate-monthly-reports", act: openRun("generate-monthly-reports") },
  { name: "run-cancelled", path: "/runs?fn=my-app-fulfil-order", act: openRun("fulfil-order") },
  { name: "run-held", path: "/runs?status=queued&event=card/charge", act: openRun("charge-card") },
  { name: "run-skipped", path: "/runs?status=skipped", act: openRun("build-report") },
  {
    name: "run-missing",
    path: "/runs/01JZZZZZZZZZZZZZZZZZZZZZZZ",
    act: (page) => page.getByText("There is no such run").waitFor(),
  },
  { name: "events", path: "/events", act: (page) => rowOf(page, "content/submitted") },
  {
    name: "event",
    path: "/events?name=file/uploaded",
    act: async (page) => {
      await page.getByRole("link", { name: "file/uploaded", exact: true }).first().click();
      await page.getByRole("heading", { name: "Payload" }).waitFor();
    },
  },
  {
    name: "event-held-back",
    path: "/events?name=search/changed",
    act: async (page) => {
      await page.getByRole("link", { name: "search/changed", exact: true }).first().click();
      await page.getByRole("heading", { name: "Held back" }).waitFor();
    },
  },
  {
    name: "event-matched",
    path: "/events?name=order/cancelled",
    act: async (page) => {
      await page.getByRole("link", { name: "order/cancelled", exact: true }).first().click();
      await page.getByRole("heading", { name: "Runs that waited for it" }).waitFor();
    },
  },
  { name: "functions", path: "/functions", act: (page) => rowOf(page, "weekly-digest-fanout") },
  {
    name: "function",
    path: "/functions/my-app-send-user-digest",
    act: (page) => page.getByText("Latest runs").waitFor(),
  },
  {
    name: "function-queue",
    path: "/functions/my-app-charge-card",
    act: async (page) => {
      await page.getByRole("button", { name: "Move backlog" }).click();
      await page.getByRole("group", { name: "Move backlog" }).waitFor();
    },
  },
  {
    name: "function-paused",
    path: "/functions/my-app-build-report",
    act: (page) => page.getByRole("region", { name: "Paused" }).waitFor(),
  },
  { name: "apps", path: "/apps", act: (page) => page.getByRole("heading", { name: "billing" }).waitFor() },
  {
    name: "apps-empty",
    mode: "empty",
    path: "/apps",
    act: (page) => page.getByText("No app is connected yet").waitFor(),
  },
  {
    name: "send",
    path: "/runs",
    act: async (page) => {
      await page.getByRole("button", { name: "Send event" }).click();
      await page.getByLabel("Name").fill("user/signed-up");
      await page.getByLabel("Data").fill('{\n  "userId": "u-1",\n  email: 1\n}');
      await page.getByText("Line 3").waitFor();
    },
  },
  {
    name: "sent",
    path: "/runs",
    act: async (page) => {
      await page.getByRole("button", { name: "Send event" }).click();
      await page.getByLabel("Name").fill("user/signdup");
      await page.getByLabel("Data").press("Control+Enter");
      await page.getByText("Did you mean").waitFor();
      await page.getByLabel("Name").fill("user/signed-up");
      await page.getByLabel("Data").press("Control+Enter");
      await page.getByRole("dialog").getByRole("img", { name: "Completed" }).waitFor();
      await page.getByText("The same as code").click();
    },
  },
  { name: "login", mode: "locked", path: "/runs", act: (page) => page.getByLabel("Signing key").waitFor() },
  { name: "not-found", path: "/nowhere", act: (page) => page.getByText("There is no page here").waitFor() },
];

const looks = [
  { suffix: "light", colorScheme: "light", width: 1280, height: 860 },
  { suffix: "dark", colorScheme: "dark", width: 1280, height: 860 },
  { suffix: "narrow", colorScheme: "light", width: 390, height: 844 },
  { suffix: "smallest", colorScheme: "dark", width: 360, height: 740 },
] as const;

const [folder = join(tmpdir(), "dashboard-shots"), ...wanted] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const problems: string[] = [];
const servers = new Map<FixtureMode, Awaited<ReturnType<typeof startFixture>>>();
try {
  for (const shot of shots.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    const mode = shot.mode ?? "full";
    const server = servers.get(mode) ?? (await startFixture({ port: 0, mode }));
    servers.set(mode, server);
    const { port } = server.address() as AddressInfo;
    for (const look of looks) {
      const context = await browser.newContext({
        colorScheme: look.colorScheme,
        viewport: { width: look.width, height: look.height },
      });
      const page = await context.newPage();
      page.setDefaultTimeout(8_000);
      const where = `${shot.name}-${look.suffix}`;
      page.on("pageerror", (error) => problems.push(`${where}: ${error.message}`));
      page.on("console", (message) => {
        const isExpected = mode === "locked" || message.text().includes("404");
        if (message.type() === "error" && !isExpected) problems.push(`${where}: ${message.text()}`);
      });
      try {
        await page.goto(`http://127.0.0.1:${port}${shot.path}`);
        await shot.act?.(page);
        await page.mouse.move(0, 0);
        // Evaluated, not added as a script: the content policy allows none of another origin or inline.
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate<AxeResults>("axe.run()");
        for (const { id, impact, nodes } of violations) {
          problems.push(
            `${where}: ${impact ?? "unrated"} ${id}: ${nodes
              .map((node) => node.target.join(" "))
              .slice(0, 3)
              .join(" | ")}`,
          );
        }
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        if (overflow > 0) problems.push(`${where}: ${overflow} px wider than the screen`);
      } catch (error) {
        problems.push(`${where}: ${String(error).split("\n", 3).join(" ")}`);
      }
      await page.screenshot({ path: join(folder, `${where}.png`) });
      await context.close();
    }
  }
} finally {
  await browser.close();
  for (const server of servers.values()) server.closeAllConnections();
  for (const server of servers.values()) server.close();
}
process.stdout.write(problems.length === 0 ? `Pictures are in ${folder}\n` : `${problems.join("\n")}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
