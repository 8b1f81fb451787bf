// Apps that answer a sync wrongly, late or not at all: the reason is on the app, in the answer and in the list of apps.
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { ApiApp } from "@stepwright/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import { listen, portOf } from "../harness/app.ts";
import { sdkHeaders } from "../harness/fake-app.ts";
import { passOn } from "../harness/proxy.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer();

/** Adds an app by its URL, which must fail; returns it as the list of apps shows it. */
async function addBroken(url: string): Promise<ApiApp> {
  const answered = await server.addApp(url);
  const listed = (await server.apps()).find(({ id }) => id === answered.id);
  // Whatever it is, the app is in the list with the same problem, so that whoever looks later sees it as well.
  expect(listed).toMatchObject({ url, status: "failed", problem: answered.problem, functionCount: 0 });
  return answered;
}

async function addAnswering(answer: RequestListener): Promise<ApiApp> {
  return addBroken(`http://localhost:${portOf(await listen(answer))}/api/inngest`);
}

const isNoSdk =
  /^the response of http:\/\/localhost:\d+\/api\/inngest did not come from an Inngest SDK; check the path/;
const unreachable = (reason: string): object => ({
  code: "APP_UNREACHABLE",
  httpStatus: null,
  message: expect.stringMatching(
    new RegExp(`^Unable to reach SDK URL http://localhost:\\d+/api/inngest \\(${reason}.*\\); check that the app is`),
  ),
});

const answers: readonly [name: string, answer: RequestListener, problem: object][] = [
  [
    "a web page",
    (_request, response) => response.setHeader("content-type", "text/html").end("<h1>Hello</h1>"),
    {
      code: "APP_NOT_SDK",
      httpStatus: 200,
      bodyExcerpt: "<h1>Hello</h1>",
      message: expect.stringMatching(isNoSdk),
    },
  ],
  [
    "half a JSON text",
    (_request, response) => response.setHeader("content-type", "application/json").end('{"message":'),
    { code: "APP_NOT_SDK", httpStatus: 200, bodyExcerpt: '{"message":', message: expect.stringMatching(isNoSdk) },
  ],
  [
    "that there is nothing at this path",
    (_request, response) => response.writeHead(404).end("Not found"),
    {
      code: "APP_HTTP_STATUS",
      httpStatus: 404,
      bodyExcerpt: "Not found",
      message: expect.stringContaining("answered HTTP 404: it is not an Inngest SDK"),
    },
  ],
  [
    "with the error page of a framework that could not load it",
    (_request, response) => response.writeHead(500, { "content-type": "text/html" }).end("<h1>Build failed</h1>"),
    {
      code: "APP_HTTP_STATUS",
      httpStatus: 500,
      bodyExcerpt: "<h1>Build failed</h1>",
      message: expect.stringContaining("answered HTTP 500: it failed before an Inngest SDK could answer"),
    },
  ],
  [
    "with what no SDK would say",
    (_request, response) => response.writeHead(200, sdkHeaders).end("OK, I guess"),
    {
      code: "APP_SYNC_INVALID",
      bodyExcerpt: "OK, I guess",
      message: expect.stringContaining("with something unreadable: its body is not the JSON object"),
    },
  ],
  [
    "with an SDK's own error",
    (_request, response) => response.writeHead(500, sdkHeaders).end('{"message":"the database is down"}'),
    {
      code: "APP_HTTP_STATUS",
      httpStatus: 500,
      message: expect.stringContaining("answered HTTP 500: the database is down"),
    },
  ],
  [
    "that all is well, and has registered elsewhere",
    (_request, response) => response.writeHead(200, sdkHeaders).end('{"message":"Successfully registered"}'),
    {
      code: "APP_HTTP_STATUS",
      message: expect.stringContaining("it registered with another server; set INNGEST_DEV or INNGEST_BASE_URL"),
    },
  ],
  [
    "with redirects for ever",
    (request, response) => response.writeHead(308, { location: request.url }).end(),
    {
      code: "APP_REDIRECT",
      message: expect.stringMatching(
        /, as it redirects more than 60 times; let it answer at this URL without a redirect/,
      ),
    },
  ],
  [
    "with a redirect away from the web",
    (_request, response) => response.writeHead(302, { location: "ftp://files.example/" }).end(),
    {
      code: "APP_REDIRECT",
      message: expect.stringContaining(
        'as it redirects to "ftp://files.example/", which is no address on the web; let',
      ),
    },
  ],
  [
    "half of it and dies",
    (_request, response) => {
      response.writeHead(200, { ...sdkHeaders, "content-length": "1000" });
      response.write('{"half":', () => response.destroy());
    },
    unreachable("the connection ended before the answer did"),
  ],
  [
    "by closing the connection",
    (request) => void request.socket.destroy(),
    unreachable("the connection ended before the answer did"),
  ],
];

describe("a sync fails with a reason when the app answers", () => {
  test.each(answers)("%s", async (_name, answer, problem) => {
    expect((await addAnswering(answer)).problem).toMatchObject(problem);
  });

  test("nothing within 10 seconds", async () => {
    const { problem } = await addAnswering(() => {});
    expect(problem).toMatchObject({
      code: "APP_TIMEOUT",
      message: expect.stringMatching(/^the app at http:\/\/localhost:\d+\/api\/inngest did not answer within 10 s$/),
    });
  });

  test("in another language than HTTP", async () => {
    const garbage = createServer((socket) => socket.end("SSH-2.0-OpenSSH_9.6\r\n")).listen(0);
    onTestFinished(() => void garbage.close());
    await once(garbage, "listening");
    const app = await addBroken(`http://localhost:${(garbage.address() as AddressInfo).port}/api/inngest`);
    // Closing before the request is read is a race that the end of the connection may win.
    expect(app.problem).toMatchObject(unreachable("(what it answers is not HTTP|the connection ended before)"));
  });
});

test("a sync fails with a reason when nobody listens", async () => {
  const app = await addBroken("http://localhost:9/api/inngest");
  expect(app.problem).toMatchObject({
    code: "APP_UNREACHABLE",
    message: expect.stringMatching(
      /^Unable to reach SDK URL http:\/\/localhost:9\/api\/inngest .*; check that the app is running there$/,
    ),
  });
});

test("a sync fails with a reason when the URL says https and the app does not speak it", async () => {
  const http = await listen((_request, response) => response.end());
  const app = await addBroken(`https://localhost:${portOf(http)}/api/inngest`);
  expect(app.problem).toMatchObject({
    code: "APP_TLS",
    message: expect.stringMatching(
      /^no secure connection to https:.*what answers there does not speak https, try http:/,
    ),
  });
});

test.each(["not a url at all", "ftp://localhost/api/inngest", "http://localhost:99999/"])(
  "%j is no URL of an app: nothing is kept of it",
  async (url) => {
    const known = await server.apps();
    const answer = await server.request("POST", "/api/apps", { body: { url } });
    expect(answer).toMatchObject({
      status: 400,
      json: { code: "APP_URL_INVALID", error: expect.stringContaining(`"${url}" is not an http or https URL`) },
    });
    expect(await server.apps()).toHaveLength(known.length);
  },
);

test.each(sdks)("a redirect is followed to the app, SDK $name", async (sdk) => {
  const client = sdk.client({ id: `moved-${sdk.name}`, baseUrl: server.url, isDev: true, eventKey: "test" });
  const app = await listen(client.serve([client.define({ id: "one" }, { event: "moved/one" }, () => null)]));
  const target = `http://localhost:${portOf(app)}`;
  const old = await listen((request, response) => {
    if (request.url === "/old") response.writeHead(307, { location: `${target}/api/inngest` }).end();
    else passOn(target)(request, response);
  });
  expect(await server.addApp(`http://localhost:${portOf(old)}/old`)).toMatchObject({
    name: `moved-${sdk.name}`,
    url: `${target}/api/inngest`,
    status: "synced",
    problem: null,
    functionCount: 1,
  });
});
