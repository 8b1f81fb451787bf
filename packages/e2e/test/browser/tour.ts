// An app with every kind of step and every way to fail, and one run of each: what a page has to show.
import type { ApiRun } from "@stepwright/protocol";
import { listen, portOf, serveApp, type TestApp } from "../harness/app.ts";
import type { Sdk } from "../harness/sdk.ts";
import type { ServerProcess } from "../harness/server-process.ts";

/** Names as people give them when nobody stops them. */
const longName = `Reconcile-${"the-ledger-of-every-subsidiary-".repeat(5)}2026`;
const longWord = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(3);
const largeItems = 5_000;
/** More than fit on a screen; `many-steps.test.ts` has a thousand. */
const manySteps = 40;

/** The runs of a tour by the name of their function. */
export interface Tour {
  readonly app: TestApp;
  readonly run: (name: string) => ApiRun;
}

/** Serves the app and runs everything of it; those that are to wait or sleep are left at that. */
export async function makeTour(server: ServerProcess, sdk: Sdk): Promise<Tour> {
  const provider = await listen((request, response) => {
    const isBroken = request.url?.includes("broken") ?? false;
    response.writeHead(isBroken ? 500 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(isBroken ? { error: "overloaded" } : { choices: [{ message: { content: "42" } }] }));
  });
  const providerUrl = `http://localhost:${portOf(provider)}/v1/`;
  const app = await serveApp(server, sdk, ({ define, event, id }) => {
    const child = define({ id: "child", name: "child" }, { event: event("child") }, ({ event: { data } }) => {
      if (data["fails"] === true) throw new sdk.NonRetriableError("the child has failed");
      return { of: "the child" };
    });
    const one = (name: string, handler: Parameters<typeof define>[2], options: object = {}) =>
      define({ id: name, name, retries: 1, ...options }, { event: event(name) }, handler);
    return [
      child,
      one("every-step", async ({ step }) => {
        await step.run("load", (input: { readonly city: string }) => ({ ...input, found: 3 }), { city: "Köln" });
        await step.sleep("breathe", 20);
        await step.sleepUntil("until-then", new Date(Date.now() + 20));
        await step.waitForEvent("in-vain", { event: event("never"), timeout: "100ms", if: "async.data.id == 7" });
        await step.invoke("ask-child", { function: child, data: { n: 1 } });
        await step.sendEvent("tell", [{ name: event("told"), data: { n: 1 } }]);
        await step.fetch(`${providerUrl}fetched`);
        const model = step.ai.models.openai({ model: "gpt-test", apiKey: "sk-secret", baseUrl: providerUrl });
        await step.ai.infer("infer", { model, body: { messages: [{ role: "user", content: "6 x 7?" }] } });
        await step.ai.wrap("wrap", (text: string) => ({ text }), "wrapped");
        return Promise.all(["sales", "usage", "churn"].map((name) => step.run(name, () => ({ name }))));
      }),
      one("step-fails", async ({ step }) => {
        await step.run("fine", () => "fine");
        await step.run("charge-card", () => {
          throw new TypeError("the bank has declined", { cause: new Error("card 4242 is blocked") });
        });
      }),
      one("function-fails", () => {
        throw new Error(`first line\nsecond line with ${longWord}\n${"third ".repeat(200)}`);
      }),
      one("throws-text", () => {
        // oxlint-disable-next-line typescript/only-throw-error -- people do
        throw "only a text, no error";
      }),
      one("child-fails", ({ step }) => step.invoke("ask", { function: child, data: { fails: true } })),
      one("infer-fails", async ({ step }) => {
        const model = step.ai.models.openai({ model: "m", apiKey: "k", baseUrl: `${providerUrl}broken/` });
        await step.ai.infer("ask", { model, body: { messages: [] } });
      }),
      one(
        "retrying",
        async ({ step }) => {
          await step.run("flaky", () => {
            throw new sdk.RetryAfterError("503 Service Unavailable", "1h");
          });
        },
        { retries: 5 },
      ),
      one("sleeping", ({ step }) => step.sleep("a-week", "7d")),
      one("waiting", ({ step }) =>
        step.waitForEvent("for-approval", {
          event: event("approved"),
          timeout: "2d",
          if: "async.data.content == event.data.content",
        }),
      ),
      one("cancelled", ({ step }) => step.sleep("a-week", "7d"), { cancelOn: [{ event: event("stop") }] }),
      one("held", ({ step }) => step.sleep("a-week", "7d"), { singleton: { mode: "skip" } }),
      one("spaced", () => null, { throttle: { limit: 1, period: "1h", key: "event.data.user" } }),
      one("rated", () => null, { rateLimit: { limit: 1, period: "1h", key: "event.data.user" } }),
      one("debounced", () => null, { debounce: { period: "1h" } }),
      one("batched", () => null, { batchEvents: { maxSize: 50, timeout: "1h" } }),
      one(
        "long-names",
        async ({ step }) => {
          await step.run(longName, () => longWord);
          await step.run("日本語のステップ 🚚 مرحبا", () => ({ 名前: "値", [longWord]: longWord }));
        },
        { name: longName },
      ),
      one("large", async ({ step, event: { data } }) => {
        await step.run("echo", () => data);
        return { text: "x".repeat(300_000), list: Array.from({ length: largeItems }, (_, index) => ({ index })) };
      }),
      one("many-steps", async ({ step }) => {
        for (let index = 0; index < manySteps; index += 1) await step.run(`step-${index}`, () => index);
      }),
      define({ id: "nightly", name: "nightly" }, { cron: "TZ=Europe/Berlin 0 3 * * MON" }, () => id),
    ];
  });

  const runs = new Map<string, ApiRun>();
  const ended = [
    "every-step",
    "step-fails",
    "function-fails",
    "throws-text",
    "child-fails",
    "infer-fails",
    "long-names",
  ];
  const open = ["retrying", "sleeping", "waiting", "cancelled", "held", "spaced"];
  for (const name of open) runs.set(name, await app.start(name, { user: "ü-1", content: "c-118" }));
  for (const name of ended) runs.set(name, await app.runOnce(name, { name }));
  const large = Array.from({ length: largeItems }, (_, index) => ({ index, text: `row ${index}` }));
  runs.set("large", await app.runOnce("large", { rows: large, text: "y".repeat(100_000) }));
  runs.set("many-steps", await app.runOnce("many-steps", {}, { timeoutMs: 50_000 }));
  const isIdle = (run: ApiRun) => run.doing.every(({ kind }) => kind !== "calling" && kind !== "queued");
  for (const name of ["retrying", "sleeping", "waiting", "cancelled", "held"])
    runs.set(name, await server.waitForRun(runs.get(name)?.id ?? "", isIdle));
  // A second of each is skipped, throttled, or not started at all.
  runs.set("skipped", await app.start("held"));
  runs.set("throttled", await app.start("spaced", { user: "ü-1" }));
  for (const name of ["rated", "rated", "debounced", "batched", "stop", "nobody-listens"])
    await app.send(name, { user: "ü-1" });
  runs.set("cancelled", await server.ended(runs.get("cancelled")?.id ?? ""));
  const metadata = [
    { kind: "inngest.score", op: "merge", values: { accuracy: { value: 0.875 } } },
    { kind: "userland.order", op: "merge", values: { customer: longWord } },
  ];
  for (const target of [{}, { step_id: "load" }])
    await server.request("POST", `/v1/runs/${found("every-step").id}/metadata`, { body: { target, metadata } });
  return { app, run: found };

  function found(name: string): ApiRun {
    const run = runs.get(name);
    if (run === undefined) throw new Error(`the tour has no run ${name}`);
    return run;
  }
}
