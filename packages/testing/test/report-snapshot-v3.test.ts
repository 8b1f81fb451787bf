// SDK v3, in a file of its own: the two majors keep different things under one global name.
import { createTestEngine, traceSnapshot } from "@stepwright/testing";
import { Inngest } from "inngest-v3";
import { serve } from "inngest-v3/edge";
import { expect, test } from "vitest";

test("the snapshot of a function is the same with SDK v3 and v4", async () => {
  const inngest = new Inngest({ id: "shop" });
  const child = inngest.createFunction({ id: "child" }, { event: "child" }, async ({ step }) => {
    await step.sleep("think", "1h");
    return { answer: 42 };
  });
  const parent = inngest.createFunction({ id: "parent" }, { event: "parent" }, async ({ step }) => {
    await step.sendEvent("tell", { name: "told", data: { n: 1 } });
    return step.invoke("ask", { function: child, data: { fails: false }, timeout: "1d" });
  });
  await using engine = await createTestEngine({ client: inngest, functions: [parent, child], serve });
  const sent = await engine.send({ name: "parent" });
  const run = await sent.run();
  // `report-snapshot.test.ts` has the same text for v4.
  expect(traceSnapshot(await run.ended())).toMatchInlineSnapshot(`
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
});
