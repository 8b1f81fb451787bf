// Snapshots of traces: the same for each seed, each start and each engine.
import { traceSnapshot } from "@stepwright/testing";
import { expect, test } from "vitest";
import { endedRun, runOfEvent, startShop } from "./report-app.ts";

const events = [
  ["user/signed-up", { email: "ada@example.com" }],
  ["report", {}],
  ["flaky", {}],
  ["broken", {}],
  ["content/submitted", { contentId: "c1" }],
  ["parent", {}],
  ["parent", { fails: true }],
  ["signal", {}],
] as const;

test("engines with other ids at other times give the same snapshots", async () => {
  const traces = async (options: object) => {
    await using engine = await startShop(options);
    const ended = [];
    for (const [name, data] of events) ended.push(traceSnapshot(await endedRun(engine, name, data)));
    return ended;
  };
  const first = await traces({ seed: 1 });
  expect(await traces({ seed: 2, now: "2031-07-09T17:12:44.017Z" })).toEqual(first);
  // Of the time of the real world, which the clock of an engine shows by default.
  expect(await traces({ seed: 3, now: new Date().toISOString() })).toEqual(first);
  expect(JSON.stringify(first)).not.toMatch(/01[0-9A-HJKMNP-TV-Z]{24}|20\d\d-\d\d-\d\d/);
});

test("what a snapshot says", async () => {
  await using engine = await startShop();
  expect(traceSnapshot(await endedRun(engine, "parent"))).toMatchInlineSnapshot(`
    {
      "function": "shop-parent",
      "output": {
        "answer": 42,
      },
      "status": "completed",
      "steps": [
        {
          "at": "+0ms",
          "detail": {
            "type": "step.sendEvent",
          },
          "id": "tell",
          "kind": "step",
          "output": {
            "ids": [
              "<id 1>",
            ],
          },
          "status": "completed",
          "took": "0ms",
        },
        {
          "at": "+0ms",
          "detail": {
            "childRunId": "<run 2>",
            "eventId": "<event 2>",
            "functionId": "shop-child",
            "until": "<+1d>",
          },
          "id": "ask",
          "input": {
            "fails": false,
          },
          "kind": "invoke",
          "output": {
            "answer": 42,
          },
          "status": "completed",
          "took": "1h",
        },
      ],
      "took": "1h",
      "trigger": {
        "data": {},
        "event": "parent",
      },
    }
  `);
  expect(traceSnapshot(await engine.invoke(engine.app.plain, { n: 1 })).trigger).toEqual({
    event: "inngest/function.invoked",
    data: { n: 1 },
  });
  expect(traceSnapshot(await endedRun(engine, "broken"))).toMatchInlineSnapshot(`
    {
      "error": [
        "TypeError: declined
    by the bank",
        "caused by Error: the bank is closed",
      ],
      "function": "shop-broken",
      "status": "failed",
      "steps": [
        {
          "at": "+0ms",
          "id": "fine",
          "kind": "step",
          "output": "fine",
          "status": "completed",
          "took": "0ms",
        },
        {
          "at": "+0ms",
          "attempts": 2,
          "failures": [
            "attempts 1 to 2: TypeError: declined
    by the bank; caused by Error: the bank is closed",
          ],
          "id": "charge",
          "kind": "step",
          "status": "failed",
          "took": "1s",
        },
      ],
      "took": "1s",
      "trigger": {
        "data": {},
        "event": "broken",
      },
    }
  `);
  expect(traceSnapshot(await runOfEvent(engine, "content/submitted", { contentId: "c1" }))).toMatchInlineSnapshot(`
    {
      "function": "shop-approval",
      "status": "running",
      "steps": [
        {
          "at": "+0ms",
          "detail": {
            "event": "content/reviewed",
            "expression": "event.data.contentId == async.data.contentId",
            "until": "<+2d>",
          },
          "id": "wait-for-approval",
          "kind": "wait",
          "status": "waiting",
        },
      ],
      "trigger": {
        "data": {
          "contentId": "c1",
        },
        "event": "content/submitted",
      },
    }
  `);
});

test("ids and times in payloads are replaced where they are of the engine, and stay where they are data", async () => {
  await using engine = await startShop();
  const { inngest } = engine.app;
  const ids = inngest.createFunction({ id: "ids", triggers: [{ event: "ids" }] }, async ({ step, runId, event }) => {
    await step.sleep("nap", "1d");
    return step.run("look", () => ({
      [`of ${runId}`]: [runId, event.id, event.ts],
      text: `run ${runId} of ${event.id} began at ${new Date(event.ts).toISOString()}`,
      wall: [Date.now(), new Date().toISOString()],
      birthday: "1815-12-10T09:30:00Z",
      price: 1_767_600,
      order: "order-01JD00000000000000000000",
    }));
  });
  const { serve } = await import("inngest/edge");
  await engine.register(serve({ client: inngest, functions: [ids] }));
  const run = await engine.send({ name: "ids", data: { at: "2026-01-06T09:00:00.000Z" } }).then((sent) => sent.run());
  await run.ended();
  const { trigger, output } = traceSnapshot(run);
  expect({ trigger, output }).toMatchInlineSnapshot(`
    {
      "output": {
        "birthday": "1815-12-10T09:30:00Z",
        "of <run 1>": [
          "<run 1>",
          "<event 1>",
          "<+0ms>",
        ],
        "order": "order-01JD00000000000000000000",
        "price": 1767600,
        "text": "run <run 1> of <event 1> began at <+0ms>",
        "wall": [
          "<time>",
          "<time>",
        ],
      },
      "trigger": {
        "data": {
          "at": "<+1d>",
        },
        "event": "ids",
      },
    }
  `);
});
