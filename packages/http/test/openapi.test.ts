// The documents of the APIs describe every route, and what a live server answers.
import { millis } from "@stepwright/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { ownApi, ownApiWithTests } from "../src/openapi/api.ts";
import { documentPath, type ApiDescription, type Operation } from "../src/openapi/operation.ts";
import { restV1 } from "../src/openapi/v1.ts";
import { restV2 } from "../src/openapi/v2.ts";
import { openWorld, type World } from "./contract/world.ts";
import { openServer } from "./open-server.ts";
import { refusingControls } from "./refusing-controls.ts";

const headers = { host: "localhost:8288" };
const apis: readonly (readonly [string, ApiDescription, readonly string[]])[] = [
  ["/v1/openapi.json", restV1, ["/v1/", "/v0/"]],
  ["/v2/openapi.json", restV2, ["/v2/"]],
  ["/api/openapi.json", ownApi, ["/api/"]],
];

const nameOf = ({ method, path }: Pick<Operation, "method" | "path">): string => `${method.toUpperCase()} ${path}`;

describe("the documents", () => {
  it.each([
    ["a server on the wall clock", ownApi, {}],
    ["a server on a virtual clock", ownApiWithTests, { testControls: refusingControls }],
  ])("of %s describe every route of their API, and none that is not there", async (_name, own, overrides) => {
    const routes = new Set<string>();
    const server = await openServer({
      ...overrides,
      onRoute({ method, url, isRefusal }) {
        if (method !== "HEAD" && !isRefusal) routes.add(`${method} ${documentPath(url)}`);
      },
    });
    const served = await server.app.inject({ url: "/api/openapi.json", headers });
    await server.close();
    expect(Object.keys(served.json().paths).toSorted()).toEqual(
      [...new Set(own.operations.map(({ path }) => path))].toSorted(),
    );
    for (const [, api, prefixes] of apis) {
      const described = (api === ownApi ? own : api).operations.map(nameOf);
      const there = [...routes].filter((route) => prefixes.some((prefix) => route.includes(` ${prefix}`)));
      expect(described.toSorted()).toEqual(there.toSorted());
    }
  });

  it.each(apis)("%s is OpenAPI 3.1 whose references are there", async (url) => {
    const server = await openServer();
    const response = await server.app.inject({ url, headers });
    await server.close();
    expect(response.statusCode).toBe(200);
    const document = response.json();
    expect(document).toMatchObject({ openapi: "3.1.0", info: { version: "0.0.0" } });
    const ids = Object.values(document.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
      (path) => Object.values(path).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, reference] of response.body.matchAll(/"\$ref":"([^"]+)"/g)) {
      const found = (reference ?? "")
        .replace("#/", "")
        .split("/")
        .reduce((at: unknown, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      expect({ reference, found: found !== undefined }).toEqual({ reference, found: true });
    }
  });
});

describe("a server with keys", () => {
  it("asks for one in every operation, but for those that open a session", async () => {
    const { app, close } = await openServer({
      access: { kind: "keyed", eventKeys: ["e"], signingKey: "aa", fallbackKey: null },
      isTestMode: true,
      testControls: refusingControls,
    });
    const open = ["GET /api/info", "POST /api/login", "POST /api/logout"];
    const operations = [...apis.flatMap(([, api]) => api.operations), ...ownApiWithTests.operations];
    for (const { method, path } of operations) {
      if (open.includes(nameOf({ method, path }))) continue;
      for (const prefix of path.startsWith("/v2/") ? ["", "/api"] : [""]) {
        const url = prefix + path.replace(/\{\w+\}/g, "x");
        const { statusCode } = await app.inject({ method: method.toUpperCase() as "POST", url, headers });
        expect({ method, url, statusCode }).toEqual({ method, url, statusCode: 401 });
      }
    }
    for (const url of ["/fn/step-limit", "/fn/state-size-limit", "/test/reset", "/test/function/pause", "/fn/register"])
      expect((await app.inject({ method: "POST", url, headers })).statusCode).toBe(401);
    await close();
  });
});

describe("what a live server answers", () => {
  let world: World;
  let cancellationId = "";
  beforeAll(async () => {
    world = await openWorld();
    const period = { startedAfter: null, startedBefore: millis(1) };
    ({ id: cancellationId } = await world.runtime.cancellations.ask({
      functionSlug: "demo2-steps",
      ...period,
      if: null,
    }));
  });
  afterAll(() => world.close());

  const ours = (id: string): string => world.ids.get(id) ?? id;
  const values = (): Readonly<Record<string, string>> => ({
    runId: ours("01M8550BXAJQ0DEJEM9P9901C5"),
    eventId: ours("01M8550BV42B0WCC240CV8AY0W"),
    appName: "demo2",
    slug: "demo2-steps",
    functionId: "steps",
    cancellationId,
  });

  const readable = apis.flatMap(([, api]) =>
    api.operations.flatMap((operation) =>
      operation.method === "get" && Object.values(operation.answers).some((schema) => schema !== null)
        ? [[nameOf(operation), operation, api] as const]
        : [],
    ),
  );

  it.each(readable)("%s is as described", async (name, operation, api) => {
    const appId = operation.path.startsWith("/v2/") ? "demo2" : (world.runtime.registry().apps[0]?.id ?? "");
    // The state of a run is gone when it has ended.
    const waiting: Readonly<Record<string, string>> = operation.path.startsWith("/v0/")
      ? { runId: ours("01M8558VNRA8SX0FMY4TE8HNR7") }
      : {};
    const filled = operation.path.replace(
      /\{(\w+)\}/g,
      (_, key: string) => ({ ...values(), ...waiting, appId } as Readonly<Record<string, string>>)[key] ?? "x",
    );
    const more = operation.path.startsWith("/api/") ? "search=demo" : "includeOutput=true";
    for (const url of [filled, `${filled}?${more}`, `${filled}?limit=1`]) {
      const response = await world.app.inject({ url, headers });
      if (operation.path.startsWith("/api/") && response.statusCode === 400) {
        // Lists know no other parameters than theirs.
        conforms(api.error, response.json(), url);
        continue;
      }
      expect({ name, url, status: response.statusCode }).toEqual({ name, url, status: 200 });
      conforms(operation.answers[200], response.json(), url);
    }
  });

  it.each(apis)("%s: every way to send something is as described, errors included", async (_url, api) => {
    for (const { method, path, body, answers, error = api.error } of api.operations.filter(
      (one) => one.method !== "get",
    )) {
      for (const payload of ["{", "", ...(examples[`${method} ${path}`] ?? []).map((one) => JSON.stringify(one))]) {
        const appId = path.startsWith("/v2/") ? "demo2" : "nope";
        const url = path.replace(/\{(\w+)\}/g, (_, key: string) => ({ ...values(), appId })[key] ?? "x");
        const request = { method: method.toUpperCase() as "POST", url, headers };
        const response = await world.app.inject(
          payload === "" && body === undefined ? request : { ...request, payload },
        );
        const what = `${nameOf({ method, path })} ${payload} → ${response.statusCode}`;
        const schema = answers[response.statusCode];
        if (response.statusCode >= 400 && schema === undefined) conforms(error, response.json(), what);
        else if (schema === null || schema === undefined)
          expect({ what, body: response.body }).toEqual({ what, body: "" });
        // No body is an empty message in protobuf, and so is the answer to it.
        else if (payload !== "" || !path.startsWith("/v1/traces")) conforms(schema, response.json(), what);
      }
    }
  });

  const startedBefore = "2020-01-01T00:00:00Z";
  const examples: Readonly<Record<string, readonly object[]>> = {
    "post /v1/signals": [{ signal: "sig-1", data: 1 }],
    "post /v1/cancellations": [{ app_id: "demo2", function_id: "steps", started_before: startedBefore }],
    "post /v1/traces/userland": [{ resourceSpans: [{ scopeSpans: [{ spans: [{}, {}] }] }] }],
    "post /v2/apps/{appId}/functions/{functionId}/invoke": [
      { data: { n: 1 }, idempotencyKey: "k" },
      { data: { n: 1 }, idempotency_key: "k" },
    ],
    "post /v2/runs/{runId}/rerun": [{ fromStep: { stepId: "second" } }, { from_step: { step_id: "second" } }],
    "post /v2/events": [{ name: "some/event", data: { a: 1 } }],
    "post /api/cancellations": [{ function: "demo2-steps", to: 1 }],
    "post /api/runs/{runId}/rerun": [{}],
    "post /api/events": [{ name: "some/event" }],
    "post /api/functions/{slug}/invoke": [{ data: {} }],
    "post /api/functions/{slug}/backlog/move": [{ to: "demo2-callee" }],
  };
});

function conforms(schema: z.ZodType | null | undefined, value: unknown, what: string): void {
  if (schema === null || schema === undefined) throw new Error(`${what} has no description`);
  const parsed = schema.safeParse(value);
  expect({ what, issues: parsed.success ? [] : parsed.error.issues, value: parsed.success ? null : value }).toEqual({
    what,
    issues: [],
    value: null,
  });
}
