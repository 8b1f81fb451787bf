// Whoever uses the engine in a way that cannot work is told so, and what to do instead. Waiting in vain is in `hanging.test.ts`.
import { createTestEngine, type TestEngine } from "@stepwright/testing";
import { Inngest } from "inngest";
import { Inngest as InngestV3 } from "inngest-v3";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";

const client = new Inngest({ id: "shop" });

const nap = client.createFunction({ id: "nap", triggers: [{ event: "nap/wanted" }] }, async ({ step }) => {
  await step.sleep("nap", "1h");
  return "rested";
});

afterEach(() => void vi.useRealTimers());

async function start(): Promise<TestEngine> {
  const engine = await createTestEngine({ client, functions: [nap] });
  onTestFinished(() => engine.stop());
  return engine;
}

test("a second engine on a client that has one", async () => {
  await start();
  await expect(createTestEngine({ client, functions: [nap] })).rejects.toThrow(
    'the client "shop" belongs to another test engine already; stop that one first',
  );
});

test("a function of another client", async () => {
  const other = new Inngest({ id: "other" });
  const theirs = other.createFunction({ id: "theirs", triggers: [{ event: "x" }] }, () => null);
  await expect(createTestEngine({ client, functions: [theirs] })).rejects.toThrow(
    'the function "theirs" was created by another client',
  );
  // The client is free for the next engine.
  await start();
});

test("a function that the engine does not have", async () => {
  const engine = await start();
  await expect(engine.invoke("nup")).rejects.toThrow(/nup.*shop-nap/s);
});

test("a client of another copy of the SDK", async () => {
  const old = new InngestV3({ id: "old" });
  const fn = old.createFunction({ id: "fn" }, { event: "x" }, () => null);
  await expect(createTestEngine({ client: old, functions: [fn] })).rejects.toThrow(
    "the client was made by another copy of the SDK than the `inngest` that tests find; pass its own serve",
  );
});

test("what is no client, and no function", async () => {
  await expect(createTestEngine({ client: { id: "shop" } })).rejects.toThrow(
    'the client is not one of the SDK; pass what new Inngest({ id: "my-app" }) returned',
  );
  await expect(createTestEngine({ client, functions: [{} as never] })).rejects.toThrow(
    "one of the functions is not one of the SDK",
  );
  await expect(createTestEngine({ functions: [nap] })).rejects.toThrow("pass it as `client`");
  const empty = new Inngest({ id: "empty" });
  await expect(createTestEngine({ client: empty })).rejects.toThrow("there are no functions to test");
});

test("an engine that is used after it has been stopped", async () => {
  const engine = await createTestEngine({ client, functions: [nap] });
  const run = await engine.invoke(nap);
  await engine.stop();
  const stopped = "the engine has been stopped; make a new one, or stop it later";
  await expect(run.result()).rejects.toThrow(stopped);
  await expect(engine.clock.advance("1h")).rejects.toThrow(stopped);
  await expect(engine.send({ name: "nap/wanted" })).rejects.toThrow(stopped);
  await expect(engine.invoke(nap)).rejects.toThrow(stopped);
  await expect(engine.runs()).rejects.toThrow(stopped);
  await engine.stop();
});

test("a test that ends while the engine is at work for it", async () => {
  const engine = await createTestEngine({ client, functions: [nap] });
  const run = await engine.invoke(nap);
  const forgotten: Promise<unknown> = run.result().catch((reason: unknown) => reason);
  await engine.stop();
  expect(String(await forgotten)).toContain(
    "the engine was stopped while the test was waiting for it; await every call of the engine before the test ends",
  );
});

test("a run that is used without having been awaited", async () => {
  const engine = await start();
  const run = engine.invoke(nap);
  expect(() => asIfAwaited(run).status).toThrow(
    "engine.invoke() returns a promise; await it before you use its `status`",
  );
  const sent = engine.send({ name: "nap/wanted" });
  expect(() => void asIfAwaited(sent).run()).toThrow(
    "engine.send() returns a promise; await it before you use its `run`",
  );
  await run;
  await sent;
  await engine.stop();

  const next = createTestEngine({ client, functions: [nap] });
  expect(() => asIfAwaited(next).clock).toThrow("createTestEngine() returns a promise; await it");
  await (await next).stop();
});

/** What JavaScript lets people do, and TypeScript does not. */
function asIfAwaited<T>(promise: Promise<T>): T {
  return promise as T;
}

test("timers that were faked before the engine starts, and after", async () => {
  vi.useFakeTimers();
  await expect(createTestEngine({ client, functions: [nap] })).rejects.toThrow(
    /the test has faked setTimeout, setImmediate, which the engine and the SDK need; fake only the date/,
  );
  vi.useRealTimers();

  const engine = await start();
  vi.useFakeTimers();
  await expect(engine.invoke(nap)).rejects.toThrow(/the test has faked setTimeout, setImmediate/);
  await expect(engine.clock.advance("1h")).rejects.toThrow(/the test has faked/);
  await expect(engine.stop()).rejects.toThrow(/the test has faked/);
  vi.useRealTimers();
});
