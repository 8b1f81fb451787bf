// The page to try GraphQL queries on: it runs under its own content security policy, and keeps what was typed.
import { expect, test } from "vitest";
import { useScope } from "../harness/scope.ts";
import { openPage, takePicture, useBrowser } from "./open-browser.ts";

const scope = useScope();

const browser = useBrowser();

test("a query is run with its variables, shown with what is wrong, and is still there after a reload", async () => {
  const server = await scope.startServer();
  const { page, foreign } = await openPage(browser, server.url);
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(`${server.url}/v0`);
  const query = page.getByLabel("Query");
  const answer = page.getByLabel("Answer");
  const run = page.getByRole("button", { name: /Run/ });

  // The example works on a server that knows nothing yet.
  await run.click();
  await answer.filter({ hasText: '"totalCount": 0' }).waitFor();

  await query.fill("query($m: AppMethod) { apps(filter: { method: $m }) { id } }");
  await page.getByLabel("Variables").fill('{ "m": "CONNECT" }');
  await page.keyboard.press("Control+Enter");
  await answer.filter({ hasText: '"apps": []' }).waitFor();

  await page.getByLabel("Variables").fill("{ m");
  await run.click();
  await answer.filter({ hasText: "The variables are not JSON" }).waitFor();

  await page.getByLabel("Variables").fill("");
  await query.fill("{ nothing }");
  await run.click();
  await answer.filter({ hasText: "Cannot query field" }).waitFor();
  await takePicture(page, "graphql");
  await page.reload();
  expect(await query.inputValue()).toBe("{ nothing }");
  expect(foreign).toEqual([]);
  // Chromium itself tells of the 422.
  expect(problems.filter((text) => !text.includes("422"))).toEqual([]);
  await page.close();
});
