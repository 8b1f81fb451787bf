// What a test sees of a run.
import { createTestEngine } from "@stepwright/testing";
import { expect, test } from "vitest";
import { chargeOrder } from "../src/inngest/charge-order.ts";
import { inngest } from "../src/inngest/client.ts";
import { functions } from "../src/inngest/index.ts";

const order = { orderId: "o-1", cartId: "c-1", email: "ada@example.com", amount: 42 };

test("events, invocations and crons start runs", async () => {
  await using engine = await createTestEngine({ client: inngest, functions });

  const sent = await engine.send({ name: "order/placed", data: order });
  const byEvent = await sent.run(); // the one run that it started; sent.runs() has all
  const byInvoke = await engine.invoke("charge-order", order);
  const byCron = await engine.cron("nightly-report");

  expect(await engine.runs({ event: "order/placed" })).toMatchObject([{ id: byEvent.id }]);
  expect(await engine.runs({ function: chargeOrder })).toMatchObject([{ id: byEvent.id }, { id: byInvoke.id }]);
  expect(byCron.functionSlug).toBe("shop-nightly-report");
});

test("a run tells all that the dashboard shows", async () => {
  await using engine = await createTestEngine({ client: inngest, functions: [chargeOrder] });
  engine.stub("charge-card").fails({ times: 1, error: "try again" });
  const run = await engine.invoke(chargeOrder, order);
  await run.result();

  expect(run.status).toBe("completed");
  expect(run.output).toEqual({ receipt: "receipt-o-1" });
  expect(run.steps.map(({ id }) => id)).toEqual(["charge-card", "tell-others", "wait-for-delivery", "ask-for-review"]);
  expect(run.step("charge-card")).toMatchObject({ status: "completed", output: "receipt-o-1", attempts: 2 });
  expect(run.step("charge-card").tries[0]?.error?.message).toBe("try again");
  expect(run.step("wait-for-delivery").durationMs).toBe(14 * 24 * 60 * 60 * 1000);
  expect(run.history().map(({ what, step }) => [what, step])).toContainEqual(["sleepEnded", "wait-for-delivery"]);
});
