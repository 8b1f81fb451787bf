// Jest gives each test file globals of its own. What comes from the engine is made of those of the test, and the SDK has all
// that it has elsewhere.
import { expect, jest, test } from "@jest/globals";
import { createTestEngine, RunNotCompletedError } from "@stepwright/testing";
import { Inngest, NonRetriableError } from "inngest";
import { getAsyncCtx } from "inngest/experimental";

test("errors, dates and results are those of the test", async () => {
  const silent = { debug: jest.fn(), info: jest.fn(), warn: jest.fn(), error: jest.fn() };
  const client = new Inngest({ id: "sandbox", logger: silent });
  const answer = client.createFunction({ id: "answer", triggers: [{ event: "asked" }] }, async ({ step }) =>
    step.run("think", () => ({ at: new Date(0), bytes: [1, 2], nested: { is: [true, null] } })),
  );
  const refuse = client.createFunction({ id: "refuse", triggers: [{ event: "asked" }] }, () => {
    throw new NonRetriableError("no");
  });
  await using engine = await createTestEngine({ client, functions: [answer, refuse], now: new Date(0) });

  expect(engine.clock.date()).toBeInstanceOf(Date);
  const run = await engine.invoke(answer);
  expect(await run.result()).toStrictEqual({
    at: "1970-01-01T00:00:00.000Z",
    bytes: [1, 2],
    nested: { is: [true, null] },
  });

  const error: unknown = await (await engine.invoke(refuse)).result().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RunNotCompletedError);
  expect(error).toBeInstanceOf(Error);
  await expect(engine.send({ name: "" })).rejects.toThrow(Error);
});

test("the SDK knows from which step it is called, and warns of nothing", async () => {
  const warn = jest.spyOn(console, "warn");
  const client = new Inngest({ id: "sandbox" });
  const where = client.createFunction({ id: "where", triggers: [{ event: "asked" }] }, async ({ step, runId }) => {
    const known = await getAsyncCtx();
    await step.run("inside", () => undefined);
    return known?.execution?.ctx.runId === runId;
  });
  await using engine = await createTestEngine({ client, functions: [where] });
  expect(await (await engine.invoke(where)).result()).toBe(true);
  expect(warn).not.toHaveBeenCalled();
});

test("an environment that plays a browser is refused with what to do", () => {
  const { setImmediate } = globalThis;
  Reflect.deleteProperty(globalThis, "setImmediate");
  try {
    jest.isolateModules(() => {
      expect(() => jest.requireActual("@stepwright/testing")).toThrow(
        /here is no setImmediate: the test runs as if in a browser; put `\/\*\* @jest-environment node \*\/`/,
      );
    });
  } finally {
    globalThis.setImmediate = setImmediate;
  }
});
