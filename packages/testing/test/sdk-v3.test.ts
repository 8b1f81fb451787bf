// SDK v3, in a file of its own: the two majors keep different things under one global name.
import { createTestEngine } from "@stepwright/testing";
import { Inngest } from "inngest-v3";
import { serve } from "inngest-v3/edge";
import { expect, test } from "vitest";

test("a client of SDK v3 is skipped through time as well", async () => {
  const inngest = new Inngest({ id: "old-shop" });
  const nap = inngest.createFunction({ id: "nap" }, { event: "nap/wanted" }, async ({ step }) => {
    await step.sleep("nap", "1h");
    await step.sendEvent("tell", { name: "nap/over" });
    return step.run("rested", () => "rested");
  });
  await using engine = await createTestEngine({ client: inngest, serve, now: "2026-11-23T08:00:00Z" });

  // Sent through the SDK, which stamps the event with the real time.
  await inngest.send({ name: "nap/wanted" });
  await engine.clock.advance("59m");
  const [run] = await engine.runs({ function: nap });
  expect(run).toMatchObject({ status: "running", details: { doing: [{ kind: "sleeping" }] } });
  await engine.clock.advance("1m");
  expect(run).toMatchObject({ status: "completed", output: "rested" });
  expect((await engine.events()).map(({ name }) => name)).toEqual(["nap/wanted", "nap/over"]);
});

test("steps of SDK v3 are stubbed", async () => {
  const inngest = new Inngest({ id: "old-shop" });
  const pay = inngest.createFunction({ id: "pay", retries: 3 }, { event: "pay" }, async ({ step }) => {
    const card = await step.run("find card", () => "a real card");
    return step.run("charge", () => `charged ${card}`);
  });
  await using engine = await createTestEngine({ client: inngest, serve });
  engine.stub(pay, "find card").fails({ times: 2 }).returns("a test card");
  const run = await engine.invoke(pay);
  expect(await run.result()).toBe("charged a test card");
  expect(run.step("find card")).toMatchObject({ attempts: 3, output: "a test card" });
});
