// Faults between the engine and the apps.
import { createTestEngine } from "@stepwright/testing";
import { Inngest } from "inngest";
import { expect, test } from "vitest";

function makeCounter() {
  const inngest = new Inngest({ id: "shop" });
  const calls: string[] = [];
  const count = inngest.createFunction(
    { id: "count", retries: 3, triggers: [{ event: "count" }] },
    async ({ step }) => {
      await step.run("one", () => void calls.push("one"));
      await step.sleep("nap", "1h");
      await step.run("two", () => void calls.push("two"));
      return calls.length;
    },
  );
  return { inngest, count, calls };
}

test("an answer that is lost is asked for again", async () => {
  const { inngest, count, calls } = makeCounter();
  await using engine = await createTestEngine({ client: inngest });
  engine.faults.drop({ step: "one" });
  const run = await engine.invoke(count);
  await run.result();
  expect(calls).toEqual(["one", "one", "two"]);
  expect(run.step("one")).toMatchObject({ attempts: 2, tries: [{ status: "failed" }, { status: "completed" }] });
});

test("a call that arrives twice gives one result", async () => {
  const { inngest, count, calls } = makeCounter();
  await using engine = await createTestEngine({ client: inngest });
  engine.faults.duplicate({ function: count, step: "two" });
  const run = await engine.invoke(count);
  await run.result();
  expect(calls).toEqual(["one", "two", "two"]);
  expect(run.step("two").attempts).toBe(1);
});

test("an answer comes late by the virtual clock", async () => {
  const { inngest, count } = makeCounter();
  await using engine = await createTestEngine({ client: inngest, now: "2026-11-23T08:00:00Z" });
  engine.faults.delay("10m", { function: count });
  const run = await engine.invoke(count);
  expect(run.status).toBe("running");
  await run.result();
  expect(engine.clock.date().toISOString()).toBe("2026-11-23T09:10:00.000Z");
});

test("something in between answers in the app's place", async () => {
  const { inngest, count, calls } = makeCounter();
  await using engine = await createTestEngine({ client: inngest });
  engine.faults.answer(503, { times: 2 });
  const run = await engine.invoke(count);
  expect(await run.result()).toBe(2);
  expect(calls).toEqual(["one", "two"]);
  expect(run.history().filter(({ what }) => what === "stepFailedAttempt")).toHaveLength(2);
});

test("an app goes away and comes back", async () => {
  const { inngest, count, calls } = makeCounter();
  await using engine = await createTestEngine({ client: inngest });
  engine.faults.appGoesAway("shop");
  const run = await engine.invoke(count);
  await engine.clock.advance("2s");
  expect(calls).toEqual([]);
  engine.faults.appComesBack("shop");
  expect(await run.result()).toBe(2);
  expect(() => engine.faults.appGoesAway("shpo")).toThrow('the engine knows no app "shpo"; it knows shop');
});

test("faults that are drawn are the same for the same seed, and others for another", async () => {
  const play = async (seed: number): Promise<readonly string[]> => {
    const { inngest, count, calls } = makeCounter();
    await using engine = await createTestEngine({ client: inngest, seed, now: 0 });
    engine.faults.random({ drop: 0.2, duplicate: 0.3, delay: 0.3 });
    const runs = [await engine.invoke(count), await engine.invoke(count), await engine.invoke(count)];
    for (const run of runs) await run.ended();
    return [...calls, ...runs.flatMap((run) => run.history().map(({ at, what }) => `${at.toISOString()} ${what}`))];
  };
  const [first, again, other] = [await play(1), await play(1), await play(2)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test("faults are taken back", async () => {
  const { inngest, count, calls } = makeCounter();
  await using engine = await createTestEngine({ client: inngest });
  engine.faults.drop({ times: 100 });
  engine.faults.appGoesAway();
  engine.faults.clear();
  expect(await (await engine.invoke(count)).result()).toBe(2);
  expect(calls).toEqual(["one", "two"]);
});
