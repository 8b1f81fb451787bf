// Date inside functions follows the engine, where the test says so.
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { createTestEngine } from "@stepwright/testing";
import { inngest } from "../src/inngest/client";

beforeEach(() => {
  // Date alone: the SDK and the engine need the timers.
  jest.useFakeTimers({ doNotFake: ["setTimeout", "setImmediate", "nextTick", "queueMicrotask"] });
});

afterEach(() => {
  jest.useRealTimers();
});

test("a function sees the date of the engine", async () => {
  const stamp = inngest.createFunction({ id: "stamp", triggers: [{ event: "stamp/wanted" }] }, async ({ step }) => {
    await step.sleep("a-day", "1d");
    return step.run("stamp", () => new Date().toISOString());
  });
  await using engine = await createTestEngine({
    client: inngest,
    functions: [stamp],
    now: "2026-11-21T12:00:00Z",
    onTime: (date) => jest.setSystemTime(date),
  });
  const run = await engine.invoke(stamp);
  expect(await run.result()).toBe("2026-11-22T12:00:00.000Z");
});

test("timers that are faked as well are told, not waited for", async () => {
  jest.useFakeTimers();
  await expect(createTestEngine({ client: inngest })).rejects.toThrow(
    /^the test has faked setTimeout, setImmediate, nextTick, which the engine and the SDK need/,
  );
});
