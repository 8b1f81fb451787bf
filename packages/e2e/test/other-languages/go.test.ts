// What the published Go SDK can do and Python's cannot: signals, requests by the server, checkpoints.
import { json as readJson } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { listen, portOf } from "../harness/app.ts";
import { type LanguageApp, languages, serveLanguage, useLanguage } from "../harness/other-languages.ts";
import { startProxy } from "../harness/proxy.ts";
import { useScope, useServer } from "../harness/scope.ts";
import { stepsOf } from "../harness/server-api.ts";

const server = useServer({ args: ["--retry-interval", "0.05"] });
const scope = useScope();

describe.each(languages.filter(({ language }) => language === "go"))("$name", (language) => {
  useLanguage(language);
  let started: Promise<LanguageApp> | null = null;
  const serve = (): Promise<LanguageApp> => (started ??= serveLanguage(scope, server, language));

  test("a signal wakes the run that waits for it, with its data", async () => {
    const app = await serve();
    const { id } = await app.start("signal", { signal: `${app.id}/approved` });
    await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "waitingForSignal"));
    await server.request("POST", "/v1/signals", { body: { signal: `${app.id}/approved`, data: { by: "Ada" } } });
    expect(await server.ended(id)).toMatchObject({ status: "completed", output: { by: "Ada" } });
  });

  test("the error of a step that returned nothing beside it can be caught", async () => {
    const app = await serve();
    const run = await app.runOnce("nothing-but-an-error");
    expect(run).toMatchObject({ status: "completed", output: "caught: nothing came of it" });
  });

  test("the server fetches in the function's place", async () => {
    const app = await serve();
    const http = await listen((request, response) => {
      void readJson(request).then((body) => {
        response.writeHead(201, { "content-type": "application/json" });
        response.end(JSON.stringify({ method: request.method, body }));
      });
    });
    const run = await app.runOnce("fetch", { url: `http://localhost:${portOf(http)}/things` });
    expect(run).toMatchObject({
      status: "completed",
      output: { status: 201, body: JSON.stringify({ method: "PUT", body: { hello: "there" } }) },
    });
  });
});

describe.each(languages.filter(({ name }) => name === "Go, checkpointing"))("$name", (language) => {
  useLanguage(language);

  test("every step is stored by a request of its own, while the one call goes on", async () => {
    let checkpoints = 0;
    const proxy = await startProxy(server.url, (request) => {
      if (request.url?.startsWith("/v1/checkpoint") === true) checkpoints += 1;
      return false;
    });
    const app = await serveLanguage(scope, server, language, { env: { INNGEST_DEV: proxy } });
    const run = await app.runOnce("steps");
    expect(run).toMatchObject({ status: "completed", output: [1, 2, 3] });
    expect(stepsOf(run).map(({ status }) => status)).toEqual(["completed", "completed", "completed"]);
    // Every call that is made tells its attempt: three executions in one call are three checkpoints and one answer.
    expect(checkpoints).toBe(3);
  });

  test("a call that reaches its longest runtime is followed by another, and every step runs once", async () => {
    const app = await serveLanguage(scope, server, language);
    const run = await app.runOnce("long");
    expect(run).toMatchObject({ status: "completed", output: [0, 1, 2, 3] });
    const executed = app.executions(run.id).map(({ step }) => step);
    expect(executed.filter((step) => step === "part")).toHaveLength(4);
    expect(executed.filter((step) => step === "call").length).toBeGreaterThan(1);
  });

  test.each([404, 413, 503])("checkpoints answered with %i lose no step", async (status) => {
    let refused = 0;
    const proxy = await startProxy(server.url, (request, response) => {
      if (request.url?.startsWith("/v1/checkpoint") !== true) return false;
      refused += 1;
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error: "no", status }));
      return true;
    });
    const app = await serveLanguage(scope, server, language, { env: { INNGEST_DEV: proxy } });
    const run = await app.runOnce("steps", {}, { timeoutMs: 50_000 });
    expect(run).toMatchObject({ status: "completed", output: [1, 2, 3] });
    expect(refused).toBeGreaterThan(0);
  });
});
