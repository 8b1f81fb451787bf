// Every op, answered by an app that is no SDK: what the protocol says of each, told from the calls that follow.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { complete, ran, serveRaw } from "../harness/raw-app.ts";
import { useServer } from "../harness/scope.ts";
import { stepsOf } from "../harness/server-api.ts";

const server = useServer({ args: ["--retry-interval", "0.05", "--no-poll"] });
const hash = (id: string): string => createHash("sha1").update(id).digest("hex");
const one = hash("one");

describe("an op", () => {
  test.each([
    ["StepRun", { op: "StepRun", id: one, data: { v: 1 } }, { data: { v: 1 } }],
    ["StepRun without data", { op: "StepRun", id: one }, { data: null }],
    ["the legacy Step, whose data is its memo", { op: "Step", id: one, data: { data: 7 } }, { data: 7 }],
    ["one whose name is in lower case", { op: "steprun", id: one, data: "x" }, { data: "x" }],
    [
      "one with keys that an SDK left in it",
      {
        op: "StepRun",
        id: one,
        data: 1,
        mode: "sync",
        rawArgs: ["one", null],
        hashedId: one,
        promise: {},
        handled: true,
      },
      { data: 1 },
    ],
    [
      "StepFailed, whatever the header says",
      { op: "StepFailed", id: one, error: { name: "E", message: "m", __serialized: true }, data: { message: "m" } },
      { error: { name: "E", message: "m" } },
    ],
    ["Sleep by its name", { op: "Sleep", id: one, name: "10ms" }, null],
    ["Sleep by its duration", { op: "Sleep", id: one, name: "nap", opts: { duration: "10ms" } }, null],
    ["Sleep until a time that has passed", { op: "Sleep", id: one, name: "2020-01-01T00:00:00Z" }, null],
    ["Sleep for no time", { op: "Sleep", id: one, name: "" }, null],
    ["WaitForEvent that is over at once", { op: "WaitForEvent", id: one, name: "a/b", opts: { timeout: "" } }, null],
    ["WaitForSignal until its time", { op: "WaitForSignal", id: one, opts: { signal: "s", timeout: "10ms" } }, null],
    [
      "InvokeFunction of nobody",
      { op: "InvokeFunction", id: one, opts: { function_id: "nope-missing", payload: {} } },
      { error: { message: "could not find function with ID: nope-missing", name: "Error" } },
    ],
  ] as const)("%s has the memo of its kind, and the function is called again", async (_name, op, memo) => {
    const app = await serveRaw(server, ({ body }) =>
      one in body.steps ? { body: [complete("done")] } : { headers: { "x-inngest-no-retry": "false" }, body: [op] },
    );
    expect(await app.runOnce()).toMatchObject({ status: "completed", output: "done" });
    expect(app.calls).toHaveLength(2);
    const [first, second] = app.calls.map(({ body }) => body);
    expect(first).toMatchObject({ version: -1, steps: {}, ctx: { attempt: 0, stack: { stack: [], current: 0 } } });
    expect(second?.steps).toEqual({ [one]: memo });
    expect(second).toMatchObject({ version: 2, ctx: { attempt: 0, stack: { stack: [one], current: 1 } } });
  });

  test("StepPlanned is a call for that step alone, whose answer is its result", async () => {
    const app = await serveRaw(server, ({ body, stepId }) => {
      if (stepId !== null) return { body: [ran(stepId, `ran ${stepId}`)] };
      return one in body.steps ? { body: [complete(body.steps[one])] } : { body: [{ op: "StepPlanned", id: one }] };
    });
    expect(await app.runOnce()).toMatchObject({ status: "completed", output: { data: `ran ${one}` } });
    const [, planned] = app.calls;
    expect(planned?.url.search).toBe(`?fnId=${app.id}-fn&stepId=${one}`);
    expect(planned?.headers).toMatchObject({ "x-inngest-step-id": one, "x-inngest-req-version": "2" });
    expect(planned?.body.ctx["step_id"]).toBe("step");
  });

  test.each(["a b&c=d/?#+%", "é€😀", "line\nbreak", "x".repeat(2_000)])(
    "StepPlanned may have any text for its id: %j",
    async (id) => {
      const app = await serveRaw(server, ({ body, stepId }) => {
        if (stepId !== null) return { body: [ran(stepId, "ran")] };
        return id in body.steps ? { body: [complete(body.steps[id])] } : { body: [{ op: "StepPlanned", id }] };
      });
      expect(await app.runOnce()).toMatchObject({ status: "completed", output: { data: "ran" } });
      expect(app.calls[1]?.stepId).toBe(id);
    },
  );

  test("StepError is tried again as the same call one attempt later, and is the step's result after the last", async () => {
    const error = { name: "E", message: "always", stack: "at x" };
    const app = await serveRaw(
      server,
      ({ body }) =>
        one in body.steps ? { body: [complete(body.steps[one])] } : { body: [{ op: "StepError", id: one, error }] },
      { retries: 2 },
    );
    expect(await app.runOnce()).toMatchObject({ status: "completed", output: { error } });
    expect(app.calls.map(({ body }) => body.ctx.attempt)).toEqual([0, 1, 2, 0]);
    expect(app.calls.map(({ headers }) => headers["x-inngest-generation-id"])).toEqual(["1", "2", "3", "1"]);
    expect(app.calls.map(({ body }) => body.ctx["max_attempts"])).toEqual([3, 3, 3, 3]);
  });

  test("StepError that must not be tried again is the step's result at once", async () => {
    const error = { name: "E", message: "never" };
    const app = await serveRaw(
      server,
      ({ body }) =>
        one in body.steps
          ? { body: [complete("caught")] }
          : { headers: { "x-inngest-no-retry": "true" }, body: [{ op: "StepError", id: one, error }] },
      { retries: 2 },
    );
    expect(await app.runOnce()).toMatchObject({ status: "completed", output: "caught" });
    expect(app.calls).toHaveLength(2);
  });

  test("DiscoveryRequest is one more call", async () => {
    const app = await serveRaw(server, () =>
      app.calls.length === 1 ? { body: [{ op: "DiscoveryRequest", id: hash("again") }] } : { body: [complete(1)] },
    );
    expect(await app.runOnce()).toMatchObject({ status: "completed", output: 1 });
    expect(app.calls).toHaveLength(2);
  });

  test.each([
    ["nothing", []],
    ["None", [{ op: "None", id: "" }]],
  ])("%s is followed by another call all the same, so that no run hangs", async (_name, body) => {
    const app = await serveRaw(server, () => (app.calls.length === 1 ? { body } : { body: [complete(1)] }));
    expect(await app.runOnce()).toMatchObject({ status: "completed", output: 1 });
  });

  test("RunComplete ends the run after what came with it, alone and in an object as well", async () => {
    const app = await serveRaw(server, ({ body }) => ({
      body:
        body.event.data["isAlone"] === true
          ? complete({ alone: true })
          : [complete("end"), { ...ran(one, 1), displayName: "one" }],
    }));
    const run = await app.runOnce();
    expect(run).toMatchObject({ status: "completed", output: "end" });
    expect(stepsOf(run)).toMatchObject([{ name: "one", status: "completed" }]);
    expect(await app.runOnce({ isAlone: true })).toMatchObject({ status: "completed", output: { alone: true } });
    expect(app.calls).toHaveLength(2);
  });

  test("DeferAdd is told of in later calls, and sent when the run has ended", async () => {
    const input = { n: 1 };
    const app = await serveRaw(server, ({ body }) => {
      if (Object.keys(body.defers).length === 2) return { body: [complete("done")] };
      const opts = { fn_slug: "raw-later", input };
      return {
        body: [
          { op: "DeferAdd", id: hash("keep"), opts },
          { op: "DeferAdd", id: hash("drop"), opts },
          {
            op: "DeferAbort",
            id: hash("abort"),
            opts: { target_hashed_id: hash("drop"), fn_slug: "raw-later", id: "drop" },
          },
        ],
      };
    });
    const run = await app.runOnce();
    expect(run).toMatchObject({ status: "completed", output: "done" });
    expect(app.calls[1]?.body.defers).toEqual({
      [hash("keep")]: { abortable: true },
      [hash("drop")]: { abortable: false },
    });
    const sent = await server.events({ name: "inngest/deferred.schedule", internal: "true" });
    expect(sent).toHaveLength(1);
    const { data } = await server.event(sent[0]?.internalId ?? "");
    expect(data).toMatchObject({
      ...input,
      _inngest: { fn_slug: "raw-later", parent_run_id: run.id, parent_fn_slug: `${app.id}-fn` },
    });
  });

  test("one that nobody knows is a failed attempt of the whole answer", async () => {
    const app = await serveRaw(
      server,
      ({ body }) =>
        body.ctx.attempt === 0 ? { body: [ran(one, 1), { op: "StepNotFound", id: one }] } : { body: [complete(1)] },
      { retries: 1 },
    );
    expect(await app.runOnce()).toMatchObject({ status: "completed" });
    expect(app.calls[1]?.body).toMatchObject({ steps: {}, version: -1 });
  });
});

describe("several ops", () => {
  const [a, b] = [hash("a"), hash("b")];
  const plan = (id: string, more: object = {}): object => ({ op: "StepPlanned", id, ...more });

  test("of request version 2 are followed by one call when the last has its result", async () => {
    const app = await serveRaw(server, ({ body, stepId }) => {
      if (stepId !== null) return { body: [ran(stepId, 1)] };
      return b in body.steps
        ? { body: [complete("done")] }
        : { body: [plan(a), plan(b), { op: "Sleep", id: one, name: "20ms" }] };
    });
    expect(await app.runOnce()).toMatchObject({ status: "completed", output: "done" });
    const discoveries = app.calls.filter(({ stepId }) => stepId === null);
    expect(discoveries).toHaveLength(2);
    expect(discoveries[1]?.body.ctx.stack.stack.toSorted()).toEqual([a, b, one].toSorted());
    expect(Object.keys(discoveries[1]?.body.steps ?? {}).toSorted()).toEqual([a, b, one].toSorted());
    // Every step is planned while the group is open, and none after it.
    expect(
      app.calls.filter(({ stepId }) => stepId !== null).map(({ body }) => body.ctx.disable_immediate_execution),
    ).toEqual([true, true]);
    expect(discoveries[1]?.body.ctx.disable_immediate_execution).toBe(false);
  });

  test("of request version 1 may be reported again while they are open, run once and end once", async () => {
    const headers = { "x-inngest-req-version": "1" };
    const app = await serveRaw(server, ({ body, stepId }) => {
      if (stepId !== null) return { headers, body: [ran(stepId, 1)] };
      const open = [a, b].filter((id) => !(id in body.steps));
      return open.length === 0 ? { status: 200, headers, body: "done" } : { headers, body: open.map((id) => plan(id)) };
    });
    expect(await app.runOnce()).toMatchObject({ status: "completed", output: "done" });
    expect(app.calls.filter(({ stepId }) => stepId !== null)).toHaveLength(2);
    expect(app.calls.at(-1)?.body).toMatchObject({ version: 1, ctx: { disable_immediate_execution: true } });
  });

  test("in race mode are followed by a call as soon as one has its result", async () => {
    const opts = { parallelMode: "race" };
    const app = await serveRaw(server, ({ body, stepId }) => {
      if (stepId !== null) return { body: [ran(stepId, 1)] };
      if (a in body.steps) return { body: [complete("first")] };
      return { body: [plan(a, { opts }), { op: "Sleep", id: b, name: "1h", opts }] };
    });
    expect(await app.runOnce()).toMatchObject({ status: "completed", output: "first" });
    expect(app.calls.at(-1)?.body.steps).toEqual({ [a]: { data: 1 } });
  });
});
