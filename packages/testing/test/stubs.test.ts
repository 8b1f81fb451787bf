// Stubs: what steps do instead, as the engine sees it: with real attempts, delays and memos.
import { createTestEngine } from "@stepwright/testing";
import { Inngest, NonRetriableError, StepError } from "inngest";
import { expect, test } from "vitest";

function makeShop() {
  const inngest = new Inngest({ id: "shop" });
  const called: string[] = [];
  const work = (what: string): string => {
    called.push(what);
    return what;
  };
  const charge = inngest.createFunction({ id: "charge", triggers: [{ event: "charge" }] }, () => work("charge"));
  const order = inngest.createFunction(
    { id: "order", retries: 3, triggers: [{ event: "order" }] },
    async ({ step }) => {
      const [card, address] = await Promise.all([
        step.run("find card", () => work("card")),
        step.run("find address", () => work("address")),
      ]);
      const receipt: unknown = await step.invoke("charge", { function: charge });
      const approval = await step.waitForEvent("approval", { event: "approved", timeout: "1d" });
      await step.sleep("rest", "1h");
      return {
        card,
        address,
        receipt,
        approval: approval?.data ?? null,
        sent: await step.run("send", () => work("send")),
      };
    },
  );
  return { inngest, order, called };
}

test("without stubs everything is done as written", async () => {
  const { inngest, order, called } = makeShop();
  await using engine = await createTestEngine({ client: inngest });
  const run = await engine.invoke(order);
  expect(await run.result()).toEqual({
    card: "card",
    address: "address",
    receipt: "charge",
    approval: null,
    sent: "send",
  });
  expect(called).toEqual(["card", "address", "charge", "send"]);
});

test("a step returns what it is told, its code does not run, and the others do", async () => {
  const { inngest, order, called } = makeShop();
  await using engine = await createTestEngine({ client: inngest });
  engine.stub(order, "find card").returns({ number: "4242" });
  const run = await engine.invoke(order);
  expect(await run.result()).toMatchObject({ card: { number: "4242" }, address: "address", sent: "send" });
  expect(called).toEqual(["address", "charge", "send"]);
  expect(run.step("find card")).toMatchObject({ status: "completed", attempts: 1, output: { number: "4242" } });
});

test("invocations, waits and sleeps are stubbed as well", async () => {
  const { inngest, order, called } = makeShop();
  await using engine = await createTestEngine({ client: inngest, now: "2026-11-23T08:00:00Z" });
  engine.stub("charge").returns("a receipt");
  engine.stub("approval").returns({ name: "approved", data: { by: "Grace" } });
  engine.stub("rest").returns(null);
  const run = await engine.invoke(order);
  // No time has to pass for any of it.
  expect(run.status).toBe("completed");
  expect(run.output).toMatchObject({ receipt: "a receipt", approval: { by: "Grace" } });
  expect(called).toEqual(["card", "address", "send"]);
  expect(engine.clock.date().toISOString()).toBe("2026-11-23T08:00:00.000Z");
});

test("a step fails so often, with the retries that failures have, and then works", async () => {
  const { inngest, order, called } = makeShop();
  await using engine = await createTestEngine({ client: inngest });
  engine.stub(order, "send").fails({ times: 2, error: new RangeError("mail is down") });
  const run = await engine.invoke(order);
  await run.result();
  const { tries, attempts } = run.step("send");
  expect(attempts).toBe(3);
  expect(tries.map(({ error }) => error?.message)).toEqual(["mail is down", "mail is down", undefined]);
  expect(tries.map(({ startedAt }) => startedAt - (tries[0]?.startedAt ?? 0))).toEqual([0, 1_000, 3_000]);
  expect(called.filter((what) => what === "send")).toHaveLength(1);
});

test("a step that always fails ends the run after its retries, one that may not be retried at once", async () => {
  const { inngest, order } = makeShop();
  await using engine = await createTestEngine({ client: inngest });
  engine.stub(order, "send").fails({ error: "mail is down" });
  const run = await engine.invoke(order);
  await expect(run.result()).rejects.toThrow("the run of shop-order ended as failed: Error: mail is down");
  expect(run.step("send").attempts).toBe(4);

  engine.stub(order, "send").fails({ error: new NonRetriableError("no such address"), retriable: false });
  const other = await engine.invoke(order);
  await expect(other.result()).rejects.toThrow("NonRetriableError: no such address");
  expect(other.step("send").attempts).toBe(1);
});

test("a function catches the error of a stub as it would that of the step", async () => {
  const inngest = new Inngest({ id: "shop" });
  const careful = inngest.createFunction(
    { id: "careful", retries: 0, triggers: [{ event: "x" }] },
    async ({ step }) => {
      try {
        return await step.run("risky", () => "fine");
      } catch (error) {
        return error instanceof StepError ? `caught ${error.name}: ${error.message}` : "caught something else";
      }
    },
  );
  await using engine = await createTestEngine({ client: inngest });
  engine.stub("risky").fails({ error: new TypeError("no luck") });
  const run = await engine.invoke(careful);
  expect(await run.result()).toBe("caught TypeError: no luck");
});

test("a step takes its time by the virtual clock, and others go on meanwhile", async () => {
  const { inngest, order, called } = makeShop();
  await using engine = await createTestEngine({ client: inngest, now: "2026-11-23T08:00:00Z" });
  engine.stub(order, "find card").takes("5m");
  engine.stub("approval").returns(null);
  const run = await engine.invoke(order);
  // The call is made, and its answer waits; nothing else is to be waited for.
  expect(called).toEqual(["card", "address"]);
  expect(run.step("find address").status).toBe("completed");
  await engine.clock.advance("4m 59s");
  expect(called).toHaveLength(2);
  await engine.clock.advance("1s");
  expect(called).toEqual(["card", "address", "charge"]);
  expect(await run.result()).toMatchObject({ card: "card", sent: "send" });
});

test("stubs are taken back, and the newest of a step holds", async () => {
  const { inngest, order } = makeShop();
  await using engine = await createTestEngine({ client: inngest });
  engine.stub("approval").returns(null);
  engine.stub(order, "find card").returns("one");
  engine.stub(order, "find card").returns("two");
  expect(await (await engine.invoke(order)).result()).toMatchObject({ card: "two" });
  engine.unstub();
  expect(await (await engine.invoke(order)).result()).toMatchObject({ card: "card" });
});

test("stubs of what is not there are refused with a sentence", async () => {
  const { inngest, order } = makeShop();
  await using engine = await createTestEngine({ client: inngest });
  expect(() => engine.stub("oder", "send")).toThrow(
    'the engine knows no function "oder"; it knows shop-charge, shop-order',
  );
  expect(() => engine.stub(order, "")).toThrow("name the step by the id that its function gives it");
});
