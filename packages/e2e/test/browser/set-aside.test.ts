// Work that could not be processed, at the page: it is counted, says why, and is tried again by a button.
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useScope } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { openPage, takePicture, useBrowser } from "./open-browser.ts";

const scope = useScope();
const [sdk] = sdks;

const browser = useBrowser();

test("what was set aside is listed at the foot of the page, and tried again one by one or all together", async () => {
  let server = await scope.startServer();
  let length = "1h";
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "nap" }, { event: event("nap") }, async ({ step }) => {
      await step.sleep("a while", length);
      return "awake";
    }),
  ]);
  const runs = [await app.start("nap"), await app.start("nap"), await app.start("nap")];
  const isSleeping = (id: string) =>
    server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
  await Promise.all(runs.map(({ id }) => isSleeping(id)));
  await server.stop();
  const db = new Database(join(server.dataDir, "main.db"));
  const damage = db.prepare("UPDATE queue_items SET work = '{', at = 0 WHERE kind = 'wake'");
  expect(damage.run().changes).toBe(runs.length);
  db.close();
  // Nobody can tell what an item was for, so its function is asked anew.
  length = "1s";
  server = await scope.restart(server);

  const { page, foreign } = await openPage(browser, server.url);
  await page.goto(server.url);
  const foot = page.getByRole("contentinfo");
  await foot.getByText("3 set aside").click();
  const items = foot.getByRole("list", { name: "Set aside" }).getByRole("listitem");
  await items.nth(2).waitFor();
  expect(await items.getByText("cannot be read").count()).toBe(3);
  await takePicture(page, "set-aside");

  const [name] = await items.first().getByRole("link").allInnerTexts();
  await items.first().getByRole("button", { name: "Try again" }).click();
  await foot.getByText("2 set aside").waitFor();
  const one = runs.find(({ id }) => name === `run ${id}`);
  expect(await server.ended(one?.id ?? "")).toMatchObject({ status: "completed", output: "awake" });

  await foot.getByRole("button", { name: "Try all again" }).click();
  await foot.getByText("set aside").waitFor({ state: "detached" });
  for (const { id } of runs) expect(await server.ended(id)).toMatchObject({ status: "completed", output: "awake" });
  expect(foreign).toEqual([]);
});
