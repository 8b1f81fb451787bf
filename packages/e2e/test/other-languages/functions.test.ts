// The published Python and Go SDKs: the same functions in either language, each in the ways its SDK can serve them.
import { json as readJson } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { listen, portOf } from "../harness/app.ts";
import { type LanguageApp, languages, serveLanguage, useLanguage } from "../harness/other-languages.ts";
import { until } from "@stepwright/test-parts";

import { useScope, useServer } from "../harness/scope.ts";
import { stepsOf } from "../harness/server-api.ts";

const server = useServer({ args: ["--retry-interval", "0.05"] });
const scope = useScope();

describe.each(languages)("$name", (language) => {
  useLanguage(language);
  let started: Promise<LanguageApp> | null = null;
  const serve = (): Promise<LanguageApp> => (started ??= serveLanguage(scope, server, language));
  const stepsRun = (app: LanguageApp, runId: string): readonly string[] =>
    app.executions(runId).map(({ step }) => step);

  test("the program registers all its functions", async () => {
    const app = await serve();
    expect(app.synced).toMatchObject({ name: app.id, url: app.url, status: "synced", problem: null });
    expect(app.synced.sdk).toMatch(language.sdk);
    expect(app.synced.functionCount).toBeGreaterThanOrEqual(25);
  });

  test("a function without steps completes with its result", async () => {
    const app = await serve();
    expect(await app.runOnce("plain", { n: 21 })).toMatchObject({ status: "completed", output: { doubled: 42 } });
  });

  test("each step runs once and the next one gets its result", async () => {
    const app = await serve();
    const run = await app.runOnce("steps");
    expect(run).toMatchObject({ status: "completed", output: [1, 2, 3] });
    expect(stepsRun(app, run.id)).toEqual(["one", "two", "three"]);
    expect(stepsOf(run).map(({ name, status, output }) => [name, status, output])).toEqual([
      ["one", "completed", { n: 1 }],
      ["two", "completed", 2],
      ["three", "completed", [1, 2, 3]],
    ]);
  });

  test("no result is a result", async () => {
    const app = await serve();
    const run = await app.runOnce("nothing");
    expect(run).toMatchObject({ status: "completed", output: null });
    expect(stepsRun(app, run.id)).toEqual(["nothing", "after"]);
  });

  test("text survives as it is: unicode, long, and JSON inside of text", async () => {
    const app = await serve();
    const texts = ["héllo wörld 😀 你好", "é😀".repeat(40_000), '{"looks":"like JSON"}', "\u2028line\u2029", ""];
    expect(await app.runOnce("text", { texts })).toMatchObject({ status: "completed", output: { kept: texts } });
  });

  test("any text is a step's id", async () => {
    const app = await serve();
    const ids = ["a:1", "😀 é", "x".repeat(300), "../../etc", "<b>&amp;</b>", "'; DROP TABLE steps; --", "a:1", "0"];
    const run = await app.runOnce("ids", { ids });
    expect(run).toMatchObject({ status: "completed", output: ids.map((_, index) => index) });
    expect(app.executions(run.id)).toHaveLength(ids.length);
    expect(stepsOf(run).map(({ name }) => name)).toEqual(ids);
  });

  test("steps of the same id in a loop are different steps", async () => {
    const app = await serve();
    const run = await app.runOnce("repeated");
    expect(run).toMatchObject({ status: "completed", output: [0, 10, 20, 30] });
    expect(stepsRun(app, run.id)).toEqual(["round", "round", "round", "round"]);
  });

  test("parallel steps run once each, a chain among them, and the function goes on once", async () => {
    const app = await serve();
    const run = await app.runOnce("parallel");
    expect(run).toMatchObject({ status: "completed", output: "abxy" });
    expect(stepsRun(app, run.id).toSorted()).toEqual(["a", "b", "chain-1", "chain-2", "join"]);
  });

  test("race mode lets a branch go on while the other still waits", async () => {
    const app = await serve();
    const { id } = await app.start("race");
    await server.waitForRun(id, ({ steps }) =>
      steps.some(({ name, status }) => name === "quicker" && status === "completed"),
    );
    await app.send("slow");
    expect(await server.ended(id)).toMatchObject({ status: "completed", output: "xy" });
    expect(stepsRun(app, id)).toEqual(["quick", "quicker"]);
  });

  test("a run sleeps for a time and until a time", async () => {
    const app = await serve();
    const run = await app.runOnce("sleep");
    expect(run).toMatchObject({ status: "completed", output: "awake" });
    expect(stepsRun(app, run.id)).toEqual(["before", "after"]);
    const sleeps = stepsOf(run).filter(({ kind }) => kind === "sleep");
    expect(sleeps.map(({ status }) => status)).toEqual(["completed", "completed"]);
  });

  test("a run waits for the event that its condition means", async () => {
    const app = await serve();
    const { id } = await app.start("wait", { id: "mine", seconds: 60 });
    await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "waitingForEvent"));
    await app.send("answer", { id: "other", text: "not this" });
    await app.send("answer", { id: "mine", text: "this" });
    expect(await server.ended(id)).toMatchObject({ status: "completed", output: "this" });
  });

  test("a wait that nobody ends is over when its time is", async () => {
    const app = await serve();
    expect(await app.runOnce("wait", { id: "nobody", seconds: 1 })).toMatchObject({
      status: "completed",
      output: null,
    });
  });

  test("a function invokes another and gets its result, or its error", async () => {
    const app = await serve();
    const run = await app.runOnce("invoke");
    expect(run).toMatchObject({
      status: "completed",
      output: [{ doubled: 42, name: "inngest/function.invoked" }, expect.stringContaining("broken child")],
    });
  });

  test("events sent by a step are sent once, those sent by code are known by their id", async () => {
    const app = await serve();
    const run = await app.runOnce("send");
    expect(run).toMatchObject({ status: "completed", output: { sent: 2 } });
    const heard = await until(
      async () => {
        const runs = await server.runs({ function: `${app.id}-heard` });
        return runs.length >= 3 ? runs : null;
      },
      { describe: () => "the events start their runs" },
    );
    const outputs = await Promise.all(heard.map(async ({ id }) => (await server.ended(id)).output));
    expect(outputs.map(String).toSorted()).toEqual(["code", "step", "step"]);
  });

  test("events sent from outside of a function are acknowledged with the ids they are found by", async () => {
    const app = await serve();
    const ids = await app.sendItself([
      { name: app.event("plain"), data: { n: 1 } },
      { name: app.event("plain"), data: { n: 2 } },
    ]);
    const runs = await Promise.all(ids.map((id) => server.runsOf(id)));
    const outputs = await Promise.all(runs.flat().map(async ({ id }) => (await server.ended(id)).output));
    expect(outputs).toEqual([{ doubled: 2 }, { doubled: 4 }]);
  });

  test("a failing function is tried again and told the attempt", async () => {
    const app = await serve();
    const run = await app.runOnce("flaky");
    expect(run).toMatchObject({ status: "completed", output: "at last" });
    expect(app.executions(run.id).map(({ attempt }) => attempt)).toEqual([0, 1, 2]);
    expect(run.steps).toMatchObject([
      {
        kind: "function",
        attempts: [{ error: { message: expect.stringContaining("no luck with attempt 0") } }, {}, {}],
      },
    ]);
  });

  test("every step has retries of its own", async () => {
    const app = await serve();
    const run = await app.runOnce("flaky-steps");
    expect(run).toMatchObject({ status: "completed", output: "done" });
    expect(app.executions(run.id).map(({ step, attempt }) => `${step} ${attempt}`)).toEqual([
      "first 0",
      "first 1",
      "first 2",
      // A call that goes on after a checkpoint keeps the attempt it began with.
      ...(language.env["CHECKPOINTING"] === "1" ? [] : ["second 0", "second 1"]),
      "second 2",
    ]);
  });

  test("a step that used up its retries fails the run, or is caught and the run goes on", async () => {
    const app = await serve();
    const failed = await app.runOnce("uncaught");
    expect(failed).toMatchObject({ status: "failed", error: { message: expect.stringContaining("out of range") } });
    expect(stepsRun(app, failed.id)).toEqual(["bad", "bad"]);
    const caught = await app.runOnce("caught");
    expect(caught).toMatchObject({ status: "completed", output: "instead of out of range" });
    expect(stepsRun(app, caught.id)).toEqual(["bad", "bad", "instead"]);
  });

  test("an error that is final ends a function, or a step, at the first attempt", async () => {
    const app = await serve();
    const body = await app.runOnce("final-body");
    expect(body).toMatchObject({ status: "failed", error: { message: expect.stringContaining("never again") } });
    const step = await app.runOnce("final-step");
    expect(step).toMatchObject({ status: "failed", error: { message: expect.stringContaining("not an address") } });
    expect([app.executions(body.id), app.executions(step.id)].map(({ length }) => length)).toEqual([1, 1]);
  });

  test("an error decides when to try again", async () => {
    const app = await serve();
    const run = await app.runOnce("retry-after");
    expect(run).toMatchObject({ status: "completed", output: "served" });
    const [first, second] = run.steps[0]?.attempts ?? [];
    // Whole seconds on the wire: up to one is lost to rounding.
    expect((second?.startedAt ?? 0) - (first?.startedAt ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  test("a failure is reported once, with the error and the original event", async () => {
    const app = await serve();
    const run = await app.runOnce("reported", { n: 7 });
    expect(run.status).toBe("failed");
    const report = await until(
      () => app.executions().find(({ step }) => step.startsWith(`failure-of:${run.id}:`)) ?? null,
      { describe: () => "the failure handler runs" },
    );
    expect(report.step).toContain("reported error");
    expect(report.step).toMatch(/:7$/u);
    await server.ended(report.runId);
    expect(app.executions().filter(({ step }) => step.startsWith(`failure-of:${run.id}:`))).toHaveLength(1);
  });

  test("an event cancels the run that its condition means and no other", async () => {
    const app = await serve();
    const mine = await app.start("cancelled", { id: "mine" });
    const other = await app.start("cancelled", { id: "other" });
    for (const { id } of [mine, other])
      await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
    await app.send("stop", { id: "mine" });
    expect(await server.ended(mine.id)).toMatchObject({ status: "cancelled" });
    expect(await server.run(other.id)).toMatchObject({ status: "running" });
  });

  test("three events make one batch", async () => {
    const app = await serve();
    const ids = await server.send([1, 2, 3].map((n) => ({ name: app.event("batch"), data: { n } })));
    const [run] = await server.runsOf(ids[0] ?? "");
    expect(await server.ended(run?.id ?? "")).toMatchObject({ status: "completed", output: [1, 2, 3] });
  });

  test("what a middleware encrypts is stored as it came and comes back as it was", async () => {
    const app = await serve();
    const envelope = (text: string): object => ({
      __ENCRYPTED__: true,
      data: Buffer.from(JSON.stringify(text)).toString("base64"),
    });
    const run = await app.runOnce("encrypted", { secret: envelope("sesame") });
    expect(run).toMatchObject({ status: "completed", error: null, output: envelope("sesame!") });
    if (language.language === "python") {
      expect(stepsRun(app, run.id)).toEqual(["secret", "again"]);
      expect(stepsOf(run).find(({ name }) => name === "secret")?.output).toEqual(envelope("sesame"));
    }
    expect(JSON.stringify(run)).not.toContain("sesame");
  });

  // Python's SDK fetches it; Go's cannot, so it is sent whole.
  test("state of more than 4 MiB reaches the function whole, and no step runs again", async () => {
    const app = await serve();
    const run = await app.runOnce("large");
    expect(run).toMatchObject({ status: "completed", output: Array.from({ length: 4 }, () => 1_500_000) });
    expect(app.executions(run.id)).toHaveLength(4);
  });

  test("the server asks a provider of AI in the function's place", async () => {
    const app = await serve();
    const seen: unknown[] = [];
    const provider = await listen((request, response) => {
      void readJson(request).then((body) => {
        seen.push([request.url, request.headers.authorization, body]);
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify({ choices: [{ message: { content: "42" } }] }));
      });
    });
    const base = `http://localhost:${portOf(provider)}`;
    // Go's helper adds the version to the address.
    const run = await app.runOnce("infer", { url: language.language === "go" ? base : `${base}/v1` });
    expect(run).toMatchObject({ status: "completed", output: { choices: [{ message: { content: "42" } }] } });
    expect(seen).toMatchObject([["/v1/chat/completions", "Bearer sk-secret", { model: "gpt-test" }]]);
  });
});
