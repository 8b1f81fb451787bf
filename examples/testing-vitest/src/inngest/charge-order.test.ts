// Charging an order: what is sent, what is retried, what comes two weeks later.
import { createTestEngine, type TestEngine } from "@stepwright/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { outbox } from "../mail.ts";
import { chargeOrder } from "./charge-order.ts";
import { inngest } from "./client.ts";

const order = { orderId: "o-1", cartId: "c-1", email: "ada@example.com", amount: 42 };

let engine: TestEngine;

beforeEach(async () => {
  outbox.length = 0;
  engine = await createTestEngine({ client: inngest, functions: [chargeOrder] });
});

afterEach(() => engine.stop());

test("charges, tells others, and asks for a review two weeks later", async () => {
  const sent = await engine.send({ name: "order/placed", data: order });
  const run = await sent.run();

  expect(await engine.events({ name: "order/paid" })).toMatchObject([
    { data: { orderId: "o-1", receipt: "receipt-o-1" } },
  ]);
  expect(outbox).toEqual([]);
  expect(await run.result()).toEqual({ receipt: "receipt-o-1" });
  expect(outbox).toEqual([{ to: "ada@example.com", subject: "How was it?" }]);
});

test("a payment service that is down for a while is asked again", async () => {
  engine.stub(chargeOrder, "charge-card").fails({ times: 3, error: "the payment service is down" });

  const run = await engine.invoke(chargeOrder, order);
  expect(await run.result()).toEqual({ receipt: "receipt-o-1" });
  expect(run.step("charge-card").attempts).toBe(4);
});

test("a payment service that stays down fails the order after five tries", async () => {
  engine.stub(chargeOrder, "charge-card").fails({ error: "the payment service is down" });

  const run = await engine.invoke(chargeOrder, order);
  await expect(run.result()).rejects.toThrow("the payment service is down");
  expect(run.step("charge-card").attempts).toBe(5);
  expect(await engine.events({ name: "order/paid" })).toEqual([]);
});
