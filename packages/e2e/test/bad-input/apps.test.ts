// Apps that answer wrongly, late or not at all: at the sync, and when they are called.
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { ApiRun } from "@stepwright/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import { listen, portOf } from "../harness/app.ts";
import { sdkHeaders, serveFake } from "../harness/fake-app.ts";
import { useServer } from "../harness/scope.ts";

const server = useServer({ args: ["--retry-interval", "0.05", "--call-timeout", "2"] });

async function runFake(
  ...parameters: Parameters<typeof serveFake> extends [unknown, ...infer Rest] ? Rest : never
): Promise<ApiRun> {
  const { event } = await serveFake(server, ...parameters);
  const [eventId = ""] = await server.send({ name: event });
  const [run] = await server.runsOf(eventId);
  return server.ended(run?.id ?? "");
}

describe("a sync is refused with a reason when", () => {
  test("nobody listens", async () => {
    const app = await server.addApp("http://localhost:9/api/inngest");
    expect(app).toMatchObject({ status: "failed", problem: { code: "APP_UNREACHABLE" } });
    expect(app.problem?.message).toContain("Unable to reach SDK URL http://localhost:9/api/inngest");
    expect(app.problem?.message).toContain("check that the app is running there");
  });

  test("a web page answers", async () => {
    const http = await listen((_request, response) =>
      response.setHeader("content-type", "text/html").end("<h1>Hello</h1>"),
    );
    const app = await server.addApp(`http://localhost:${portOf(http)}/api/inngest`);
    expect(app.problem).toMatchObject({ code: "APP_NOT_SDK", httpStatus: 200, bodyExcerpt: "<h1>Hello</h1>" });
    expect(app.problem?.message).toContain("did not come from an Inngest SDK");
  });

  test("the path is wrong", async () => {
    const http = await listen((_request, response) => response.writeHead(404).end("Not found"));
    const app = await server.addApp(`http://localhost:${portOf(http)}/wrong`);
    expect(app.problem).toMatchObject({
      code: "APP_HTTP_STATUS",
      httpStatus: 404,
      message: expect.stringContaining("answered HTTP 404"),
    });
  });

  test("it redirects for ever", async () => {
    const http = await listen((request, response) => response.writeHead(308, { location: request.url }).end());
    const app = await server.addApp(`http://localhost:${portOf(http)}/api/inngest`);
    expect(app.problem?.message).toContain("redirects more than 60 times");
  });

  test("what answers speaks no HTTP", async () => {
    const garbage = createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n")).listen(0);
    onTestFinished(() => void garbage.close());
    await once(garbage, "listening");
    const app = await server.addApp(`http://localhost:${(garbage.address() as AddressInfo).port}/api/inngest`);
    expect(app.problem).toMatchObject({
      code: "APP_UNREACHABLE",
      message: expect.stringMatching(/not HTTP|connection ended/),
    });
  });

  test("the URL is none", async () => {
    const answer = await server.request("POST", "/api/apps", { body: { url: "not a url at all" } });
    expect(answer).toMatchObject({
      status: 400,
      json: { code: "APP_URL_INVALID", error: expect.stringContaining("not a url at all") },
    });
  });
});

describe("a call fails with a reason when the app answers", () => {
  test("a page that no SDK made", async () => {
    const run = await runFake((_request, response) =>
      response.setHeader("content-type", "text/html").end("<h1>Hello</h1>"),
    );
    expect(run).toMatchObject({ status: "failed" });
    expect(run.error?.message).toContain("did not come from an Inngest SDK");
  });

  test("a gateway's error page", async () => {
    const run = await runFake((_request, response) =>
      response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>"),
    );
    expect(run.error).toMatchObject({
      name: "Server returned a fatal error",
      message: "Your server returned HTTP 502 before the SDK responded.",
      stack: expect.stringContaining("<h1>Bad gateway</h1>"),
    });
  });

  test.each([
    ["no JSON", "{ops:", /JSON|read/i],
    ["a text instead of a list", '"StepRun"', /list|array|op/i],
    ["an op that nobody knows", '[{"op":"StepDance","id":"a"}]', /StepDance/],
    ["an op that is null", "[null]", /op|null/i],
    ["a step error without an error", '[{"op":"StepError","id":"a"}]', /error/i],
    ["a sleep that is no duration", '[{"op":"Sleep","id":"a","name":"soon"}]', /soon/],
    ["a wait for nothing", '[{"op":"WaitForEvent","id":"a","opts":{"timeout":"whenever"},"name":"a/b"}]', /whenever/],
  ])("206 with %s", async (_name, body, reason) => {
    const run = await runFake((_request, response) => response.writeHead(206, sdkHeaders).end(body));
    expect(run.status).toBe("failed");
    expect(`${run.error?.name}: ${run.error?.message}`).toMatch(reason);
  });

  test("the stream's envelope, broken", async () => {
    const run = await runFake((_request, response) =>
      response.writeHead(201, sdkHeaders).end('   {"status":206,"body":'),
    );
    expect(run.status).toBe("failed");
    expect(run.error?.message).toMatch(/JSON|stream|read|invalid/i);
  });

  test("more than 8 MiB", async () => {
    const run = await runFake((_request, response) =>
      response.writeHead(200, sdkHeaders).end(JSON.stringify("x".repeat(9 * 1024 * 1024))),
    );
    expect(run.status).toBe("failed");
    expect(`${run.error?.name} ${run.error?.message}`).toMatch(/8388608|larger/);
  });

  test("a body in an encoding that nobody reads", async () => {
    const run = await runFake((_request, response) =>
      response.writeHead(200, { ...sdkHeaders, "content-encoding": "zstd" }).end("x"),
    );
    expect(run.error?.message).toContain('Content-Encoding "zstd"');
  });

  test("nothing, until the time for a call is over", async () => {
    const run = await runFake(() => {});
    expect(run.status).toBe("failed");
    expect(run.error?.message).toContain("no answer within 2 s");
  });

  test("the beginning of something, and then no more", async () => {
    const run = await runFake((_request, response) => response.writeHead(200, sdkHeaders).write('{"half":'));
    expect(run.error?.message).toContain("no answer within 2 s");
  });

  test("half an answer before it dies", async () => {
    const run = await runFake((_request, response) => {
      response.writeHead(200, { ...sdkHeaders, "content-length": "1000" });
      response.write('{"half":', () => response.destroy());
    });
    expect(run.error?.message).toContain("the connection ended before the answer did");
  });

  test("by closing the connection", async () => {
    const run = await runFake((request) => request.socket.destroy());
    expect(run.error?.message).toContain("Unable to reach SDK URL");
  });
});

test("a redirect is followed with the method and the body", async () => {
  let target = "";
  const final = await listen((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => void chunks.push(chunk));
    request.on("end", () => {
      const { event } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as {
        readonly event: { readonly name: string };
      };
      response
        .writeHead(200, sdkHeaders)
        .end(JSON.stringify({ method: request.method, event: event.name, query: request.url }));
    });
  });
  target = `http://localhost:${portOf(final)}/moved/`;
  const { event } = await serveFake(server, (_request, response) =>
    response.writeHead(302, { location: target }).end(),
  );
  const [eventId = ""] = await server.send({ name: event });
  const [run] = await server.runsOf(eventId);
  expect(await server.ended(run?.id ?? "")).toMatchObject({
    status: "completed",
    output: { method: "POST", event, query: expect.stringMatching(/^\/moved\/\?fnId=fake-\d+-fn&stepId=step$/) },
  });
});

test("an app that fails is tried again, and one bad app does not hold up a good one", async () => {
  let calls = 0;
  const hanging = await serveFake(server, () => {}, { retries: 1 });
  const flaky = await serveFake(
    server,
    (_request, response) => {
      calls += 1;
      if (calls === 1) response.writeHead(503).end("starting up");
      else response.writeHead(200, sdkHeaders).end('"up"');
    },
    { retries: 1 },
  );
  await server.send(Array.from({ length: 20 }, () => ({ name: hanging.event })));
  const [eventId = ""] = await server.send({ name: flaky.event });
  const [run] = await server.runsOf(eventId);
  const ended = await server.ended(run?.id ?? "", { timeoutMs: 1_500 });
  expect(ended).toMatchObject({ status: "completed", output: "up" });
  expect(calls).toBe(2);
});
