// The matchers, and what they print.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "@stepwright/testing/vitest";
import { createTestEngine, traceSnapshot } from "@stepwright/testing";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { chargeOrder } from "../src/inngest/charge-order.ts";
import { inngest } from "../src/inngest/client.ts";
import { functions } from "../src/inngest/index.ts";
import { nightlyReport } from "../src/inngest/nightly-report.ts";
import { remindOfCart } from "../src/inngest/remind-of-cart.ts";
import { outbox } from "../src/mail.ts";

const cart = { cartId: "c-1", email: "ada@example.com" };
const order = { orderId: "o-1", cartId: "c-2", email: "ada@example.com", amount: 42 };

beforeEach(() => {
  outbox.length = 0;
});

test("about an engine: what was started and sent, and what was not", async () => {
  await using engine = await createTestEngine({ client: inngest, functions });
  await engine.send({ name: "order/placed", data: order });

  await expect(engine).toHaveStarted(chargeOrder, { times: 1 });
  await expect(engine).not.toHaveStarted(nightlyReport);
  await expect(engine).toHaveSent("order/paid", { orderId: "o-1", receipt: "receipt-o-1" });
  await expect(engine).not.toBeIdle();
});

test("about a run: what it waits for, how it went, how it ended", async () => {
  await using engine = await createTestEngine({ client: inngest, functions: [remindOfCart, chargeOrder] });
  const reminder = await (await engine.send({ name: "cart/left", data: cart })).run();
  const charging = await engine.invoke(chargeOrder, order);

  expect(reminder).toBeWaitingFor("order/placed", { match: "data.cartId", until: "3d" });
  expect(charging).toBeSleeping("wait-for-delivery", { until: "14 days" });

  await engine.clock.runUntilIdle();
  expect(reminder).toHaveRunStep("wait-for-order", { output: null });
  expect(reminder).toHaveCompletedWith({ reminded: true });
  expect(charging).toHaveSlept("wait-for-delivery", "14 days");
  expect(charging).toHaveRunStep("charge-card", { attempts: 1, output: "receipt-o-1" });
});

test("about a run that has failed", async () => {
  await using engine = await createTestEngine({ client: inngest, functions: [chargeOrder] });
  engine.stub("charge-card").fails({ error: "the card has expired", retriable: false });
  const run = await engine.invoke(chargeOrder, order);
  await run.ended();

  expect(run).toHaveFailedWith("the card has expired");
  expect(() => expect(run).toHaveCompleted()).toThrow("the card has expired");
});

test("a snapshot of a run is the same each time", async () => {
  await using engine = await createTestEngine({ client: inngest, functions: [remindOfCart] });
  const sent = await engine.send({ name: "cart/left", data: cart });
  const run = await sent.run();
  await run.result();
  expect(traceSnapshot(run)).toMatchSnapshot();
});

test("a run that a matcher failed on is saved as a file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "failed-runs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await using engine = await createTestEngine({
    client: inngest,
    functions: [remindOfCart],
    saveFailedRunsTo: folder,
  });
  const run = await engine.invoke(remindOfCart, cart);
  expect(() => expect(run).toHaveCompleted()).toThrow(folder);

  const [file = ""] = await readdir(folder);
  expect(JSON.parse(await readFile(join(folder, file), "utf8"))).toMatchObject({
    format: "stepwright-run",
    run: { id: run.id },
  });
});
