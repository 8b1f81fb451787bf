// Apps that answer a call wrongly, late or not at all: the run fails with a reason, and no other app waits for them.
import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import type { ApiRun } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import { listen, portOf } from "../harness/app.ts";
import { sdkHeaders, serveFake } from "../harness/fake-app.ts";
import { useServer } from "../harness/scope.ts";

const server = useServer({ args: ["--retry-interval", "0.05", "--call-timeout", "2"] });

async function runFake(answer: RequestListener): Promise<ApiRun> {
  const { event } = await serveFake(server, answer);
  const [eventId = ""] = await server.send({ name: event });
  const [run] = await server.runsOf(eventId);
  return server.ended(run?.id ?? "");
}

const answerOp =
  (body: string): RequestListener =>
  (_request, response) =>
    response.writeHead(206, sdkHeaders).end(body);
const unreadable = (reason: string): string => `The SDK's response cannot be read: ${reason}.`;
const unreachable = (reason: string): object =>
  expect.stringMatching(new RegExp(`^Unable to reach SDK URL http://localhost:\\d+/api/inngest: ${reason}`));

const answers: readonly [name: string, answer: RequestListener, error: object][] = [
  [
    "a page that no SDK made",
    (_request, response) => response.setHeader("content-type", "text/html").end("<h1>Hello</h1>"),
    { message: "The response did not come from an Inngest SDK", stack: expect.stringContaining("<h1>Hello</h1>") },
  ],
  [
    "a gateway's error page",
    (_request, response) => response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>"),
    {
      name: "Server returned a fatal error",
      message: "Your server returned HTTP 502 before the SDK responded.",
      stack: expect.stringContaining("<h1>Bad gateway</h1>"),
    },
  ],
  [
    "206 with no JSON",
    answerOp("{ops:"),
    { message: unreadable("the body is not JSON"), stack: "Upstream response (application/json):\n{ops:" },
  ],
  [
    "206 with a text instead of a list",
    answerOp('"StepRun"'),
    { message: unreadable("the body is neither a list of ops nor an op") },
  ],
  [
    "206 with an op that nobody knows",
    answerOp('[{"op":"StepDance","id":"a"}]'),
    { message: unreadable('op 0 is of the unknown kind "StepDance"') },
  ],
  [
    "206 with an op that is null",
    answerOp("[null]"),
    { message: unreadable("op 0 is not an op object with text in its op, id and name fields") },
  ],
  [
    "206 with a step error without an error",
    answerOp('[{"op":"StepError","id":"a"}]'),
    { message: unreadable("op 0 (StepError) has no error") },
  ],
  [
    "206 with a sleep that is no duration",
    answerOp('[{"op":"Sleep","id":"a","name":"soon"}]'),
    {
      name: "InvalidDuration",
      message: 'step.sleep "soon" asks for "soon", which is neither a duration such as "1h30m" nor an RFC 3339 date.',
    },
  ],
  [
    "206 with a wait that has no end",
    answerOp('[{"op":"WaitForEvent","id":"a","opts":{"timeout":"whenever"},"name":"a/b"}]'),
    {
      name: "InvalidDuration",
      message:
        'step.waitForEvent "a/b" has the timeout "whenever", which is neither a duration such as "48h" nor an RFC 3339 date.',
    },
  ],
  [
    "206 with a wait for an expression that does not parse",
    answerOp('[{"op":"WaitForEvent","id":"a","opts":{"event":"a/b","timeout":"1h","if":"x =="},"name":"a/b"}]'),
    {
      name: "InvalidExpression",
      message: 'step.waitForEvent "a/b" has an invalid `if`: unexpected token: EOF (in `x ==`)',
    },
  ],
  [
    "a stream that breaks off",
    (_request, response) => response.writeHead(201, sdkHeaders).end('   {"status":206,"body":'),
    { message: "The response stream ended before the SDK sent its answer." },
  ],
  [
    "more than 8 MiB",
    (_request, response) => response.writeHead(200, sdkHeaders).end(JSON.stringify("x".repeat(9 * 1024 * 1024))),
    {
      message: expect.stringMatching(
        /^the response of http:\/\/localhost:\d+\/api\/inngest is larger than the limit of 8388608 bytes; return less, /,
      ),
    },
  ],
  [
    "in an encoding that nobody reads",
    (_request, response) => response.writeHead(200, { ...sdkHeaders, "content-encoding": "zstd" }).end("x"),
    { message: unreachable('its Content-Encoding "zstd" is not gzip, br or identity$') },
  ],
  [
    "what is not the gzip it says it is",
    (_request, response) => response.writeHead(200, { ...sdkHeaders, "content-encoding": "gzip" }).end("x"),
    { message: unreachable("its gzip body cannot be decoded: ") },
  ],
  ["nothing, until the time for a call is over", () => {}, { message: unreachable("no answer within 2 s$") }],
  [
    "the beginning of something, and then no more",
    (_request, response) => response.writeHead(200, sdkHeaders).write('{"half":'),
    { message: unreachable("no answer within 2 s$") },
  ],
  [
    "half of it and dies",
    (_request, response) => {
      response.writeHead(200, { ...sdkHeaders, "content-length": "1000" });
      response.write('{"half":', () => response.destroy());
    },
    { message: unreachable("the connection ended before the answer did") },
  ],
  [
    "by closing the connection",
    (request) => request.socket.destroy(),
    { message: unreachable("the connection ended before the answer did") },
  ],
  [
    "in another language than HTTP",
    (request) => request.socket.end("SSH-2.0-OpenSSH_9.6\r\n"),
    { message: unreachable("what it answers is not HTTP ") },
  ],
  [
    "with redirects for ever",
    (request, response) => response.writeHead(307, { location: request.url }).end(),
    { message: unreachable("it redirects more than 60 times$") },
  ],
  [
    "with a redirect to nowhere",
    (_request, response) => response.writeHead(302).end(),
    { message: "Your server returned HTTP 302 before the SDK responded." },
  ],
  [
    "with a redirect away from the web",
    (_request, response) => response.writeHead(302, { location: "ftp://files.example/" }).end(),
    { message: unreachable('it redirects to "ftp://files.example/", which is no address on the web$') },
  ],
];

describe("a call fails with a reason when the app answers", () => {
  test.each(answers)("%s", async (_name, answer, error) => {
    expect(await runFake(answer)).toMatchObject({ status: "failed", error });
  });
});

test("a redirect is followed with the method and the body", async () => {
  const moved = await listen((request, response) => {
    void text(request).then((body) => {
      const { event } = JSON.parse(body) as { readonly event: { readonly name: string } };
      response
        .writeHead(200, sdkHeaders)
        .end(JSON.stringify({ method: request.method, event: event.name, url: request.url }));
    });
  });
  const run = await runFake((_request, response) =>
    response.writeHead(302, { location: `http://localhost:${portOf(moved)}/moved/` }).end(),
  );
  expect(run).toMatchObject({
    status: "completed",
    output: {
      method: "POST",
      event: run.trigger.eventName,
      url: expect.stringMatching(/^\/moved\/\?fnId=fake-\d+-fn&stepId=step$/),
    },
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
  // Less than the hanging calls take.
  const ended = await server.ended(run?.id ?? "", { timeoutMs: 1_800 });
  expect(ended).toMatchObject({ status: "completed", output: "up" });
  expect(calls).toBe(2);
});
