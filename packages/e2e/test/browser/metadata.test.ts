// What user code attaches to a run and its steps is on the run's page, as soon as it is attached.
import { expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { openPage, takePicture, useBrowser } from "./open-browser.ts";

const server = useServer({ args: ["--no-poll", "--no-retry-jitter"] });
const [sdk] = sdks;

const browser = useBrowser();

test("scores and metadata of a run and its step appear without a reload", async () => {
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "answer" }, { event: event("ask") }, async ({ step }) => {
      await step.run("draft", () => "a draft");
      return "an answer";
    }),
  ]);
  const run = await app.runOnce("ask");
  const attach = async (target: object, kind: string, values: object) => {
    const body = { target, metadata: [{ kind, op: "merge", values }] };
    const { status } = await server.request("POST", `/v1/runs/${run.id}/metadata`, { body });
    expect(status).toBe(200);
  };
  const { page, foreign } = await openPage(browser, server.url);
  await page.goto(`${server.url}/runs/${run.id}`);
  await page.getByText(/^Completed in/).waitFor();
  expect(await page.getByRole("heading", { name: /Scores|Metadata/ }).count()).toBe(0);

  const scores = [{ name: "accuracy", value: 0.875 }];
  expect((await server.request("POST", `/v2/runs/${run.id}/scores`, { body: scores })).status).toBe(200);
  await page.getByRole("heading", { level: 2, name: "Scores" }).waitFor();
  await page.getByRole("term").filter({ hasText: "accuracy" }).waitFor();
  await page.getByRole("definition").filter({ hasText: "0.875" }).waitFor();
  await attach({}, "userland.order", { customer: "Grüße 你好" });
  await page.getByRole("heading", { level: 3, name: "order" }).waitFor();
  await page.getByText('"Grüße 你好"').waitFor();
  await takePicture(page, "run-metadata");

  await attach({ step_id: "draft", step_attempt: 0 }, "inngest.score", { clarity: { value: true } });
  await page.getByRole("link", { name: "draft" }).first().click();
  await page.getByRole("term").filter({ hasText: "clarity, attempt 1" }).waitFor();
  await page.getByRole("definition").filter({ hasText: "yes" }).waitFor();
  // Each stands with what it belongs to.
  expect(await page.getByText("accuracy").count()).toBe(0);
  await takePicture(page, "step-metadata");
  expect(foreign).toEqual([]);
});
