import type { AppSpan } from "@stepwright/engine";
import { canonicalJson, type JsonObject, millis, type RunId } from "@stepwright/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serveDemo, serveDemo3 } from "./demo-apps.ts";
import { asMeant, type Facts } from "./differences.ts";
import { comparable, golden } from "./golden.ts";
import { at, openWorld, textAt, type World } from "./world.ts";

let world: World;
/** Here a failed attempt waits for longer than a test lasts. */
let patient: World & { hold(): { readonly entered: Promise<void>; readonly leave: () => void } };
let ended: Promise<RunId>;

beforeAll(async () => {
  world = await openWorld();
  await serveDemo(world);
  await serveDemo3(world);
  ended = world.run("d2/steps", { id: "a", n: 1, p: 0, user: "u1" });

  let door = Promise.withResolvers<void>();
  let stay = Promise.withResolvers<void>();
  const hold = () => {
    door = Promise.withResolvers<void>();
    stay = Promise.withResolvers<void>();
    return { entered: door.promise, leave: stay.resolve };
  };
  patient = Object.assign(await openWorld({ retryIntervalMs: null }), { hold });
  await serveDemo(patient);
  await serveDemo3(patient, () => {
    door.resolve();
    return stay.promise;
  });
});
afterAll(async () => {
  await world.close();
  await patient.close();
});

/** The runs that were recorded, with the event that starts each. */
const runs: readonly [recorded: string, eventName: string, data?: JsonObject][] = [
  ["nockpt-trace-steps", "d2/steps", { id: "a", n: 1, p: 0, user: "u1" }],
  ["nockpt-trace-caller", "d2/caller"],
  ["nockpt-trace-retrying", "d2/retrying"],
  ["nockpt-trace-fails", "d2/fails"],
  ["nockpt-trace-parallel", "d2/parallel"],
  ["nockpt-trace-wait", "d2/wait", { k: "K2", timeout: "1ms" }],
  ["trace-stepretry-final", "d3/stepretry"],
  ["trace-fnfail-final", "d3/fnfail"],
  ["trace-fnfail0-final", "d3/fnfail0"],
  ["trace-caller-final", "d3/caller"],
  ["trace-sleep-final", "d3/sleep"],
];

describe.each(["legacy", "preview"])("the %s trace", (kind) => {
  it.each(runs)("of an ended run is as recorded: %s", async (recorded, eventName, data) => {
    await replay(world, `${recorded}-${kind}`, { runId: await world.run(eventName, data), eventName });
  });
});

describe.each([false, true])("with preview: %s, a trace shows what was attached", (preview) => {
  it("to the run at its root, and to a step at the step", async () => {
    const runId = await world.run("d2/retrying");
    const target = { stepId: null, attempt: null, spanId: null };
    await world.runtime.putMetadata(runId, [
      { target, kind: "userland.order", op: "set", values: { total: 3 } },
      { target: { ...target, stepId: "flaky" }, kind: "inngest.score", op: "merge", values: { fit: { value: 1 } } },
      { target: { ...target, stepId: "flaky", attempt: 1 }, kind: "userland.try", op: "set", values: { no: "1" } },
    ]);
    const fields = "name metadata { scope kind values updatedAt }";
    const text = `query($r: String!, $p: Boolean) { run(runID: $r) { trace(preview: $p) { ${fields} childrenSpans { ${fields} childrenSpans { ${fields} } } } } }`;
    const { body } = await world.query(text, { r: runId, p: preview });
    const updatedAt = expect.stringMatching(/^\d{4}-/);
    expect(at(body, "data.run.trace.metadata")).toEqual([
      { scope: "run", kind: "userland.order", values: { total: 3 }, updatedAt },
    ]);
    const children = at(body, "data.run.trace.childrenSpans") as JsonObject[];
    expect(children.filter(({ metadata }) => (metadata as unknown[]).length > 0)).toHaveLength(1);
    const step = children.find(({ name }) => name === "flaky");
    expect(step?.["metadata"]).toEqual([
      { scope: "step_attempt", kind: "userland.try", values: { no: "1" }, updatedAt },
      { scope: "step", kind: "inngest.score", values: { fit: { value: 1 } }, updatedAt },
    ]);
    const attempts = step?.["childrenSpans"] as JsonObject[];
    expect(attempts.flatMap(({ metadata }) => metadata)).toEqual([]);
  });
});

describe.each([false, true])("with preview: %s, spans of the app", (preview) => {
  it("are below the step and the wait that they are of, and the run's own at its root", async () => {
    const runId = await world.run("d2/retrying");
    const stored = await world.runtime.storage.runs.spans(runId);
    const [first, second] = stored.filter(({ kind }) => kind === "step");
    const own = (id: string, changes: Partial<AppSpan>): AppSpan => ({
      id: id.padEnd(16, "0"),
      parentId: null,
      name: id,
      status: "completed",
      startedAt: millis(5),
      endedAt: millis(9),
      stepId: null,
      calledAt: null,
      detail: canonicalJson({
        kind: "SPAN_KIND_CLIENT",
        service: "api",
        scope: { name: "http", version: "1" },
        attributes: { n: 1 },
        resource: { "service.name": "api" },
      }),
      ...changes,
    });
    await world.runtime.putAppSpans(runId, [
      own("a", { stepId: first?.stepId ?? null, calledAt: first?.startedAt ?? null, status: "failed" }),
      own("b", { parentId: "a".padEnd(16, "0") }),
      own("c", { stepId: second?.stepId ?? null, calledAt: second?.startedAt ?? null }),
      own("d", {}),
    ]);
    const fields = `name spanID parentSpanID status isUserland duration
      userlandSpan { spanName spanKind serviceName scopeName scopeVersion spanAttrs resourceAttrs }`;
    const below = (levels: number): string => (levels === 0 ? "" : `childrenSpans { ${fields} ${below(levels - 1)} }`);
    const text = `query($r: String!, $p: Boolean) { run(runID: $r) { trace(preview: $p) { ${fields} ${below(4)} } } }`;
    const { body } = await world.query(text, { r: runId, p: preview });
    const written = ({ name, childrenSpans = [] }: { name: string; childrenSpans?: [] }): string =>
      childrenSpans.length === 0 ? name : `${name}(${childrenSpans.map(written).join(" ")})`;
    const trace = at(body, "data.run.trace") as { name: string; childrenSpans: [] };
    const end = preview ? "Finalization" : "function success";
    expect(written(trace)).toBe(`${preview ? "Run" : "demo2-retrying"}(flaky(Attempt 0(a(b)) Attempt 1(c)) ${end} d)`);
    expect(at(trace as JsonObject, "childrenSpans.0.childrenSpans.0.childrenSpans.0")).toMatchObject({
      spanID: "a000000000000000",
      parentSpanID: at(trace as JsonObject, "childrenSpans.0.childrenSpans.0.spanID"),
      status: "FAILED",
      isUserland: true,
      duration: 4,
      userlandSpan: {
        spanName: "a",
        spanKind: "SPAN_KIND_CLIENT",
        serviceName: "api",
        scopeName: "http",
        scopeVersion: "1",
        spanAttrs: '{"n":1}',
        resourceAttrs: '{"service.name":"api"}',
      },
    });
  });
});

describe.each(["legacy", "preview"])("the %s trace, while the run goes on,", (kind) => {
  const begun: readonly [recorded: string, eventName: string, data?: JsonObject][] = [
    ["trace-stepretry-early", "d3/stepretry"],
    ["trace-fnfail-early", "d3/fnfail"],
    ["trace-sleep-early", "d3/sleep", { for: "20s" }],
    ["run-waiting", "d2/wait", { k: "W9" }],
  ];
  it.each(begun)("is as recorded: %s", async (recorded, eventName, data) => {
    await replay(patient, `${recorded}-${kind}`, { runId: await patient.begin(eventName, data), eventName });
  });

  it("is as recorded while the app is at work", async () => {
    const { entered, leave } = patient.hold();
    const runId = await patient.runOf(await patient.send("d3/slow"));
    await entered;
    await replay(patient, `trace-slow-early-${kind}`, { runId, eventName: "d3/slow" });
    leave();
    await patient.runtime.waitForRun(runId);
  });

  it("is as recorded once it is cancelled", async () => {
    const runId = await patient.begin("d2/wait", { k: "W9" });
    await patient.runtime.cancelRun(runId);
    await replay(patient, `run-cancelled-${kind}`, { runId, eventName: "d2/wait" });
  });

  it("is as recorded when a signal comes", async () => {
    const runId = await patient.begin("d2/signal", { sig: `sig-${kind}` });
    await patient.request({ path: "/v1/signals", body: JSON.stringify({ signal: `sig-${kind}`, data: { hello: 1 } }) });
    await patient.runtime.waitForRun(runId);
    await replay(patient, `nockpt-trace-signal-${kind}`, { runId, eventName: "d2/signal", sig: `sig-${kind}` });
  });
});

describe("code that fails before it comes to", () => {
  const query = `query($runID: String!, $preview: Boolean) { run(runID: $runID) { status trace(preview: $preview) {
    childrenSpans { name status attempts stepOp childrenSpans { name status attempts stepOp } } } } }`;
  const children = async (eventName: string, data: JsonObject, preview: boolean) => {
    const runId = await world.run(eventName, data);
    const { body } = await world.query(query, { runID: runId, preview });
    return at(body, "data.run.trace.childrenSpans");
  };

  it("an invocation is shown as its first attempt", async () => {
    expect(await children("d3/late", { invokes: true }, false)).toMatchObject([
      {
        name: "inv",
        status: "COMPLETED",
        stepOp: "INVOKE",
        childrenSpans: [
          { name: "Attempt 0", status: "FAILED" },
          { name: "Attempt 1", status: "COMPLETED", stepOp: "INVOKE" },
        ],
      },
      { name: "function success", status: "COMPLETED" },
    ]);
  });

  it.each([false, true])("a step is shown as its first attempt (preview: %s)", async (preview) => {
    const [step] = (await children("d3/late", { invokes: false }, preview)) as JsonObject[];
    expect(step).toMatchObject({
      name: "afterwards",
      status: "COMPLETED",
      attempts: 1,
      childrenSpans: [
        { name: "Attempt 0", status: "FAILED", attempts: 0 },
        { name: "Attempt 1", status: "COMPLETED", attempts: 1 },
      ],
    });
  });
});

it("a trace by itself is that of its run", async () => {
  const runId = await ended;
  const { body } = await world.query(golden("runTrace").request.body.query, { r: runId });
  expect(at(body, "data.runTrace")).toEqual({
    name: "Run",
    status: "COMPLETED",
    childrenSpans: ["first", "nap", "second", "Finalization"].map((name) => ({ name, status: "COMPLETED" })),
  });
});

describe.each([false, true])("a run that fails without its app (preview: %s)", (preview) => {
  it("has the failure as its end, and its code where clients look for it", async () => {
    const runId = await world.run("d3/large");
    const query = `query($runID: String!, $preview: Boolean) { run(runID: $runID) { status trace(preview: $preview) {
      status outputID childrenSpans { name status outputID childrenSpans { name status outputID } } } } }`;
    const { body } = await world.query(query, { runID: runId, preview });
    const trace = at(body, "data.run.trace") as { outputID: string; childrenSpans: JsonObject[] };
    expect(trace).toMatchObject({
      status: "FAILED",
      childrenSpans: [
        {
          name: preview ? "Finalization" : "function error",
          status: "FAILED",
          childrenSpans: [{ name: "Attempt 0", status: "FAILED" }],
        },
      ],
    });
    const attempt = textAt(trace.childrenSpans[0] ?? null, "childrenSpans.0.outputID");
    for (const outputID of [trace.outputID, attempt]) {
      const output = await world.query(
        "query($id: String!) { runTraceSpanOutputByID(outputID: $id) { data error { message stack } } }",
        { id: outputID },
      );
      expect(textAt(output.body, "data.runTraceSpanOutputByID.error.stack")).toContain('"output_too_large"');
    }
  });
});

describe("the comparison", () => {
  it.each([
    ["a status", (text: string) => text.replace('"status":"COMPLETED"', '"status":"FAILED"')],
    ["a name", (text: string) => text.replace('"function success"', '"function succes"')],
    ["a field that is missing", (text: string) => text.replace('"stepOp":"SLEEP",', "")],
    ["an output that is not there", (text: string) => text.replace(/"outputID":"[^"]+"/, '"outputID":null')],
    ["a time that is not there", (text: string) => text.replace(/"endedAt":"[^"]+"/, '"endedAt":null')],
    ["a child too few", (text: string) => text.replace(/"childrenSpans":\[\{/, '"childrenSpans":[{},{')],
  ])("finds %s", async (_what, mutate) => {
    const { response, request } = golden("nockpt-trace-steps-legacy");
    const runId = await ended;
    const answer = await world.query(request.body.query, { runID: runId, x: runId, preview: false });
    const mutated = JSON.parse(mutate(JSON.stringify(response.body))) as JsonObject;
    expect(mutated).not.toEqual(response.body);
    const meant = (body: JsonObject) =>
      comparable(asMeant("nockpt-trace-steps-legacy", body, { eventName: "d2/steps" }));
    expect(comparable(answer.body)).toEqual(meant(response.body));
    expect(comparable(answer.body)).not.toEqual(meant(mutated));
  });
});

/** Asks what was asked when an answer was recorded, of another run, and compares the answers. */
async function replay(of: World, name: string, { runId, ...facts }: { readonly runId: RunId } & Facts): Promise<void> {
  const { request, response } = golden(name);
  const answer = await of.query(request.body.query, { runID: runId, x: runId, preview: name.endsWith("preview") });
  expect(answer.status).toBe(response.status);
  expect(comparable(answer.body)).toEqual(comparable(asMeant(name, response.body, facts)));
}
