// Runs that are started again, from the beginning or from a step.
import { asRunId, canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { openShop } from "./open-runtime.ts";
import { type AppAnswer, done, type Handler, ops, stepRun } from "./test-app.ts";

const isInput = (memo: JsonValue | undefined): memo is JsonObject =>
  isJsonObject(memo ?? null) && "input" in Object(memo);

/** Three steps that count how often they ran; `b` says which arguments it was given. */
function threeSteps(): { readonly handle: Handler; readonly ran: string[] } {
  const ran: string[] = [];
  const handle: Handler = ({ steps, data, stepId }) => {
    for (const id of ["a", "b", "c"]) {
      const memo = steps[id];
      // As SDK v4 does: arguments are for the call that asks for the step by name, and for no other.
      if (memo !== undefined && (!isInput(memo) || stepId !== id)) continue;
      ran.push(id);
      return ops({
        ...stepRun(id, `${id}:${JSON.stringify(isInput(memo) ? memo["input"] : [])}`),
        displayName: `Step ${id}`,
      });
    }
    return done({ data, steps: steps as JsonObject });
  };
  return { handle, ran };
}

describe("a run again from a step", () => {
  it("remembers what began before the step, and runs the step and all behind it", async () => {
    const { handle, ran } = threeSteps();
    const { runtime, start, ended, storage } = await openShop([{ name: "three", handle }]);
    const first = await ended(await start("test/three", { data: { n: 1 } }));
    const second = await ended(await runtime.rerun(first.id, { fromStep: { stepId: "b" } }));
    expect(ran).toEqual(["a", "b", "c", "b", "c"]);
    expect(second).toMatchObject({ status: "completed", output: first.output, originalRunId: first.id });
    expect((await storage.runs.steps(second.id)).map(({ id, position }) => [id, position])).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 2],
    ]);
    const third = await ended(await runtime.rerun(second.id, { fromStep: { stepId: "Step c" } }));
    expect(ran.slice(5)).toEqual(["c"]);
    expect(third.originalRunId).toBe(first.id);
  });

  it("gives the step other arguments, and only as long as it has no result", async () => {
    const { handle } = threeSteps();
    const { app, runtime, start, ended } = await openShop([{ name: "three", handle }]);
    const first = await ended(await start("test/three"));
    const input = canonicalJson([{ n: 2 }, "x"]);
    const second = await ended(await runtime.rerun(first.id, { fromStep: { stepId: "b", input } }));
    expect(JSON.parse(second.output ?? "").steps.b).toEqual({ data: 'b:[{"n":2},"x"]' });
    const calls = app.calls.filter((call) => call.runId === second.id);
    expect(calls.map((call) => call.stepId)).toEqual(["b", "step", "step"]);
    expect(calls.map((call) => call.steps["b"])).toEqual([
      { input: [{ n: 2 }, "x"] },
      { data: 'b:[{"n":2},"x"]' },
      { data: 'b:[{"n":2},"x"]' },
    ]);
  });

  it("refuses steps that nobody knows, names of several steps, and arguments that are no list", async () => {
    const handle: Handler = ({ steps }) =>
      "a" in steps
        ? done()
        : ops({ ...stepRun("a", 1), displayName: "same" }, { ...stepRun("b", 1), displayName: "same" });
    const { runtime, start, ended } = await openShop([{ name: "twice", handle }]);
    const { id } = await ended(await start("test/twice"));
    const asked = (stepId: string, input?: JsonValue) =>
      runtime.rerun(id, { fromStep: { stepId, ...(input === undefined ? {} : { input: canonicalJson(input) }) } });
    await expect(asked("zz")).rejects.toMatchObject({ code: "STEP_NOT_FOUND" });
    await expect(asked("same")).rejects.toMatchObject({ code: "STEP_AMBIGUOUS" });
    await expect(asked("a", { n: 1 })).rejects.toMatchObject({ code: "STEP_INPUT_INVALID" });
    await expect(runtime.rerun(asRunId("01M854TGA40XKG4S13RJQ5G3J0"))).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  it("can be moved, or dropped, before its step was called", async () => {
    const { handle } = threeSteps();
    const hanging = Promise.withResolvers<AppAnswer>();
    const { app, runtime, start, ended } = await openShop([
      {
        name: "three",
        flow: { concurrency: 1 },
        handle: (call) => (call.data["hangs"] === true ? hanging.promise : handle(call)),
      },
      { name: "other", triggers: [], handle: ({ steps }) => done({ ...steps }) },
    ]);
    const first = await ended(await start("test/three"));
    const hangs = await start("test/three", { data: { hangs: true } });
    await app.called(5);
    const input = canonicalJson(["x"]);
    const again = () => runtime.rerun(first.id, { fromStep: { stepId: "b", input } });
    const moved = await again();
    await runtime.functions.moveBacklog("shop-three", "shop-other");
    expect(await ended(moved)).toMatchObject({
      status: "completed",
      functionSlug: "shop-other",
      output: '{"a":{"data":"a:[]"}}',
    });
    const dropped = await again();
    await runtime.functions.dropBacklog("shop-three");
    expect((await ended(dropped)).status).toBe("cancelled");
    hanging.resolve(done());
    await ended(hangs);
  });

  it("starts with other data of its event, which no other function hears of", async () => {
    const { handle } = threeSteps();
    const other: Handler = () => done();
    const { runtime, start, ended, storage } = await openShop([
      { name: "three", handle },
      { name: "other", triggers: [{ event: "test/three", expression: "event.data.n == 2" }], handle: other },
    ]);
    const first = await ended(await start("test/three", { data: { n: 1 }, user: { id: "u" } }));
    const second = await ended(await runtime.rerun(first.id, { eventData: canonicalJson({ n: 2 }) }));
    expect(JSON.parse(second.output ?? "").data).toEqual({ n: 2 });
    const event = await storage.events.byInternalId(second.triggerEventId);
    expect(event).toMatchObject({ name: "test/three", data: '{"n":2}', user: '{"id":"u"}' });
    expect((await storage.runs.startedBy(second.triggerEventId)).map((run) => run.id)).toEqual([second.id]);
  });
});
