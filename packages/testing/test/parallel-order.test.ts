// Steps side by side whose code takes real time, each another one each time.
import { createTestEngine } from "@stepwright/testing";
import { Inngest } from "inngest";
import { setImmediate as turnOfEventLoop, setTimeout as realTime } from "node:timers/promises";
import { expect, test } from "vitest";

test("steps side by side are told in the order in which they were called for", async () => {
  const inngest = new Inngest({ id: "shop" });
  let took: readonly number[] = [];
  const report = inngest.createFunction({ id: "report", triggers: [{ event: "report" }] }, async ({ step }) => {
    await step.run("first", () => null);
    await Promise.all(took.map((ms, index) => step.run(`part ${index}`, () => realTime(ms, index))));
    await step.run("last", () => null);
  });
  await using engine = await createTestEngine({ client: inngest });
  for (took of [
    [9, 6, 3, 0],
    [0, 9, 3, 6],
    [6, 0, 9, 3],
  ]) {
    const run = await engine.invoke(report);
    const order = ["first", "part 0", "part 1", "part 2", "part 3", "last"];
    expect(run.steps.map(({ id }) => id).filter((id) => id !== "shop-report")).toEqual(order);
  }
});

test("a step that waits for the test does not hold up those beside it", async () => {
  const inngest = new Inngest({ id: "shop" });
  const door = Promise.withResolvers<string>();
  const both = inngest.createFunction({ id: "both", triggers: [{ event: "both" }] }, async ({ step }) =>
    Promise.all([step.run("wait", () => door.promise), step.run("pass", () => "passed")]),
  );
  await using engine = await createTestEngine({ client: inngest, functions: [both] });
  await engine.send({ name: "both" }, { settle: false });
  const hasPassed = async () => {
    const [run] = await engine.runs({ function: both });
    return run?.steps.some(({ id, status }) => id === "pass" && status === "completed") === true;
  };
  // The engine has its turns between the looks.
  while (!(await hasPassed())) await turnOfEventLoop();
  door.resolve("opened");
  const [run] = await engine.runs({ function: both });
  expect(await run?.result()).toEqual(["opened", "passed"]);
});
