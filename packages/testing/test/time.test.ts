// Time skipping: everything happens in the order and at the time in which it would have happened.
import { createTestEngine, type TestEngine } from "@stepwright/testing";
import { Inngest } from "inngest";
import { serve } from "inngest/edge";
import { expect, onTestFinished, test } from "vitest";

const monday = new Date("2026-11-23T08:00:00Z");

async function startEngine(): Promise<{ engine: TestEngine; inngest: Inngest }> {
  const engine = await createTestEngine({ now: monday });
  onTestFinished(() => engine.stop());
  return { engine, inngest: new Inngest({ id: "shop", ...engine.clientOptions }) };
}

test("a sequence of seven days goes on at the right times", async () => {
  const { engine, inngest } = await startEngine();
  const notes: [string, string][] = [];
  const note = (what: string) => void notes.push([what, engine.clock.date().toISOString()]);
  const welcome = inngest.createFunction(
    { id: "welcome", triggers: [{ event: "user/signed-up" }] },
    async ({ step }) => {
      await step.run("welcome", () => note("welcome"));
      await step.sleep("two days", "2 days");
      await step.run("tips", () => note("tips"));
      await step.sleep("five days", "5 days");
      await step.run("upgrade", () => note("upgrade"));
      return notes.length;
    },
  );
  await engine.register(serve({ client: inngest, functions: [welcome] }));

  const run = await (await engine.send({ name: "user/signed-up" })).run();
  await engine.clock.advance("7d");

  expect(notes).toEqual([
    ["welcome", "2026-11-23T08:00:00.000Z"],
    ["tips", "2026-11-25T08:00:00.000Z"],
    ["upgrade", "2026-11-30T08:00:00.000Z"],
  ]);
  // The handle shows how the run is now.
  expect(run).toMatchObject({ status: "completed", output: 3 });
  expect(run.details.endedAt).toBe(Date.UTC(2026, 10, 30, 8));
});

test("retries come after 1, 2, 4 seconds, and waits time out, each at its own time", async () => {
  const { engine, inngest } = await startEngine();
  const log: string[] = [];
  const at = (what: string) => void log.push(`${(engine.clock.now() - monday.getTime()) / 1000}s ${what}`);
  const flaky = inngest.createFunction(
    { id: "flaky", retries: 3, triggers: [{ event: "go" }] },
    async ({ step, attempt }) => {
      await step.run("flaky", () => {
        at(`attempt ${attempt}`);
        if (attempt < 3) throw new Error("not yet");
      });
    },
  );
  const patient = inngest.createFunction({ id: "patient", triggers: [{ event: "go" }] }, async ({ step }) => {
    const answer = await step.waitForEvent("answer", { event: "answer/given", timeout: "5s" });
    await step.run("after", () => at(answer === null ? "timeout" : "answer"));
  });
  await engine.register(serve({ client: inngest, functions: [flaky, patient] }));

  await engine.send({ name: "go" });
  await engine.clock.advance("1m");
  expect(log).toEqual(["0s attempt 0", "1s attempt 1", "3s attempt 2", "5s timeout", "7s attempt 3"]);
});

test("a cron ticks every time its time comes", async () => {
  const { engine, inngest } = await startEngine();
  const ticks: string[] = [];
  const digest = inngest.createFunction({ id: "digest", triggers: [{ cron: "0 9 * * MON" }] }, async ({ step }) => {
    await step.run("note", () => void ticks.push(engine.clock.date().toISOString()));
  });
  await engine.register(serve({ client: inngest, functions: [digest] }));
  await engine.clock.advance("15d");
  expect(ticks).toEqual(["2026-11-23T09:00:00.000Z", "2026-11-30T09:00:00.000Z", "2026-12-07T09:00:00.000Z"]);
});

test("a cron whose function is gone ticks no more", async () => {
  const { engine, inngest } = await startEngine();
  let ticks = 0;
  const hourly = inngest.createFunction({ id: "hourly", triggers: [{ cron: "0 * * * *" }] }, () => void (ticks += 1));
  const other = inngest.createFunction({ id: "other", triggers: [{ event: "other" }] }, () => null);
  await engine.register(serve({ client: inngest, functions: [hourly] }));
  await engine.clock.advance("3h");
  expect(ticks).toBe(3);
  await engine.register(serve({ client: inngest, functions: [other] }));
  await engine.clock.advance("3h");
  expect(ticks).toBe(3);
  await engine.register(serve({ client: inngest, functions: [hourly] }));
  await engine.clock.advance("1h");
  expect(ticks).toBe(4);
});

test("an event for later starts its run later", async () => {
  const { engine, inngest } = await startEngine();
  const fn = inngest.createFunction({ id: "later", triggers: [{ event: "later" }] }, () => "done");
  await engine.register(serve({ client: inngest, functions: [fn] }));

  const sent = await engine.send({ name: "later", ts: monday.getTime() + 3_600_000 });
  await engine.clock.advance("59m");
  const run = await sent.run();
  expect(run.status).toBe("queued");
  await engine.clock.advance("1m");
  expect(run).toMatchObject({ status: "completed", output: "done" });
});

test("awaiting a run and runUntilIdle jump as far as they have to", async () => {
  const { engine, inngest } = await startEngine();
  const fn = inngest.createFunction({ id: "long", triggers: [{ event: "long" }] }, async ({ event, step }) => {
    await step.sleep("sleep", event.data.duration);
    return "awake";
  });
  await engine.register(serve({ client: inngest, functions: [fn] }));

  const run = await (await engine.send({ name: "long", data: { duration: "30d" } })).run();
  expect(await run.result()).toBe("awake");
  expect(engine.clock.now()).toBe(monday.getTime() + 30 * 86_400_000);

  await engine.send([
    { name: "long", data: { duration: "1h" } },
    { name: "long", data: { duration: "3h" } },
  ]);
  await engine.clock.runUntilIdle();
  expect(engine.clock.now()).toBe(monday.getTime() + 30 * 86_400_000 + 3 * 3_600_000);
  expect(await engine.runs({ status: ["queued", "running"] })).toEqual([]);
  expect(await engine.runs({ status: "completed", function: "long", event: "long" })).toHaveLength(3);
});

test("runUntilIdle gives up at its limit and names what is unfinished", async () => {
  const { engine, inngest } = await startEngine();
  const fn = inngest.createFunction({ id: "long", triggers: [{ event: "long" }] }, async ({ step }) =>
    step.sleep("sleep", "30d"),
  );
  await engine.register(serve({ client: inngest, functions: [fn] }));
  await engine.send({ name: "long" });
  await expect(engine.clock.runUntilIdle({ within: "29d" })).rejects.toThrow(
    /after 29d there are still unfinished runs:\n {2}shop-long, run 01\w+: sleeping until 2026-12-23T08:00:00.000Z/,
  );
});

test("moves that make no sense are refused with a sentence", async () => {
  const { engine } = await startEngine();
  await expect(engine.clock.advance("two days")).rejects.toThrow('"two days" is no duration');
  await expect(engine.clock.advance(-1)).rejects.toThrow("-1 is no duration");
  await expect(engine.clock.set(monday.getTime() - 1)).rejects.toThrow(
    "the clock stands at 2026-11-23T08:00:00.000Z and cannot go back to 2026-11-23T07:59:59.999Z",
  );
  await expect(engine.clock.set("tomorrow")).rejects.toThrow('"tomorrow" is no time');
  expect(await engine.clock.next()).toBeNull();
});

test("moves that are not awaited one by one happen one after the other", async () => {
  const { engine } = await startEngine();
  await Promise.all([engine.clock.advance("1s"), engine.clock.advance("1s")]);
  expect(engine.clock.now()).toBe(monday.getTime() + 2_000);
});

test("runUntilIdle waits for what is throttled, debounced and batched, and for nothing that only an event can end", async () => {
  const { engine, inngest } = await startEngine();
  const done: string[] = [];
  const at = (what: string) => void done.push(`${(engine.clock.now() - monday.getTime()) / 1000}s ${what}`);
  const triggers = [{ event: "go" }];
  const functions = [
    inngest.createFunction({ id: "slow", triggers, throttle: { limit: 1, period: "10s" } }, () => at("throttled")),
    inngest.createFunction({ id: "calm", triggers, debounce: { period: "15s" } }, () => at("debounced")),
    inngest.createFunction({ id: "many", triggers, batchEvents: { maxSize: 10, timeout: "30s" } }, ({ events }) =>
      at(`${events.length} batched`),
    ),
    inngest.createFunction({ id: "patient", triggers }, ({ step }) =>
      step.waitForSignal("never", { signal: "s", timeout: "1y", onConflict: "replace" }),
    ),
  ];
  await engine.register(serve({ client: inngest, functions }));
  await engine.queue.pause("patient");
  await engine.send([{ name: "go" }, { name: "go" }]);
  await engine.clock.runUntilIdle();
  expect(done).toEqual(["0s throttled", "10s throttled", "15s debounced", "30s 2 batched"]);
  expect(await engine.runs({ status: "queued" })).toHaveLength(2);
});
