// An engine that is killed, and started again on what it has committed.
import { createTestEngine } from "@stepwright/testing";
import { Inngest } from "inngest";
import { expect, test } from "vitest";

test("what was committed is there, and goes on", async () => {
  const inngest = new Inngest({ id: "shop" });
  const calls: string[] = [];
  const long = inngest.createFunction({ id: "long", triggers: [{ event: "long" }] }, async ({ step }) => {
    await step.run("before", () => void calls.push("before"));
    await step.sleep("night", "8h");
    await step.run("after", () => void calls.push("after"));
    return "done";
  });
  await using engine = await createTestEngine({ client: inngest, functions: [long] });
  const run = await (await engine.send({ name: "long" })).run();
  await engine.crash();
  await engine.crash();
  expect(await run.result()).toBe("done");
  expect(calls).toEqual(["before", "after"]);
});

test("a call that was in flight is made again, and its first answer reaches nobody", async () => {
  const inngest = new Inngest({ id: "shop" });
  const inside = Promise.withResolvers<void>();
  const door = Promise.withResolvers<void>();
  let calls = 0;
  const slow = inngest.createFunction({ id: "slow", triggers: [{ event: "slow" }] }, async ({ step }) =>
    step.run("work", async () => {
      calls += 1;
      inside.resolve();
      if (calls === 1) await door.promise;
      return `call ${calls}`;
    }),
  );
  await using engine = await createTestEngine({ client: inngest, functions: [slow] });
  const sent = await engine.send({ name: "slow" }, { settle: false });
  await inside.promise;
  await engine.crash();
  door.resolve();
  const run = await sent.run();
  expect(await run.result()).toBe("call 2");
  expect(run.step("work").attempts).toBe(1);
});

test("the SDK's requests reach the engine that runs", async () => {
  const inngest = new Inngest({ id: "shop" });
  inngest.createFunction({ id: "any", triggers: [{ event: "any" }] }, () => null);
  await using engine = await createTestEngine({ client: inngest });
  await inngest.send({ name: "one" });
  await Promise.all([engine.crash(), inngest.send({ name: "two" })]);
  await inngest.send({ name: "three" });
  expect((await engine.events()).map(({ name }) => name)).toEqual(["one", "two", "three"]);
});
