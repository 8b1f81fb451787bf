// A run is started again from its page: from a step, with other arguments, with other data; and each run leads to the other.
import { json as readJson } from "node:stream/consumers";
import { expect, test } from "vitest";
import { listen, portOf, serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { openPage, takePicture, useBrowser } from "./open-browser.ts";

const server = useServer({ args: ["--no-poll", "--no-retry-jitter"] });

const browser = useBrowser();

test.each(sdks)(
  "SDK $name: a run goes on anew from a step with edited arguments, and from its beginning with edited data",
  async (sdk) => {
    const ran: string[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "order", name: "order" }, { event: event("order") }, async ({ event: { data }, step }) => {
        await step.run("charge", () => void ran.push(`charge ${String(data["customer"])}`));
        const to = await step.run(
          "ship",
          (city: string) => {
            ran.push(`ship to ${city}`);
            return city;
          },
          "Berlin",
        );
        return `shipped to ${to}`;
      }),
    ]);
    const first = await app.runOnce("order", { customer: "ada" });
    expect(ran.splice(0)).toEqual(["charge ada", "ship to Berlin"]);
    const { page, foreign } = await openPage(browser, server.url);
    await page.goto(`${server.url}/runs/${first.id}?step=ship`);
    await page.getByRole("button", { name: "Run again from here" }).click();
    const dialog = page.getByRole("dialog", { name: "Run again from step ship" });
    await dialog.getByText("It keeps the result of charge").waitFor();
    const input = dialog.getByLabel("Arguments of the step");
    expect(JSON.parse(await input.inputValue())).toEqual(["Berlin"]);
    await dialog.getByText("With nothing changed").waitFor();
    await input.fill('{"city": "Rome"}');
    await dialog.getByText("The arguments must be a JSON list").waitFor();
    expect(await dialog.getByRole("button", { name: "Run again" }).isDisabled()).toBe(true);
    await input.fill('["Rome"]');
    await dialog.getByText("With other input").waitFor();
    await takePicture(page, `rerun-from-step-${sdk.name}`);
    await dialog.getByRole("button", { name: "Run again" }).click();

    await page.waitForURL((url) => url.pathname.startsWith("/runs/") && !url.pathname.includes(first.id));
    const secondId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await page.getByText(/^Completed in/).waitFor();
    expect(await server.run(secondId)).toMatchObject({ output: "shipped to Rome", originalRunId: first.id });
    expect(ran.splice(0)).toEqual(["ship to Rome"]);
    await page.getByText("the result of 1 step kept").waitFor();
    await page.getByText("kept from the run before").waitFor();
    await takePicture(page, `rerun-kept-${sdk.name}`);
    await page.getByRole("link", { name: "charge" }).click();
    await page.getByText("kept from the run that this one was started again from").waitFor();
    await page.getByRole("definition").getByRole("link", { name: first.id }).click();

    await page.waitForURL(new RegExp(first.id));
    await page.getByRole("button", { name: "Edit and run again" }).click();
    const whole = page.getByRole("dialog", { name: "Run order again" });
    await whole.getByLabel("Data of the event").fill('{"customer": "grace"}');
    await whole.getByText("With other data").waitFor();
    await page.keyboard.press("Control+Enter");
    await page.waitForURL((url) => !url.pathname.includes(first.id) && !url.pathname.includes(secondId));
    const thirdId = new URL(page.url()).pathname.split("/").at(-1) ?? "";
    await page.getByText(/^Completed in/).waitFor();
    expect(ran).toEqual(["charge grace", "ship to Berlin"]);

    await page.getByRole("definition").getByRole("link", { name: first.id }).click();
    await page.waitForURL(new RegExp(first.id));
    const again = page.getByRole("region", { name: "Run again as" });
    await again.getByRole("link", { name: thirdId }).waitFor();
    await again.getByRole("link", { name: secondId }).waitFor();
    await page.getByRole("definition").getByRole("link", { name: "2 times" }).waitFor();
    await takePicture(page, `run-reruns-${sdk.name}`);
    expect(foreign).toEqual([]);
  },
);

test.each(sdks)("SDK $name: a question to a model is asked in other words", async (sdk) => {
  const asked: unknown[] = [];
  const provider = await listen((request, response) => {
    void readJson(request).then((body) => {
      asked.push(body);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ answer: asked.length }));
    });
  });
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "infer", name: "infer" }, { event: event("infer") }, ({ step }) => {
      const baseUrl = `http://localhost:${portOf(provider)}/v1/`;
      const model = step.ai.models.openai({ model: "m", apiKey: "k", baseUrl });
      return step.ai.infer("ask", { model, body: { messages: [{ role: "user", content: "of life" }] } });
    }),
  ]);
  const first = await app.runOnce("infer");
  const { page } = await openPage(browser, server.url);
  await page.goto(`${server.url}/runs/${first.id}?step=ask`);
  await page.getByRole("button", { name: "Run again from here" }).click();
  const dialog = page.getByRole("dialog", { name: "Run again from step ask" });
  await dialog.getByLabel("Fields of the request's body to replace").fill('[{ "temperature": 0 }]');
  await takePicture(page, `rerun-inference-${sdk.name}`);
  await dialog.getByRole("button", { name: "Run again" }).click();
  await page.waitForURL((url) => !url.pathname.includes(first.id));
  await page.getByText(/^Completed in/).waitFor();
  const question = { model: "m", messages: [{ role: "user", content: "of life" }] };
  expect(asked).toEqual([question, { ...question, temperature: 0 }]);
});

test("a run of several events cannot be given other data, and a step without arguments no others", async () => {
  const [sdk] = sdks;
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define(
      { id: "many", name: "many", batchEvents: { maxSize: 2, timeout: "60s" } },
      { event: event("many") },
      async ({ step }) => {
        await step.run("count", () => 2);
      },
    ),
  ]);
  await app.send("many");
  const run = await app.runOnce("many");
  const { page } = await openPage(browser, server.url);
  await page.goto(`${server.url}/runs/${run.id}?step=count`);
  await page.getByRole("button", { name: "Run again from here" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("It gets the same 2 events; of several, none can be changed.").waitFor();
  expect(await dialog.getByRole("textbox").count()).toBe(0);
  await page.keyboard.press("Escape");
  expect(await page.getByRole("button", { name: "Edit and run again" }).count()).toBe(0);
});
