// The same function on the real engine: where docs/testing.md ends.
import { createTestEngine } from "@stepwright/testing";
import { beforeEach, expect, test } from "vitest";
import { outbox } from "../mail.ts";
import { inngest } from "./client.ts";
import { remindOfCart } from "./remind-of-cart.ts";

const cart = { cartId: "c-1", email: "ada@example.com" };

beforeEach(() => {
  outbox.length = 0;
});

test("reminds of a cart after three days", async () => {
  await using engine = await createTestEngine({ client: inngest, functions: [remindOfCart] });

  const sent = await engine.send({ name: "cart/left", data: cart });
  const run = await sent.run();
  await engine.clock.advance("2d 23h");
  expect(outbox).toEqual([]);

  expect(await run.result()).toEqual({ reminded: true });
  expect(outbox).toEqual([{ to: "ada@example.com", subject: "Your cart is still here" }]);
});

test("does not remind of a cart that has become an order", async () => {
  await using engine = await createTestEngine({ client: inngest, functions: [remindOfCart] });

  const sent = await engine.send({ name: "cart/left", data: cart });
  const run = await sent.run();
  await engine.send({ name: "order/placed", data: { orderId: "o-1", cartId: "another", email: "", amount: 1 } });
  await engine.clock.advance("2d");
  expect(run.status).toBe("running");

  await engine.send({ name: "order/placed", data: { orderId: "o-2", cartId: "c-1", email: "", amount: 1 } });
  expect(await run.result()).toEqual({ reminded: false });
  expect(outbox).toEqual([]);
});
