// Functions that wait for what never comes by the engine's clock.
import { createTestEngine } from "@stepwright/testing";
import { Inngest } from "inngest";
import { expect, test } from "vitest";

test(
  "a function that waits for real time is named, long before its retries are over",
  { timeout: 10_000 },
  async () => {
    const inngest = new Inngest({ id: "shop" });
    const hang = inngest.createFunction(
      { id: "hang", triggers: [{ event: "hang" }] },
      () => new Promise<void>(() => {}),
    );
    await using engine = await createTestEngine({ client: inngest, functions: [hang] });
    await expect(engine.send({ name: "hang" })).rejects.toThrow(
      "the function shop-hang has not answered for 4 s of real time; the engine's clock does not move the timers of the code itself",
    );
  },
);

test("a function that never ends is told, with what is pending", async () => {
  const inngest = new Inngest({ id: "shop" });
  const forever = inngest.createFunction({ id: "forever", triggers: [{ event: "go" }] }, async ({ step }) => {
    for (let day = 0; ; day += 1) await step.sleep(`day ${day}`, "1d");
  });
  await using engine = await createTestEngine({ client: inngest, functions: [forever], jumpsMax: 20 });
  const run = await engine.invoke(forever);
  await expect(run.result()).rejects.toThrow(
    /run 01\w+ of shop-forever is still running: sleeping in step "day 20" until .*; the clock has jumped too often for it, so it seems never to end \(`jumpsMax` allows more\)\. What is pending:\n {2}shop-forever: sleeping in "day 20" until /u,
  );
});

test("a run that is held back by the test is told at once", async () => {
  const inngest = new Inngest({ id: "shop" });
  const held = inngest.createFunction({ id: "held", triggers: [{ event: "go" }] }, () => null);
  await using engine = await createTestEngine({ client: inngest });
  await engine.queue.pause(held);
  const run = await engine.invoke(held);
  await expect(run.result()).rejects.toThrow(
    /run 01\w+ of shop-held is still queued: queued \(waiting: the test holds back the calls of the function\) until .*; its queue is paused: resume or/u,
  );
});

test("a run that waits for a year of crons is told before the test is over", { timeout: 10_000 }, async () => {
  const inngest = new Inngest({ id: "shop" });
  inngest.createFunction({ id: "tick", triggers: [{ cron: "0 * * * *" }] }, () => null);
  const callee = inngest.createFunction({ id: "callee", triggers: [{ event: "never" }] }, () => "called");
  const caller = inngest.createFunction({ id: "caller", triggers: [{ event: "go" }] }, ({ step }) =>
    step.invoke("call", { function: callee }),
  );
  await using engine = await createTestEngine({ client: inngest });
  await engine.queue.pause(callee);
  const run = await engine.invoke(caller);
  await expect(run.result()).rejects.toThrow(
    /run 01\w+ of shop-caller is still running: waiting for a run .* took too long by real time \(`waitTimeoutMs` allows more\)/u,
  );
  await engine.queue.resume();
  expect(await run.result()).toBe("called");
});

test("a function cannot wait for the engine that is calling it", async () => {
  const inngest = new Inngest({ id: "shop" });
  const impatient = inngest.createFunction({ id: "impatient", retries: 0, triggers: [{ event: "go" }] }, async () => {
    await engine.clock.advance("1d");
  });
  await using engine = await createTestEngine({ client: inngest, functions: [impatient] });
  const run = await engine.invoke(impatient);
  await expect(run.result()).rejects.toThrow("a function cannot wait for the engine that is calling it");
});
