// Requests that the server makes for a step: step.fetch, and inference against a provider (here a local stand-in for one).
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { json as readJson, text as readText } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { listen, portOf, serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { stepsOf } from "../harness/server-api.ts";

const server = useServer({ args: ["--retry-interval", "0.05"] });

async function provider(
  answer: (request: IncomingMessage, response: ServerResponse, call: number) => Promise<void> | void,
): Promise<string> {
  let calls = 0;
  const http = await listen((request, response) => {
    calls += 1;
    void answer(request, response, calls);
  });
  return `http://localhost:${portOf(http)}`;
}

describe.each(sdks)("SDK $name", (sdk) => {
  test("step.fetch sends what it is told and gives the whole answer, whatever its status", async () => {
    const url = await provider(async (request, response) => {
      const body = await readText(request);
      response.writeHead(201, { "content-type": "application/json", "x-made": "here" });
      response.end(
        JSON.stringify({ method: request.method, path: request.url, body, header: request.headers["x-mine"] }),
      );
    });
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "fetch" }, { event: event("go") }, async ({ step }) => {
        const response = await step.fetch(`${url}/things?a=1`, {
          method: "PUT",
          body: "hello",
          headers: { "x-mine": "yes" },
        });
        return { status: response.status, made: response.headers.get("x-made"), body: await response.json() };
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({
      status: "completed",
      output: { status: 201, made: "here", body: { method: "PUT", path: "/things?a=1", body: "hello", header: "yes" } },
    });
    expect(stepsOf(run)).toMatchObject([{ kind: "gateway", status: "completed" }]);
  });

  test("a request that nobody answers is tried again and then an error of the step", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "nobody", retries: 1 }, { event: event("go") }, async ({ step }) => {
        try {
          await step.fetch("http://localhost:9/nothing");
          return "answered";
        } catch (error) {
          return (error as Error).message;
        }
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: expect.stringContaining("Error making gateway request") });
  });

  test("step.ai.infer calls the provider with the key and gives its answer", async () => {
    const seen: { body: unknown; headers: IncomingHttpHeaders; path: string }[] = [];
    const url = await provider(async (request, response) => {
      seen.push({ body: await readJson(request), headers: request.headers, path: request.url ?? "" });
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ choices: [{ message: { content: "42" } }] }));
    });
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "infer" }, { event: event("go") }, async ({ step }) => {
        const model = step.ai.models.openai({ model: "gpt-test", apiKey: "sk-secret", baseUrl: `${url}/v1/` });
        const answer = await step.ai.infer("ask", { model, body: { messages: [{ role: "user", content: "6 x 7?" }] } });
        return answer;
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: { choices: [{ message: { content: "42" } }] } });
    expect(seen).toMatchObject([
      {
        path: "/v1/chat/completions",
        headers: { authorization: "Bearer sk-secret", "content-type": "application/json" },
        body: { model: "gpt-test", messages: [{ role: "user", content: "6 x 7?" }] },
      },
    ]);
    expect(JSON.stringify(run)).not.toContain("sk-secret");
    expect(server.child.output()).not.toContain("sk-secret");
  });

  test("a provider that refuses is asked again, then the step fails with what it said", async () => {
    const url = await provider((_request, response, call) => {
      response.writeHead(429, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: `too many requests (${call})` }));
    });
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "refused", retries: 1 }, { event: event("go") }, async ({ step }) => {
        const model = step.ai.models.openai({ model: "gpt-test", apiKey: "sk-secret", baseUrl: `${url}/v1/` });
        await step.ai.infer("ask", { model, body: { messages: [] } });
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({
      status: "failed",
      // SDK v3 does not keep the names of errors that pass through a step.
      error: {
        name: sdk.name === "v3" ? "Error" : "AIGatewayError",
        message: "Error making AI request: unsuccessful status code: 429",
      },
    });
    expect(run.error?.stack).toContain("too many requests (2)");
  });

  test("step.ai.wrap is a step of the app's own", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "wrap" }, { event: event("go") }, async ({ step }) =>
        step.ai.wrap("think", ({ prompt }) => `thought about ${prompt}`, { prompt: "life" }),
      ),
    ]);
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: "thought about life" });
  });
});
