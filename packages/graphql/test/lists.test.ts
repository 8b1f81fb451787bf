import type { EventId, JsonObject } from "@stepwright/protocol";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { serveDemo, serveDemo3 } from "./demo-apps.ts";
import { asMeant } from "./differences.ts";
import { comparable, golden } from "./golden.ts";
import { at, openWorld, textAt, type World } from "./world.ts";

let world: World;
const events: EventId[] = [];

beforeAll(async () => {
  world = await openWorld();
  await serveDemo3(world);
  // Thirteen runs that end with 0 to 12, of which the last three fail.
  for (let idx = 0; idx < 13; idx += 1) events.push(await world.send("d3/number", { idx, fails: idx > 9 }));
  for (const event of events) await world.runtime.waitForRun(await world.runOf(event));
});
afterAll(() => world.close());

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: JsonObject }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly endCursor: string | null;
    readonly startCursor: string | null;
  };
  readonly totalCount: number;
}

const runsQuery = `query($first: Int = 40, $after: String, $filter: RunsFilterV2!, $orderBy: [RunsV2OrderBy!]!) {
  runs(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
    edges { cursor node { id status output queuedAt startedAt endedAt eventName } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    totalCount
  }
}`;
const from = "2020-01-01T00:00:00Z";

async function runs(variables: JsonObject): Promise<Page> {
  const { filter = {}, ...others } = variables;
  const { body } = await world.query(runsQuery, {
    orderBy: [],
    ...others,
    filter: { from, ...(filter as JsonObject) },
  });
  if (body["errors"] !== undefined) throw new Error(JSON.stringify(body["errors"]));
  return at(body, "data.runs") as unknown as Page;
}

/** All pages, one after the other. */
async function allRuns(variables: JsonObject): Promise<readonly Page[]> {
  const pages: Page[] = [];
  for (let after: string | null = null; ;) {
    const page: Page = await runs({ ...variables, ...(after === null ? {} : { after }) });
    pages.push(page);
    if (!page.pageInfo.hasNextPage) return pages;
    after = page.pageInfo.endCursor;
  }
}

describe("pages of runs", () => {
  it.each([
    ["QUEUED_AT", "queuedAt"],
    ["STARTED_AT", "startedAt"],
    ["ENDED_AT", "endedAt"],
  ])("have all of them once, in the order of %s in both directions", async (field, name) => {
    for (const direction of ["ASC", "DESC"]) {
      for (const timeField of ["QUEUED_AT", "STARTED_AT", "ENDED_AT"]) {
        const pages = await allRuns({ first: 10, orderBy: [{ field, direction }], filter: { timeField } });
        expect(pages.map(({ edges }) => edges.length)).toEqual([10, 3]);
        expect(pages.map(({ totalCount }) => totalCount)).toEqual([13, 13]);
        const nodes = pages.flatMap(({ edges }) => edges.map(({ node }) => node));
        expect(new Set(nodes.map(({ id }) => id)).size).toBe(13);
        const times = nodes.map((node) => textAt(node, name));
        expect(times).toEqual(direction === "ASC" ? times.toSorted() : times.toSorted().toReversed());
      }
    }
  });

  it("go on behind any run, and say false of a page that ends the list", async () => {
    const orderBy = [{ field: "ENDED_AT", direction: "ASC" }];
    const whole = await runs({ first: 13, orderBy });
    expect(whole.pageInfo.hasNextPage).toBe(false);
    const ids = whole.edges.map(({ node }) => node["id"]);
    for (const [index, { cursor }] of whole.edges.entries()) {
      const { edges } = await runs({ first: 40, orderBy, after: cursor });
      expect(edges.map(({ node }) => node["id"])).toEqual(ids.slice(index + 1));
    }
  });

  it("have 40 runs when a size is asked for that there is not", async () => {
    expect((await runs({ first: 0 })).edges).toHaveLength(13);
    expect((await runs({ first: 1_000 })).edges).toHaveLength(13);
  });

  it("begin anew after a cursor of another order, or none", async () => {
    const [first] = (await runs({ first: 1, orderBy: [{ field: "ENDED_AT", direction: "ASC" }] })).edges;
    const afresh = await runs({ first: 2 });
    const madeUp = ['{"part":0,"at":1e999,"id":"","order":"queuedAt desc"}', '{"part":-1,"at":0,"id":""}'];
    const encoded = madeUp.map((text) => Buffer.from(text).toString("base64"));
    for (const after of ["zzz", "", first?.cursor ?? "", ...encoded]) {
      const { edges } = await runs({ first: 2, after });
      expect(edges).toEqual(afresh.edges);
    }
  });

  it("are chosen by status, function and app", async () => {
    const { apps, functions } = world.runtime.registry();
    const fn = functions.find(({ slug }) => slug === "demo3-number")?.id ?? "";
    const app = apps[0]?.id ?? "";
    const none = "00000000-0000-5000-8000-000000000000";
    const counted = async (filter: JsonObject) => {
      const { edges, totalCount } = await runs({ filter });
      expect(totalCount).toBe(edges.length);
      return totalCount;
    };
    expect(await counted({ status: ["FAILED"] })).toBe(3);
    expect(await counted({ status: ["FAILED", "COMPLETED"] })).toBe(13);
    expect(await counted({ status: ["CANCELLED"] })).toBe(0);
    expect(await counted({ functionIDs: [fn] })).toBe(13);
    expect(await counted({ functionIDs: [none] })).toBe(0);
    expect(await counted({ functionIDs: [none, fn], appIDs: [app], status: ["FAILED"], timeField: "ENDED_AT" })).toBe(
      3,
    );
    expect(await counted({ appIDs: [none] })).toBe(0);
    expect(await counted({ isDeferred: true })).toBe(0);
    expect(await counted({ isDeferred: false })).toBe(13);
    expect(await counted({ until: "2020-01-02T00:00:00Z" })).toBe(0);
  });

  it("put runs that have not ended behind those that have, as if they ended last", async () => {
    const patient = await openWorld();
    try {
      await serveDemo3(patient);
      const sleeping = await patient.begin("d3/sleep", { for: "1h" });
      const ended = await patient.run("d3/quick");
      const idsIn = async (direction: string, timeField: string) => {
        const variables = { orderBy: [{ field: "ENDED_AT", direction }], filter: { from, timeField } };
        const { body } = await patient.query(runsQuery, variables);
        return (at(body, "data.runs") as unknown as Page).edges.map(({ node }) => node["id"]);
      };
      expect(await idsIn("ASC", "QUEUED_AT")).toEqual([ended, sleeping]);
      expect(await idsIn("DESC", "STARTED_AT")).toEqual([sleeping, ended]);
      expect(await idsIn("DESC", "ENDED_AT")).toEqual([ended]);
    } finally {
      await patient.close();
    }
  });
});

describe("a search of runs", () => {
  it.each([
    ["event.data.idx > 5", 7],
    ["event.data.idx > 5\nevent.data.idx <= 7", 2],
    ["event.name == 'd3/number'", 13],
    ["event.name == 'd3/other'", 0],
    ["output.num >= 8", 2],
    ["output.num >= 8\nevent.data.idx == 9", 1],
    ['error.message == "fail"', 3],
    ['error.message == "fail"\nevent.data.fails', 3],
    ["event.data.fails == false", 10],
    ["event.data.nothing == null", 13],
    ["", 13],
  ])("finds what meets all its lines, and counts it: %s", async (query, count) => {
    const pages = await allRuns({ first: 5, filter: { query } });
    expect(pages.reduce((sum, { edges }) => sum + edges.length, 0)).toBe(count);
    expect(new Set(pages.map(({ totalCount }) => totalCount))).toEqual(new Set([count]));
  });

  it("finds a batch by any of its events", async () => {
    for (const i of [0, 1, 2]) await world.send("d3/batched", { i });
    await world.runtime.idle();
    const [first] = (await runs({ filter: { query: "event.data.i == 2" } })).edges;
    expect(first?.node).toMatchObject({ eventName: null });
  });

  it.each(["event.name ==", "nothing.there == 1", "async.data.x == 1"])(
    "tells what is wrong with %s",
    async (query) => {
      const { status, body } = await world.query(runsQuery, { orderBy: [], filter: { from, query } });
      expect(status).toBe(200);
      expect(body).toMatchObject({ errors: [{ path: ["runs"] }], data: null });
      expect(textAt(body, "errors.0.message")).toMatch(/^error retrieving runs: .+\n \| /s);
    },
  );
});

describe("a list of many", () => {
  /** How often the store is read for a query. */
  const readsOf = async (query: string): Promise<number> => {
    const { runs: ofRuns, events: ofEvents } = world.runtime.storage;
    const spies = [ofRuns, ofEvents].flatMap((reads) =>
      (Object.keys(reads) as (keyof typeof reads)[]).map((name) => vi.spyOn(reads, name)),
    );
    const { body } = await world.query(query);
    const calls = spies.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    for (const spy of spies) spy.mockRestore();
    expect(body["errors"]).toBeUndefined();
    return calls;
  };
  const page = `runs(first: N, orderBy: [], filter: { from: "2020-01-01T00:00:00Z" }) { edges { node {
    id status output app { name } function { slug app { name } } triggerIDs eventName defers { fnSlug } } } totalCount }`;
  const events = `eventsV2(first: N, filter: { from: "2020-01-01T00:00:00Z" }) { edges { node {
    raw runs { id status output triggerIDs function { slug } app { name } } } } totalCount }`;
  const stream = `stream(query: { limit: N }) { id runs { id status function { name } events { name } } inBatch }`;

  it.each([
    ["runs", page],
    ["events", events],
    ["the stream", stream],
  ])("is read as often as one of few: %s", async (_what, query) => {
    const few = await readsOf(`{ ${query.replace("N", "2")} }`);
    const many = await readsOf(`{ ${query.replace("N", "13")} }`);
    expect(few).toBeGreaterThan(0);
    expect(many).toBe(few);
  });
});

describe("lists are as recorded", () => {
  let other: World;
  const demo: EventId[] = [];
  beforeAll(async () => {
    other = await openWorld();
    await serveDemo(other, "demo-app");
    for (const name of ["demo/fails", "demo/steps", "demo/wait", "demo/steps"]) {
      const data = name === "demo/wait" ? { k: "never" } : { id: "a", n: 1, p: 0, user: "u1" };
      const event = await other.send(name, data);
      demo.push(event);
      if (name !== "demo/wait") await other.runtime.waitForRun(await other.runOf(event));
    }
    await other.runtime.idle();
  });
  afterAll(() => other.close());

  const shapeOf = (body: JsonObject, path: string) => {
    const page = at(body, path) as unknown as Page;
    const { node, cursor } = page.edges[0] ?? { node: {}, cursor: "" };
    return { ...page, totalCount: typeof page.totalCount, edges: [Object.keys(node), typeof cursor] };
  };

  it.each(["runs", "runs-asc", "runs-noorder", "runs-badcursor", "runs-status", "runs-ended", "runs-nopreview"])(
    "%s",
    async (name) => {
      const { request, response } = golden(name);
      const answer = await other.query(request.body.query, request.body.variables ?? {});
      expect(answer.status).toBe(200);
      const ours = shapeOf(answer.body, "data.runs");
      const recorded = shapeOf(response.body, "data.runs");
      expect(comparable({ ...ours, pageInfo: null })).toEqual(comparable({ ...recorded, pageInfo: null }));
      expect(Object.keys(ours.pageInfo)).toEqual(Object.keys(recorded.pageInfo));
    },
  );

  it("a run found by a search", async () => {
    const { request, response } = golden("runs-cel");
    const { body } = await other.query(request.body.query, { ...request.body.variables, first: 1 });
    const [ours] = (at(body, "data.runs") as unknown as Page).edges;
    const [recorded] = (at(response.body, "data.runs") as unknown as Page).edges;
    // It was recorded while it ran, of an app that told its output elsewhere.
    const meant = { ...recorded?.node, status: "COMPLETED", output: ours?.node["output"] ?? null };
    expect(comparable(ours?.node ?? null)).toEqual(comparable(meant));
  });

  it("a search that is no expression", async () => {
    const { request, response } = golden("runs-cel-bad");
    const { body, status } = await other.query(request.body.query, request.body.variables ?? {});
    const told = JSON.parse(
      JSON.stringify(body).replace(/retrieving runs: .*?\\n/, "retrieving runs: \\n"),
    ) as JsonObject;
    expect(status).toBe(response.status);
    expect(told).toEqual({
      errors: [{ message: "error retrieving runs: \n | event.name ==", path: ["runs"] }],
      data: null,
    });
  });

  it("a second page of events", async () => {
    const { request, response } = golden("eventsV2-page2");
    const first = await other.query(request.body.query, {
      ...request.body.variables,
      cursor: null,
      eventNames: ["demo/steps", "demo/wait"],
    });
    const page = at(first.body, "data.eventsV2") as unknown as Page;
    expect(page.edges.map(({ node }) => node["id"])).toEqual([demo[3], demo[2]]);
    const { body } = await other.query(request.body.query, {
      ...request.body.variables,
      eventNames: ["demo/steps", "demo/wait"],
      cursor: page.pageInfo.endCursor,
    });
    // The recorded event had an id and a version.
    const recorded = JSON.parse(
      JSON.stringify(response.body)
        .replace("my-evt-1", demo[1] ?? "")
        .replace(/\\"2024-01-01\\"/, "null"),
    ) as JsonObject;
    expect(comparable(body)).toEqual(comparable(asMeant("eventsV2-page2", recorded)));
  });

  it("events behind one whose id is all that is known", async () => {
    const query = `query($after: String) { eventsV2(after: $after, filter: { from: "2020-01-01T00:00:00Z",
      eventNames: ["demo/steps", "demo/wait"] }) { edges { node { id } } pageInfo { hasPreviousPage } } }`;
    const cursor = (id: string) => Buffer.from(JSON.stringify({ ID: id })).toString("base64");
    const { body } = await other.query(query, { after: cursor(demo[2] ?? "") });
    expect(at(body, "data.eventsV2")).toEqual({
      edges: [{ node: { id: demo[1] } }],
      pageInfo: { hasPreviousPage: true },
    });
    const unknown = await other.query(query, { after: cursor("01M854TGA40XKG4S13RJQ5G3J0") });
    expect(at(unknown.body, "data.eventsV2.pageInfo.hasPreviousPage")).toBe(false);
  });

  it("no events", async () => {
    const { request, response } = golden("eventsV2-none");
    const { body } = await other.query(request.body.query, request.body.variables ?? {});
    expect(comparable(body)).toEqual(comparable(response.body));
  });

  it("events of the engine, only when they are asked for", async () => {
    const query = `query($i: Boolean!) { eventsV2(filter: { from: "2020-01-01T00:00:00Z", includeInternalEvents: $i }) { edges { node { name } } totalCount } }`;
    const namesOf = async (i: boolean) => {
      const page = at((await other.query(query, { i })).body, "data.eventsV2") as unknown as Page;
      expect(page.totalCount).toBe(page.edges.length);
      return page.edges.map(({ node }) => textAt(node, "name"));
    };
    expect((await namesOf(false)).filter((name) => name.startsWith("inngest/"))).toEqual([]);
    expect(await namesOf(true)).toContain("inngest/function.finished");
  });

  it("events found by a search", async () => {
    const query = `query($q: String) { eventsV2(first: 1, filter: { from: "2020-01-01T00:00:00Z", query: $q }) { edges { node { id } } totalCount } }`;
    const page = at(
      (await other.query(query, { q: "event.data.k == 'never'" })).body,
      "data.eventsV2",
    ) as unknown as Page;
    expect([page.edges.map(({ node }) => node["id"]), page.totalCount]).toEqual([[demo[2]], 1]);
  });

  it("the stream, and the events of the last hour", async () => {
    const { request, response } = golden("stream");
    const { body } = await other.query(request.body.query);
    const items = at(body, "data.stream") as JsonObject[];
    const [recorded] = at(response.body, "data.stream") as JsonObject[];
    expect(items.filter(({ type }) => type === "EVENT").map(({ id }) => id)).toEqual(demo.toReversed());
    expect(Object.keys(items[0] ?? {})).toEqual(Object.keys(recorded ?? {}));
    const old = await other.query(golden("events-deprecated").request.body.query);
    expect((at(old.body, "data.events") as JsonObject[]).map(({ id }) => id)).toEqual(demo.toReversed());
  });

  it("the stream with what the engine itself reports", async () => {
    const { request, response } = golden("stream-internal");
    const { body } = await other.query(request.body.query.replace("limit: 3", "limit: 100"));
    const items = at(body, "data.stream") as JsonObject[];
    const [recorded] = at(response.body, "data.stream") as JsonObject[];
    const report = items.find(({ trigger }) => trigger === "inngest/function.finished");
    expect(comparable(report ?? null)).toEqual(comparable(recorded ?? null));
  });

  it("the reports of how runs ended", async () => {
    const { request } = golden("eventsV2-lifecycle");
    const { body } = await other.query(request.body.query);
    const [first] = (at(body, "data.eventsV2") as unknown as Page).edges;
    expect(first?.node["name"]).toBe("inngest/function.failed");
    expect(JSON.parse(textAt(first?.node ?? null, "raw"))).toMatchObject({
      data: { _inngest: { status: "Failed" }, function_id: "demo-app-fails", error: { message: "kaput" } },
      v: null,
    });
  });
});
