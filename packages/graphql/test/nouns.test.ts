import { isJsonObject, type EventId, type JsonObject, type RunId } from "@stepwright/protocol";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { serveDemo, serveDemo3 } from "./demo-apps.ts";
import { asMeant } from "./differences.ts";
import { comparable, golden } from "./golden.ts";
import { at, openWorld, textAt, type World } from "./world.ts";

const stepsData = { id: "a", n: 1, p: 0, user: "u1" };
const unknown = "01M854TGA40XKG4S13RJQ5G3J0";

let world: World;
let appUrl: string;
let stepsEvent: EventId;
let stepsRun: RunId;
let failedEvent: EventId;
let failedRun: RunId;
let skippedEvent: EventId;
let batch: { readonly events: readonly EventId[]; readonly runId: RunId };

beforeAll(async () => {
  world = await openWorld();
  appUrl = await serveDemo(world, "demo-app");
  await serveDemo(world, "demo2");
  await serveDemo3(world);
  stepsEvent = await world.send("demo/steps", stepsData);
  failedEvent = await world.send("demo/fails", { a: 1 });
  [stepsRun, failedRun] = [await world.runOf(stepsEvent), await world.runOf(failedEvent)];
  await world.send("d3/single");
  skippedEvent = await world.send("d3/single");
  const events: EventId[] = [];
  for (const i of [0, 1, 2]) events.push(await world.send("d3/batched", { i }));
  await Promise.all([stepsRun, failedRun].map((runId) => world.runtime.waitForRun(runId)));
  await world.runtime.idle();
  batch = { events, runId: await world.runOf(events[0] ?? stepsEvent) };
  await world.runtime.waitForRun(batch.runId);
});
afterAll(() => world.close());

/** Asks what was asked when an answer was recorded, with ids of ours, and compares the answers. */
async function replay(name: string, variables: JsonObject = {}, text = (query: string) => query): Promise<void> {
  const { request, response } = golden(name);
  const recorded = isJsonObject(request.body.variables) ? request.body.variables : {};
  const answer = await world.query(text(request.body.query), { ...recorded, ...variables });
  expect(comparable(answer.body)).toEqual(comparable(asMeant(name, response.body)));
  expect(answer.status).toBe(response.status);
}

describe("apps and functions are as recorded", () => {
  const appId = () => world.runtime.registry().apps.find(({ name }) => name === "demo-app")?.id ?? "";

  it("an app with its functions", () => replay("app", { id: appId() }));
  it("an app that is unknown", () => replay("app-unknown"));
  it("apps of another kind", () => replay("apps-filter"));
  it("a function with its configuration", () => replay("functionBySlug"));
  it("a function that is unknown", () => replay("functionBySlug-unknown"));

  it("all apps", async () => {
    const { request, response } = golden("apps");
    const { body } = await world.query(request.body.query);
    const own = (at(body, "data.apps") as JsonObject[]).filter(({ name }) => name === "demo-app");
    const [recorded] = at(response.body, "data.apps") as JsonObject[];
    expect(comparable(own)).toEqual([comparable(asMeant("apps", recorded ?? {}))]);
  });

  it("all functions", async () => {
    const { request, response } = golden("functions");
    const { body } = await world.query(request.body.query);
    const named = (of: JsonObject) =>
      new Map((at(of, "data.functions") as JsonObject[]).map((fn) => [fn["slug"] as string, fn]));
    const [ours, recorded] = [named(body), named(response.body)];
    for (const slug of recorded.keys())
      expect(comparable(ours.get(slug) ?? null)).toEqual(comparable(asMeant("functions", recorded.get(slug) ?? {})));
  });
});

describe("events are as recorded", () => {
  it("in the old shape", () => replay("event", { eventID: stepsEvent }));
  it("whose run failed", () => replay("event-failed", { eventID: failedEvent }));
  it("that are unknown", () => replay("event-unknown"));
  it("by an id that is none", () => replay("event-badid"));
  it("in the new shape", () => replay("eventV2", { id: stepsEvent }));
  it("that are unknown, in the new shape", () => replay("eventV2-unknown"));
  it("whose run was skipped", () =>
    replay("event-skipped", { e: skippedEvent }, (query) =>
      query.replaceAll("01M855WWYWBF47ZEK2ME3TM1TN", skippedEvent),
    ));

  it("that come after those of a batch's first", async () => {
    const [first, second] = batch.events;
    const query = "query($e: ID!) { event(query: { eventId: $e }) { status totalRuns functionRuns { id } } }";
    expect(at((await world.query(query, { e: first ?? "" })).body, "data.event")).toEqual({
      status: "COMPLETED",
      totalRuns: 1,
      functionRuns: [{ id: batch.runId }],
    });
    expect(at((await world.query(query, { e: second ?? "" })).body, "data.event")).toEqual({
      status: "NO_FUNCTIONS",
      totalRuns: 0,
      functionRuns: null,
    });
  });
});

describe("runs are as recorded", () => {
  it("in the old shape, completed", async () => {
    const { request } = golden("functionRun-fails");
    const { body } = await world.query(request.body.query, { runID: stepsRun });
    expect(at(body, "data.functionRun")).toMatchObject({
      status: "COMPLETED",
      output: '{"a":{"hello":"world","n":1},"b":"str"}',
      pendingSteps: 0,
      event: { name: "demo/steps" },
    });
  });
  it("in the old shape, failed", () => replay("functionRun-fails", { runID: failedRun }));
  it("in the old shape, unknown", () => replay("functionRun-unknown"));
  it("in the old shape, by an id that is none", () => replay("functionRun-badid"));
  it("in the old shape, by no id", () => replay("functionRun-empty"));
  it("in the old shape, while it waits", async () =>
    replay("functionRun-running", { runID: await world.begin("demo/wait", { k: "never" }) }));
  it("unknown", () => replay("run-unknown"));
  it("with their trigger", () => replay("runTrigger", { runID: stepsRun }));
  it("with the trigger of a batch", () => replay("runTrigger-batch3", { r: batch.runId }));
});

it.each([true, false])("a run that was skipped tells why at its root (preview: %s)", async (preview) => {
  const query = `query($e: ULID!, $p: Boolean) { eventV2(id: $e) { runs { status
    trace(preview: $p) { status skipReason skipExistingRunID childrenSpans { name } } } } }`;
  const { body } = await world.query(query, { e: skippedEvent, p: preview });
  expect(at(body, "data.eventV2.runs.0")).toEqual({
    status: "SKIPPED",
    trace: {
      status: "SKIPPED",
      skipReason: "Singleton",
      skipExistingRunID: expect.stringMatching(/^[0-9A-Z]{26}$/),
      childrenSpans: [],
    },
  });
});

it("a run of an app that was removed still tells its name, dashes and all", async () => {
  const away = await openWorld();
  const url = await serveDemo(away, "a-demo-app");
  const runId = await away.run("demo/steps", stepsData);
  await away.runtime.apps.removeByUrl(url);
  const query = "query($r: String!) { run(runID: $r) { app { name externalID } function { slug app { name } } } }";
  const { body } = await away.query(query, { r: runId });
  expect(at(body, "data.run")).toEqual({
    app: { name: "a-demo-app", externalID: "a-demo-app" },
    function: { slug: "a-demo-app-steps", app: { name: "a-demo-app" } },
  });
  await away.close();
});

it("many outputs of one run are one read of its steps", async () => {
  const ask = "query($r: String!) { run(runID: $r) { trace(preview: true) { childrenSpans { outputID } } } }";
  const { body } = await world.query(ask, { r: stepsRun });
  const spans = at(body, "data.run.trace.childrenSpans") as { outputID: string | null }[];
  const ids = spans.flatMap(({ outputID }) => outputID ?? []);
  const { runs } = world.runtime.storage;
  const reads = [vi.spyOn(runs, "steps"), vi.spyOn(runs, "spans")];
  const fields = Array.from({ length: 20 }, (_, n) => {
    const id = JSON.stringify(ids[n % ids.length]);
    return `o${n}: runTraceSpanOutputByID(outputID: ${id}) { data }`;
  });
  const outputs = await world.query(`{ ${fields.join(" ")} }`);
  expect(outputs.status).toBe(200);
  expect(Object.values(at(outputs.body, "data") as object)).toHaveLength(20);
  expect(reads.map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  for (const read of reads) read.mockRestore();
});

describe("outputs are as recorded", () => {
  const outputOf = async (runId: RunId, preview: boolean, step: string | null) => {
    const query = `query($r: String!, $p: Boolean) { run(runID: $r) { trace(preview: $p) { outputID childrenSpans { name outputID } } } }`;
    const { body } = await world.query(query, { r: runId, p: preview });
    const trace = at(body, "data.run.trace") as {
      outputID: string;
      childrenSpans: { name: string; outputID: string }[];
    };
    return step === null ? trace.outputID : (trace.childrenSpans.find(({ name }) => name === step)?.outputID ?? "");
  };

  it.each([
    ["spanOutput-run-preview", true, null],
    ["spanOutput-run-legacy", false, null],
    ["spanOutput-step-preview", true, "first"],
    ["spanOutput-step-legacy", false, "first"],
  ])("%s", async (name, preview, step) =>
    replay(name, { outputID: await outputOf(await world.run("d2/steps", stepsData), preview, step) }),
  );

  it.each([
    ["spanOutput-failed-run-preview", true],
    ["spanOutput-failed-run-legacy", false],
  ])("%s", async (name, preview) =>
    replay(name, { outputID: await outputOf(await world.run("d2/fails", { a: 1 }), preview, null) }),
  );

  it("of an invoked function", async () =>
    replay("spanOutput-invoke-legacy", { outputID: await outputOf(await world.run("demo/caller"), false, "call-it") }));

  it.each([
    ["spanOutput-invoke-failed-preview", true],
    ["spanOutput-invoke-failed-legacy", false],
  ])("%s", async (name, preview) => replay(name, { o: await outputOf(await world.run("d3/caller"), preview, "inv") }));

  it("by an id that is none", () => replay("spanOutput-bad"));
});

describe("what changes something is as recorded", () => {
  it("a run is cancelled, once and again", async () => {
    const runId = await world.begin("demo/wait", { k: "never" });
    await replay("cancelRun", { r: runId });
    await replay("cancelRun-again", { r: runId });
  });
  it("a run that has ended is not cancelled", () => replay("cancelRun-ended", { r: stepsRun }));
  it("a run that is unknown is not cancelled", () => replay("cancelRun-unknown", { r: unknown }));

  it("a run is run again with the same events", async () => {
    await replay("rerun", { r: stepsRun });
    const again = at((await world.query(golden("rerun").request.body.query, { r: stepsRun })).body, "data.rerun");
    expect(again).not.toBe(stepsRun);
    const run = await world.runtime.waitForRun(again as RunId);
    expect(run).toMatchObject({ status: "completed", triggerEventId: stepsEvent, originalRunId: stepsRun });
  });
  it("a run that is unknown is not run again", () => replay("rerun-unknown", { r: unknown }));
  describe("a run is run again from a step", () => {
    const { query } = golden("rerun-fromStep").request.body;
    const rerun = (fromStep: JsonObject) => world.query(query, { r: stepsRun, f: fromStep });
    const stepIdsOf = async (runId: string) => {
      const spans = await world.runtime.storage.runs.spans(runId as RunId);
      return spans.flatMap(({ kind, name }) => (kind === "step" ? [name] : []));
    };

    it("as recorded, with the results of the steps before it", async () => {
      await replay("rerun-fromStep", { r: stepsRun });
      const again = textAt((await rerun({ stepID: "second" })).body, "data.rerun");
      const run = await world.runtime.waitForRun(again as RunId);
      const first = await world.runtime.storage.runs.get(stepsRun);
      expect(run).toMatchObject({ status: "completed", originalRunId: stepsRun, output: first?.output });
      expect(await stepIdsOf(again)).toEqual(["second"]);
      expect(await stepIdsOf(stepsRun)).toEqual(["first", "second"]);
    });

    it("with other arguments", async () => {
      const again = textAt((await rerun({ stepID: "second", input: '[ { "n": 2 } ]' })).body, "data.rerun");
      const { progress } = (await world.runtime.storage.runs.get(again as RunId)) ?? {};
      expect(progress?.input?.value).toBe('[{"n":2}]');
      await world.runtime.waitForRun(again as RunId);
    });

    it("but not from one that it does not have, nor with arguments that are no list", async () => {
      const unknownStep = await rerun({ stepID: "third" });
      expect([unknownStep.status, unknownStep.body]).toEqual([
        200,
        { errors: [{ message: expect.stringContaining("third"), path: ["rerun"] }], data: null },
      ]);
      const bad = await rerun({ stepID: "second", input: "1" });
      expect(at(bad.body, "errors.0.message")).toBe("input is not a valid JSON array");
    });
  });

  it("a function is invoked, with data and a user", async () => {
    await replay("invokeFunction", { f: "demo-app-callee" });
    await world.runtime.idle();
    const { body } = await world.query(
      `{ runs(first: 1, orderBy: [], filter: { from: "2020-01-01T00:00:00Z", query: "event.data.x == 3" }) { edges { node { status output function { slug } } } } }`,
    );
    expect(at(body, "data.runs.edges.0.node")).toEqual({
      status: "COMPLETED",
      output: '{"doubled":6}',
      function: { slug: "demo-app-callee" },
    });
  });
  it("a function that is unknown is not invoked", () => replay("invokeFunction-unknown"));
  it("a debug session is begun", () => replay("createDebugSession"));

  it("an app is added, moved and removed", async () => {
    const handled = await world.listen((_request, response) => response.writeHead(500).end());
    await replay("createApp-unreachable");
    const idOf = (url: string) => world.runtime.registry().apps.find((app) => app.url === url)?.id ?? "";
    const id = idOf("http://localhost:1/api/inngest");
    await replay("updateApp", { i: { id, url: handled } });
    expect(idOf(handled)).toBe(id);
    await replay("deleteApp", { i: id });
    expect(idOf(handled)).toBe("");
    await replay("deleteApp-bad");
    await replay("deleteAppByName-missing");
  });

  it("an app is added by its address, without a scheme", async () => {
    const address = appUrl.replace("http://", "");
    const { body } = await world.query(`mutation { createApp(input: { url: "${address}" }) { name url } }`);
    expect(body).toEqual({ data: { createApp: { name: "demo-app", url: appUrl } } });
  });
});

describe("connections are as recorded", () => {
  it("there are none", () => replay("workerConnections"));
  it("none is known", () => replay("workerConnection-unknown"));
});
