// Time skipping: everything happens in the order and at the time in which it would have happened.
import { startTestServer, type TestServer } from "@stepwright/testing";
import { Inngest } from "inngest";
import { serve } from "inngest/edge";
import { expect, onTestFinished, test } from "vitest";

const monday = new Date("2026-11-23T08:00:00Z");

async function startServer(): Promise<{ server: TestServer; inngest: Inngest }> {
  const server = await startTestServer({ start: monday });
  onTestFinished(() => server.stop());
  return { server, inngest: new Inngest({ id: "shop", ...server.clientOptions }) };
}

test("a sequence of seven days takes well under a second", async () => {
  const { server, inngest } = await startServer();
  const sent: [string, string][] = [];
  const note = (what: string) => void sent.push([what, new Date(server.clock.now()).toISOString()]);
  const welcome = inngest.createFunction(
    { id: "welcome", triggers: [{ event: "user/signed-up" }] },
    async ({ step }) => {
      await step.run("welcome", () => note("welcome"));
      await step.sleep("two days", "2 days");
      await step.run("tips", () => note("tips"));
      await step.sleep("five days", "5 days");
      await step.run("upgrade", () => note("upgrade"));
      return sent.length;
    },
  );
  await server.register(serve({ client: inngest, functions: [welcome] }));

  const startedAt = performance.now();
  const [eventId = ""] = await server.send({ name: "user/signed-up" });
  await server.clock.advance("7d");
  expect(performance.now() - startedAt).toBeLessThan(1_000);

  expect(sent).toEqual([
    ["welcome", "2026-11-23T08:00:00.000Z"],
    ["tips", "2026-11-25T08:00:00.000Z"],
    ["upgrade", "2026-11-30T08:00:00.000Z"],
  ]);
  expect(await server.runsOf(eventId)).toMatchObject([
    { status: "completed", output: 3, endedAt: Date.UTC(2026, 10, 30, 8) },
  ]);
});

test("retries come after 1, 2, 4 seconds, and waits time out, each at its own time", async () => {
  const { server, inngest } = await startServer();
  const log: string[] = [];
  const at = (what: string) => void log.push(`${(server.clock.now() - monday.getTime()) / 1000}s ${what}`);
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
  await server.register(serve({ client: inngest, functions: [flaky, patient] }));

  await server.send({ name: "go" });
  await server.clock.advance("1m");
  expect(log).toEqual(["0s attempt 0", "1s attempt 1", "3s attempt 2", "5s timeout", "7s attempt 3"]);
});

test("a cron ticks every time its time comes", async () => {
  const { server, inngest } = await startServer();
  const ticks: string[] = [];
  const digest = inngest.createFunction({ id: "digest", triggers: [{ cron: "0 9 * * MON" }] }, async ({ step }) => {
    await step.run("note", () => void ticks.push(new Date(server.clock.now()).toISOString()));
  });
  await server.register(serve({ client: inngest, functions: [digest] }));
  await server.clock.advance("15d");
  expect(ticks).toEqual(["2026-11-23T09:00:00.000Z", "2026-11-30T09:00:00.000Z", "2026-12-07T09:00:00.000Z"]);
});

test("a cron whose function is gone ticks no more", async () => {
  const { server, inngest } = await startServer();
  let ticks = 0;
  const hourly = inngest.createFunction({ id: "hourly", triggers: [{ cron: "0 * * * *" }] }, () => void (ticks += 1));
  const other = inngest.createFunction({ id: "other", triggers: [{ event: "other" }] }, () => null);
  await server.register(serve({ client: inngest, functions: [hourly] }));
  await server.clock.advance("3h");
  expect(ticks).toBe(3);
  await server.register(serve({ client: inngest, functions: [other] }));
  await server.clock.advance("3h");
  expect(ticks).toBe(3);
  await server.register(serve({ client: inngest, functions: [hourly] }));
  await server.clock.advance("1h");
  expect(ticks).toBe(4);
});

test("an event for later starts its run later", async () => {
  const { server, inngest } = await startServer();
  const fn = inngest.createFunction({ id: "later", triggers: [{ event: "later" }] }, () => "done");
  await server.register(serve({ client: inngest, functions: [fn] }));

  const [eventId = ""] = await server.send({ name: "later", ts: monday.getTime() + 3_600_000 });
  await server.clock.advance("59m");
  expect(await server.runsOf(eventId)).toMatchObject([{ status: "queued" }]);
  await server.clock.advance("1m");
  expect(await server.runsOf(eventId)).toMatchObject([{ status: "completed", output: "done" }]);
});

test("finishRun and runUntilIdle jump as far as they have to", async () => {
  const { server, inngest } = await startServer();
  const fn = inngest.createFunction({ id: "long", triggers: [{ event: "long" }] }, async ({ event, step }) => {
    await step.sleep("sleep", event.data.duration);
    return "awake";
  });
  await server.register(serve({ client: inngest, functions: [fn] }));

  const [first = ""] = await server.send({ name: "long", data: { duration: "30d" } });
  const [run] = await server.runsOf(first);
  expect(await server.finishRun(run?.id ?? "")).toMatchObject({ status: "completed", output: "awake" });
  expect(server.clock.now()).toBe(monday.getTime() + 30 * 86_400_000);

  await server.send([
    { name: "long", data: { duration: "1h" } },
    { name: "long", data: { duration: "3h" } },
  ]);
  await server.clock.runUntilIdle();
  expect(server.clock.now()).toBe(monday.getTime() + 30 * 86_400_000 + 3 * 3_600_000);
  expect(await server.runs({ status: ["queued", "running"] })).toEqual([]);
  expect(await server.runs({ status: "completed", function: "shop-long", event: "long" })).toHaveLength(3);
});

test("runUntilIdle gives up at its limit and names what is unfinished", async () => {
  const { server, inngest } = await startServer();
  const fn = inngest.createFunction({ id: "long", triggers: [{ event: "long" }] }, async ({ step }) =>
    step.sleep("sleep", "30d"),
  );
  await server.register(serve({ client: inngest, functions: [fn] }));
  await server.send({ name: "long" });
  await expect(server.clock.runUntilIdle({ within: "29d" })).rejects.toThrow(
    /after 29d 1 or more runs are still unfinished, such as 01/,
  );
});

test("moves that make no sense are refused with a sentence", async () => {
  const { server } = await startServer();
  await expect(server.clock.advance("two days")).rejects.toThrow('"two days" is no duration');
  await expect(server.clock.advance(-1)).rejects.toThrow("-1 is no duration");
  await expect(server.clock.advanceTo(monday.getTime() - 1)).rejects.toThrow("the clock cannot go back");
  const first = server.clock.advance("1s");
  await expect(server.clock.advance("1s")).rejects.toThrow("the clock is being moved already");
  await first;
  expect(await server.clock.advanceToNext()).toBeNull();
});
