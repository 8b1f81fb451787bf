// What a test does with an engine beside moving its clock: starting functions in every way, and finding what came of it.
import { createTestEngine } from "@stepwright/testing";
import { Inngest } from "inngest";
import { expect, test } from "vitest";

const monday = "2026-11-23T08:00:00Z";

function makeShop() {
  const inngest = new Inngest({ id: "shop" });
  const digest = inngest.createFunction(
    { id: "digest", triggers: [{ cron: "0 9 * * MON" }, { event: "digest/wanted" }] },
    async ({ event, step }) => step.run("note", () => event.name),
  );
  const greet = inngest.createFunction({ id: "greet", triggers: [{ event: "signed-up" }] }, async ({ event, step }) => {
    await step.sendEvent("tell", { name: "greeted", data: { who: event.data.who } });
    return step.run("say", () => `hello ${event.data.who}`);
  });
  const count = inngest.createFunction({ id: "count", triggers: [{ event: "signed-up" }] }, () => 1);
  return { inngest, digest, greet, count };
}

test("a function with a cron trigger is started as at its time", async () => {
  const { inngest, digest, greet } = makeShop();
  await using engine = await createTestEngine({ client: inngest, now: monday });
  const run = await engine.cron(digest);
  expect(run).toMatchObject({ status: "completed", output: "inngest/scheduled.timer" });
  expect(run.details.trigger.cron).toBe("0 9 * * MON");
  // The schedule goes on as if nothing had been.
  await engine.clock.advance("1h");
  expect(await engine.runs({ function: digest })).toHaveLength(2);
  await expect(engine.cron(greet)).rejects.toThrow("shop-greet has no cron trigger");
});

test("a function is invoked with data of the test's choice", async () => {
  const { inngest, greet } = makeShop();
  await using engine = await createTestEngine({ client: inngest });
  const run = await engine.invoke(greet, { who: "Ada" });
  expect(await run.result()).toBe("hello Ada");
  expect(run.details.trigger.eventName).toBe("inngest/function.invoked");
});

test("what events started is found by function, and what cannot be found is told", async () => {
  const { inngest, digest, greet, count } = makeShop();
  await using engine = await createTestEngine({ client: inngest });
  const sent = await engine.send({ name: "signed-up", data: { who: "Ada" } });
  expect(await (await sent.run(greet)).result()).toBe("hello Ada");
  expect(await (await sent.run("count")).result()).toBe(1);
  expect(await sent.runs()).toHaveLength(2);
  await expect(sent.run()).rejects.toThrow(
    /the events have started 2 runs \(shop-\w+, shop-\w+\); say which function/u,
  );
  await expect(sent.run(digest)).rejects.toThrow("the event has started no run of shop-digest");
  expect(await engine.runs({ event: "signed-up", status: "completed" })).toHaveLength(2);
  expect(await engine.runs({ function: count })).toHaveLength(1);
  expect(await engine.run((await sent.run(greet)).id)).toBe(await sent.run(greet));
});

test("events from the test and from functions are kept in order", async () => {
  const { inngest } = makeShop();
  await using engine = await createTestEngine({ client: inngest, now: monday });
  await engine.send([
    { name: "signed-up", data: { who: "Ada" } },
    { name: "signed-up", data: { who: "Grace" } },
  ]);
  const greeted = await engine.events({ name: "greeted" });
  expect(greeted.map(({ data }) => data)).toEqual([{ who: "Ada" }, { who: "Grace" }]);
  expect((await engine.events()).map(({ name }) => name)).toEqual(["signed-up", "signed-up", "greeted", "greeted"]);
  expect((await engine.events({ internal: true })).length).toBeGreaterThan(4);
});

test("an event that the SDK stamps with the time of the real world counts as sent now", async () => {
  const { inngest, count } = makeShop();
  await using engine = await createTestEngine({ client: inngest, now: "2001-01-01T00:00:00Z" });
  await inngest.send({ name: "signed-up", data: { who: "Ada" } });
  const [run] = await engine.runs({ function: count });
  expect(await run?.result()).toBe(1);
  expect(run?.details.queuedAt).toBe(Date.UTC(2001, 0, 1));
});

test("a run is cancelled, and run again from a step", async () => {
  const inngest = new Inngest({ id: "shop" });
  const calls: string[] = [];
  const long = inngest.createFunction({ id: "long", triggers: [{ event: "long" }] }, async ({ event, step }) => {
    await step.run("first", () => void calls.push("first"));
    await step.sleep("nap", "1d");
    return step.run("second", () => event.data.n ?? null);
  });
  await using engine = await createTestEngine({ client: inngest });
  const run = await engine.invoke(long, { n: 1 });
  await run.cancel();
  expect(run.status).toBe("cancelled");
  await expect(run.result()).rejects.toThrow("the run of shop-long ended as cancelled");
  const again = await run.rerun({ fromStep: "nap" });
  expect(await again.result()).toBe(1);
  const changed = await again.rerun({ data: { n: 2 } });
  expect(await changed.result()).toBe(2);
  expect(calls).toEqual(["first", "first"]);
});

test("the same seed gives the same ids, another one others", async () => {
  const idsOf = async (seed: number): Promise<readonly string[]> => {
    const { inngest, greet } = makeShop();
    await using engine = await createTestEngine({ client: inngest, now: monday, seed });
    const sent = await engine.send({ name: "signed-up", data: { who: "Ada" } });
    return [...sent.ids, (await sent.run(greet)).id];
  };
  expect(await idsOf(7)).toEqual(await idsOf(7));
  expect(await idsOf(7)).not.toEqual(await idsOf(8));
});

test("engines beside each other know nothing of each other", async () => {
  const shops = [makeShop(), makeShop(), makeShop()];
  const outputs = await Promise.all(
    shops.map(async ({ inngest, greet }, index) => {
      await using engine = await createTestEngine({ client: inngest });
      await engine.clock.advance(`${index}d`);
      const run = await engine.invoke(greet, { who: String(index) });
      await run.result();
      return [run.output, (await engine.runs()).length];
    }),
  );
  expect(outputs).toEqual([
    ["hello 0", 1],
    ["hello 1", 1],
    ["hello 2", 1],
  ]);
});

test("a client is its own again when the engine is stopped", async () => {
  const { inngest, greet } = makeShop();
  const before = { ...inngest["options"] };
  const engine = await createTestEngine({ client: inngest });
  await engine.stop();
  await engine.stop();
  expect(inngest["options"]).toEqual(before);
  await using next = await createTestEngine({ client: inngest });
  expect(await (await next.invoke(greet, { who: "Ada" })).result()).toBe("hello Ada");
});

test("the date inside of functions follows the engine where the test wants it", async () => {
  const inngest = new Inngest({ id: "shop" });
  const seen: string[] = [];
  const nap = inngest.createFunction({ id: "nap", triggers: [{ event: "nap" }] }, async ({ step }) => {
    await step.run("before", () => void seen.push(now.toISOString()));
    await step.sleep("nap", "2d");
    await step.run("after", () => void seen.push(now.toISOString()));
  });
  let now = new Date(0);
  await using engine = await createTestEngine({ client: inngest, now: monday, onTime: (date) => (now = date) });
  await (await engine.invoke(nap)).result();
  expect(seen).toEqual(["2026-11-23T08:00:00.000Z", "2026-11-25T08:00:00.000Z"]);
});
