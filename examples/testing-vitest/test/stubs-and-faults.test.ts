// What goes wrong, on demand: steps, answers, apps, the engine itself.
import { createTestEngine } from "@stepwright/testing";
import { beforeEach, expect, test } from "vitest";
import { chargeOrder } from "../src/inngest/charge-order.ts";
import { inngest } from "../src/inngest/client.ts";
import { functions } from "../src/inngest/index.ts";
import { outbox } from "../src/mail.ts";

const order = { orderId: "o-1", cartId: "c-1", email: "ada@example.com", amount: 42 };

beforeEach(() => {
  outbox.length = 0;
});

test("a step does what the test says", async () => {
  await using engine = await createTestEngine({ client: inngest, functions: [chargeOrder] });
  engine.stub(chargeOrder, "charge-card").fails({ times: 2, error: "busy" }).returns("receipt-from-the-test");
  engine.stub("ask-for-review").takes("1h");

  const run = await engine.invoke(chargeOrder, order);
  expect(await run.result()).toEqual({ receipt: "receipt-from-the-test" });
  expect(run.step("charge-card").attempts).toBe(3);
});

test("an answer that is lost is asked for again", async () => {
  await using engine = await createTestEngine({ client: inngest, functions: [chargeOrder] });
  engine.faults.drop({ function: chargeOrder, step: "ask-for-review" });

  const run = await engine.invoke(chargeOrder, order);
  await run.result();
  // The mail was sent, the answer was lost, and the step ran again: steps have to bear that.
  expect(outbox).toHaveLength(2);
});

test("an app that is away is called again when it is back", async () => {
  await using engine = await createTestEngine({ client: inngest, functions: [chargeOrder] });
  engine.faults.appGoesAway();
  const run = await engine.invoke(chargeOrder, order);
  expect(run.status).toBe("running");

  engine.faults.appComesBack();
  expect(await run.result()).toEqual({ receipt: "receipt-o-1" });
});

test("chance, the same at each repetition", async () => {
  await using engine = await createTestEngine({ client: inngest, functions });
  engine.faults.random({ drop: 0.1, duplicate: 0.1, seed: 7 });

  await engine.send(
    Array.from({ length: 20 }, (_, n) => ({ name: "order/placed", data: { ...order, orderId: `${n}` } })),
  );
  await engine.clock.runUntilIdle();
  expect(await engine.runs({ function: chargeOrder, status: "completed" })).toHaveLength(20);
});

test("a crash loses nothing that was committed", async () => {
  await using engine = await createTestEngine({ client: inngest, functions: [chargeOrder] });
  const { id } = await engine.invoke(chargeOrder, order);
  await engine.clock.advance("7d");

  await engine.crash();
  const run = await engine.run(id);
  expect(await run.result()).toEqual({ receipt: "receipt-o-1" });
  expect(run.step("charge-card").attempts).toBe(1);
});
