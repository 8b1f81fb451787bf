// Checkpoints over plain HTTP: what is stored while a call goes on, and how each request of the kind is answered.
import { until } from "@stepwright/test-parts";
import { describe, expect, test } from "vitest";
import { complete, ran, type RawCall, serveRaw } from "../harness/raw-app.ts";
import { useServer } from "../harness/scope.ts";
import type { Answer } from "../harness/server-api.ts";

const server = useServer({
  args: "--retry-interval 0.05 --no-poll --step-output-limit 2000 --response-limit 10000000".split(" "),
});

function save(
  { body }: RawCall,
  steps: readonly object[],
  over: Readonly<Record<string, unknown>> = {},
): Promise<Answer> {
  const { ctx } = body;
  return server.request("POST", `/v1/checkpoint/${ctx.run_id}/async`, {
    headers: { authorization: "Bearer undefined", "x-inngest-sdk": "inngest-js:v4.24.0" },
    body: {
      run_id: ctx.run_id,
      fn_id: ctx["fn_id"],
      qi_id: ctx["qi_id"],
      request_id: ctx["request_id"],
      generation_id: ctx["generation_id"],
      request_started_at: Date.now(),
      ts: Date.now(),
      steps,
      ...over,
    },
  });
}

describe("a checkpoint", () => {
  test("is answered with 200 and nothing, counts once, and is there when the call has failed", async () => {
    const answers: Answer[] = [];
    const app = await serveRaw(
      server,
      async (call) => {
        if (call.body.ctx.attempt > 0) return { body: [complete(call.body.steps)] };
        const junk = { mode: "sync", rawArgs: ["a", null], timing: { a: 1, b: 1 }, userland: { id: "a" } };
        answers.push(
          await save(call, [
            { ...ran("a", 1), ...junk },
            { op: "StepPlanned", id: "b" },
          ]),
        );
        answers.push(await save(call, [ran("a", 2)]));
        return { status: 500, body: { message: "broken off" } };
      },
      { retries: 1 },
    );
    expect(await app.runOnce()).toMatchObject({ status: "completed", output: { a: { data: 1 } } });
    expect(answers.map(({ status, text }) => [status, text])).toEqual([
      [200, ""],
      [200, ""],
    ]);
    const [, again] = app.calls;
    // A full set of attempts again: the failure after it is the first.
    expect(again?.body.ctx).toMatchObject({ attempt: 1, max_attempts: 2, stack: { stack: ["a"], current: 1 } });
  });

  test("gives its call all attempts again, however many were spent", async () => {
    const app = await serveRaw(
      server,
      async (call) => {
        if (app.calls.length === 5) return { body: [complete("done")] };
        if (call.body.ctx.attempt > 0) await save(call, [ran(`step-${app.calls.length}`, 1)]);
        return { status: 500, body: { message: "once more" } };
      },
      { retries: 1 },
    );
    expect(await app.runOnce()).toMatchObject({ status: "completed", output: "done" });
    expect(app.calls.map(({ body }) => body.ctx.attempt)).toEqual([0, 1, 1, 1, 1]);
    expect(app.calls.map(({ body }) => body.ctx["generation_id"])).toEqual([1, 2, 3, 4, 5]);
  });

  test("is refused with a status that says why", async () => {
    const answers: Record<string, Answer> = {};
    const path = (id: string): string => `/v1/http/runs/${id}/async`;
    const app = await serveRaw(server, async (call) => {
      const { run_id: runId } = call.body.ctx;
      answers["older dispatch"] = await save(call, [ran("a", 1)], { generation_id: 0 });
      answers["other call"] = await save(call, [ran("a", 1)], { qi_id: "other" });
      answers["end of the run"] = await save(call, [complete(1)]);
      answers["sleep"] = await save(call, [ran("a", 1), { op: "Sleep", id: "s", name: "1s" }]);
      answers["unknown op"] = await save(call, [{ op: "Dance", id: "a" }]);
      answers["no JSON"] = await server.request("POST", path(runId), { body: "{" });
      answers["no run"] = await server.request("POST", path("01M854TKXWNT0FF1WA0BB6VT7M"), {
        body: { run_id: "01M854TKXWNT0FF1WA0BB6VT7M", steps: [] },
      });
      answers["no id"] = await server.request("POST", path("nonsense"), { body: {} });
      answers["too large"] = await save(call, [ran("a", "x".repeat(2_000))]);
      answers["ended"] = await save(call, [ran("a", 1)]);
      return { body: [complete("late")] };
    });
    expect(await app.runOnce()).toMatchObject({ status: "failed", error: { name: "StepOutputTooLarge" } });
    await until(() => "ended" in answers, { describe: () => "the app has heard of the end" });
    const told = Object.entries(answers).map(([name, { status, json }]) => [
      name,
      status,
      (json as { readonly status: number; readonly code: string }).code,
    ]);
    expect(told).toEqual([
      ["older dispatch", 409, "DISPATCH_STALE"],
      ["other call", 409, "DISPATCH_STALE"],
      ["end of the run", 400, "OP_NOT_ALLOWED"],
      ["sleep", 400, "OP_NOT_ALLOWED"],
      ["unknown op", 400, "OP_INVALID"],
      ["no JSON", 400, "BODY_NOT_JSON"],
      ["no run", 400, "CHECKPOINT_OF_NO_RUN"],
      ["no id", 400, "ID_INVALID"],
      ["too large", 413, "output_too_large"],
      ["ended", 410, "RUN_GONE"],
    ]);
    for (const { json, status } of Object.values(answers))
      expect(json).toMatchObject({ status, error: expect.any(String) });
  });

  test("may be as large as an answer may be, and is refused beyond that with the limit", async () => {
    const statuses: (readonly [number, unknown])[] = [];
    const app = await serveRaw(server, async (call) => {
      for (const size of [9_900_000, 10_000_000]) {
        const { status, json } = await save(call, [{ ...ran("a", 1), rawArgs: "x".repeat(size) }]);
        statuses.push([status, json]);
      }
      return { body: [complete("done")] };
    });
    expect(await app.runOnce()).toMatchObject({ status: "completed" });
    expect(statuses).toEqual([
      [200, undefined],
      [413, expect.objectContaining({ code: "BODY_TOO_LARGE", error: expect.stringContaining("10000000") as string })],
    ]);
  });

  test("is the state that an SDK fetches, which is gone when the run has ended", async () => {
    const fetched: Answer[] = [];
    const look = async (runId: string): Promise<void> => {
      for (const what of ["actions", "batch"]) fetched.push(await server.request("GET", `/v0/runs/${runId}/${what}`));
    };
    const app = await serveRaw(server, async (call) => {
      await save(call, [ran("a", { n: 1 })]);
      await look(call.body.ctx.run_id);
      return { body: [complete(1)] };
    });
    const run = await app.runOnce({ x: 1 });
    await look(run.id);
    expect(fetched.map(({ status }) => status)).toEqual([200, 200, 410, 410]);
    expect(fetched[0]?.json).toEqual({ a: { data: { n: 1 } } });
    // Without what is empty, as the reference gives them.
    const { id, name, data } = app.calls[0]?.body.event ?? {};
    expect(fetched[1]?.json).toEqual([{ id, name, data, ts: expect.any(Number) }]);
    expect(fetched[2]?.json).toMatchObject({ status: 410, error: expect.stringContaining("has ended") });
  });
});
