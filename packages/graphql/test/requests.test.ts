import { signingKeyHash } from "./keys.ts";
import type { JsonObject } from "@stepwright/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asMeant } from "./differences.ts";
import { golden } from "./golden.ts";
import { openWorld, textAt, type World } from "./world.ts";

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const json = async (request: Parameters<World["request"]>[0]) => {
  const { status, headers, text } = await world.request(request);
  return { status, type: headers.get("content-type"), body: JSON.parse(text) as JsonObject };
};

describe("a request that is not executed", () => {
  it.each(["syntax-error", "missing-var", "unknown-field", "empty-body"])(
    "is answered as recorded: %s",
    async (name) => {
      const { request, response } = golden(name);
      const body = typeof request.body === "string" ? request.body : JSON.stringify(request.body);
      const answer = await json({ body });
      expect(answer).toMatchObject({ status: response.status, type: "application/json; charset=utf-8" });
      // Where it goes wrong is told as well.
      expect(withoutLocations(answer.body)).toEqual(withoutLocations(asMeant(name, response.body)));
    },
  );

  it.each([
    ["[]", 400],
    ["{}", 400],
    ["zz", 400],
    ['{"query":1}', 400],
    ['{"query":"{ apps { id } }","variables":[]}', 400],
    ['{"query":"{ apps { id } }","operationName":1}', 400],
    ['{"query":"query A { apps { id } } query B { apps { id } }"}', 422],
    ['{"query":"query A { apps { id } }","operationName":"B"}', 422],
    [
      '{"query":"query($t: Time!) { eventsV2(filter: { from: $t }) { totalCount } }","variables":{"t":"yesterday"}}',
      422,
    ],
    ['{"query":"{ eventV2(id: \\"zz\\") { id } }"}', 422],
    ['{"query":"{ app(id: \\"zz\\") { id } }"}', 422],
  ])("%s is answered with %i", async (body, status) => {
    const answer = await json({ body });
    expect(answer).toMatchObject({ status, body: { errors: [{ message: expect.any(String) }], data: null } });
  });

  it("names the variable that is wrong", async () => {
    const query =
      'query($first: Int!) { runs(first: $first, orderBy: [], filter: { from: "2020-01-01" }) { totalCount } }';
    const { body } = await json({ body: JSON.stringify({ query, variables: { first: "many" } }) });
    expect(body).toMatchObject({
      errors: [{ path: ["variable", "first"], extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }],
    });
  });

  it("is refused when it is larger than 4 MiB", async () => {
    const { status } = await world.request({ body: JSON.stringify({ query: "x".repeat(4 * 1024 * 1024) }) });
    expect(status).toBe(413);
  });
});

describe("a query", () => {
  it("may come by GET, with variables and a name", async () => {
    const parameters = new URLSearchParams({
      query: "query A($m: AppMethod) { apps(filter: { method: $m }) { id } } query B { functions { id } }",
      variables: '{"m":"CONNECT"}',
      operationName: "A",
    });
    const answer = await json({ method: "GET", path: `/v0/gql?${parameters.toString()}` });
    expect(answer).toMatchObject({ status: 200, body: { data: { apps: [] } } });
  });

  it("that changes something must not come by GET", async () => {
    const query = 'mutation { deleteAppByName(name: "x") }';
    const answer = await json({ method: "GET", path: `/v0/gql?${new URLSearchParams({ query }).toString()}` });
    expect(answer.status).toBe(422);
    expect(textAt(answer.body, "errors.0.message")).toContain("POST");
  });

  it("may ask for the schema", async () => {
    const { getIntrospectionQuery, buildClientSchema } = await import("graphql");
    const { status, body } = await world.query(getIntrospectionQuery());
    expect(status).toBe(200);
    const schema = buildClientSchema(body["data"] as never);
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toContain("runTraceSpanOutputByID");
    expect(golden("introspection").response.body).toEqual(
      (await world.query(golden("introspection").request.body.query)).body,
    );
  });

  it.each(["PUT", "DELETE"])("comes by no %s", async (method) => {
    const response = await fetch(`${world.url}/v0/gql`, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, POST"]);
  });
});

describe("an error that is ours", () => {
  it("is told to us, and not to whoever asks", async () => {
    const broken = await openWorld();
    await broken.runtime.storage.close();
    const { status, body } = await broken.query(`{ run(runID: "01M854TGA40XKG4S13RJQ5G3J0") { id } }`);
    expect([status, body]).toEqual([
      200,
      {
        errors: [{ message: "the server failed to answer; its log has the cause", path: ["run"] }],
        data: { run: null },
      },
    ]);
    expect(broken.unforeseen).toEqual([expect.objectContaining({ message: expect.stringContaining("not open") })]);
    await broken.close();
  });
});

describe("a query may ask for", () => {
  const nested = (levels: number): string => (levels === 0 ? "id" : `id functions { app { ${nested(levels - 1)} } }`);
  const span = (levels: number): string => (levels === 0 ? "name" : `name childrenSpans { ${span(levels - 1)} }`);
  const refused: readonly [string, string, RegExp][] = [
    ["so many levels", `{ run(runID: "x") { trace { ${span(20)} } } }`, /23 levels deep, more than the limit of 20/],
    [
      "so many aliases",
      `{ ${Array.from({ length: 31 }, (_, i) => `a${i}: apps { id }`).join(" ")} }`,
      /31 aliases, more than the limit of 30/,
    ],
    ["so many fields", `{ apps { ${nested(3)} } }`, /fields, more than the limit of 60000/],
    [
      "so many fields in fragments of fragments",
      `{ ...f9 } ${Array.from({ length: 10 }, (_, i) => `fragment f${i} on Query { ${i === 0 ? "apps { id }" : Array.from({ length: 5 }, () => `...f${i - 1}`).join(" ")} }`).join(" ")}`,
      /fields, more than the limit of 60000/,
    ],
    [
      "so many traces",
      `{ runs(first: 399, orderBy: [], filter: { from: "2020-01-01T00:00:00Z" }) { edges { node { trace { ${Array.from({ length: 200 }, () => "name").join(" ")} } } } } }`,
      /fields, more than the limit of 60000/,
    ],
    [
      "so many traces, however little of them",
      `{ runs(first: 40, orderBy: [], filter: { from: "2020-01-01T00:00:00Z" }) { edges { node { trace { name } } } } }`,
      /fields, more than the limit of 60000/,
    ],
    ["the same so often", `{ ${"apps { id } ".repeat(1_000)} }`, /same fields too often/],
    ["so many words", `{ ${"apps { id } ".repeat(2_000)} }`, /more than 5000 tokens/],
  ];
  it.each(refused)("%s and no more", async (_what, query, message) => {
    const { status, body } = await world.query(query);
    expect(status).toBe(422);
    expect(textAt(body, "errors.0.message")).toMatch(message);
    expect(body["data"]).toBe(null);
  });

  it("what published clients ask for", async () => {
    const variables = { first: 399, orderBy: [], filter: { from: "2020-01-01T00:00:00Z" } };
    const list = `query($first: Int!, $orderBy: [RunsV2OrderBy!]!, $filter: RunsFilterV2!) { runs(first: $first, orderBy: $orderBy, filter: $filter) {
      edges { node { id appID functionID traceID queuedAt startedAt endedAt status output app { name } function { slug } } } totalCount } }`;
    expect((await world.query(list, variables)).status).toBe(200);
    const trace = `{ run(runID: "x") { trace(preview: true) { ${span(12)} } } }`;
    expect((await world.query(trace)).status).toBe(200);
  });
});

describe("the page to try queries on", () => {
  it.each(["/v0", "/v0/"])("is served at %s and loads nothing else", async (path) => {
    const { status, headers, text } = await world.request({ method: "GET", path });
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(text).toContain('fetch("/v0/gql"');
    expect(text).not.toMatch(/(src|href)=/);
    expect(headers.get("content-security-policy")).toMatch(
      /script-src 'sha256-.+'; style-src 'sha256-.+'; connect-src 'self'/,
    );
  });
});

describe("a server with keys", () => {
  const signingKey = "abcdef0123456789";
  let keyed: World;
  beforeAll(async () => {
    keyed = await openWorld({ access: { kind: "keyed", eventKeys: ["key"], signingKey, fallbackKey: null } });
  });
  afterAll(() => keyed.close());
  const body = JSON.stringify({ query: "{ apps { id } }" });

  it("asks for one, which the other implementation does not", async () => {
    expect(golden("get").response.status).toBe(200);
    for (const request of [{ body }, { method: "GET", path: "/v0/gql?query={apps{id}}" } as const])
      expect((await keyed.request(request)).status).toBe(401);
    const wrong = await keyed.request({ body, headers: { authorization: "Bearer 00" } });
    expect(wrong.status).toBe(401);
  });

  it.each([signingKey, `signkey-test-${signingKey}`, signingKeyHash(signingKey)])(
    "answers who has it: %s",
    async (key) => {
      const { status, text } = await keyed.request({ body, headers: { authorization: `Bearer ${key}` } });
      expect([status, text]).toEqual([200, '{"data":{"apps":[]}}']);
    },
  );

  it("answers a page that is logged in, and none of another origin", async () => {
    const login = await keyed.request({ path: "/api/login", body: JSON.stringify({ key: signingKey }) });
    const cookie = login.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await keyed.request({ body, headers: { cookie, origin: keyed.url } })).status).toBe(200);
    expect((await keyed.request({ body, headers: { cookie, origin: "http://example.com" } })).status).toBe(403);
  });
});

function withoutLocations(body: JsonObject): JsonObject {
  return JSON.parse(
    JSON.stringify(body, (key, value: unknown) => (key === "locations" ? undefined : value)),
  ) as JsonObject;
}
