// Matchers about an engine, each passing and failing, with what it says.
import "@stepwright/testing/vitest";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { makeApp, runOfEvent, startShop } from "./report-app.ts";

/** What a failed assertion says, without colours and drawn ids. */
async function failure(assertion: Promise<void>): Promise<string> {
  try {
    await assertion;
  } catch (error) {
    const { message } = error as Error;
    return stripVTControlCharacters(message).replaceAll(/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g, "ID");
  }
  throw new Error("the assertion has passed");
}

/** The first paragraphs of several. */
async function sentences(assertions: readonly Promise<void>[]): Promise<readonly string[]> {
  const texts = [];
  for (const assertion of assertions) texts.push((await failure(assertion)).split("\n\n", 1)[0] ?? "");
  return texts;
}

test("toHaveStarted counts the runs of a function, by event and data", async () => {
  await using engine = await startShop();
  const { plain, welcome, child, single } = engine.app;
  await engine.send([
    { name: "plain", data: { n: 1 } },
    { name: "plain", data: { n: 2 } },
    { name: "single" },
    { name: "single" },
  ]);
  await expect(engine).toHaveStarted(plain);
  await expect(engine).toHaveStarted("plain", { times: 2 });
  await expect(engine).toHaveStarted("shop-plain", { event: "plain", data: { n: 2 }, times: 1 });
  await expect(engine).toHaveStarted(plain, { data: expect.objectContaining({ n: expect.any(Number) }), times: 2 });
  await expect(engine).not.toHaveStarted(plain, { event: "other" });
  await expect(engine).not.toHaveStarted(plain, { times: 1 });
  await expect(engine).not.toHaveStarted(plain, { data: { n: 3 } });
  await expect(engine).not.toHaveStarted(welcome);
  await engine.invoke(child, { fails: true });
  await expect(engine).toHaveStarted(child, { data: { fails: true } });
  await expect(engine).toHaveSent("inngest/function.invoked", { fails: true });
  // The second was skipped.
  await expect(engine).toHaveStarted(single, { times: 1 });

  expect(await failure(expect(engine).toHaveStarted(plain, { data: { n: 3 } }))).toMatchInlineSnapshot(`
    "expected the engine to have started plain with these data, but it was started 2 times with other data

    - Expected
    + Received

      {
    -   "n": 3,
    +   "n": 2,
      }

    shop-plain completed after 0ms  run ID, by event plain, queued 2026-01-05T09:00:00Z
      (it had no steps)
      output: "done"

    shop-plain completed after 0ms  run ID, by event plain, queued 2026-01-05T09:00:00Z
      (it had no steps)
      output: "done""
  `);
  const texts = await sentences([
    expect(engine).toHaveStarted(welcome),
    expect(engine).toHaveStarted(plain, { times: 3 }),
    expect(engine).toHaveStarted(plain, { times: 2, data: { n: 1 } }),
    expect(engine).toHaveStarted(plain, { event: "other" }),
    expect(engine).not.toHaveStarted(plain),
    expect(engine).not.toHaveStarted(plain, { times: 2 }),
    // A name that is misspelled must not pass where nothing is expected.
    expect(engine).not.toHaveStarted("plane"),
  ]);
  expect(texts).toMatchInlineSnapshot(`
    [
      "expected the engine to have started welcome, but it was not; started: shop-plain 2x, shop-single 1x, shop-child 1x",
      "expected the engine to have started plain 3 times, but it was started 2 times",
      "expected the engine to have started plain 2 times with these data, but it was started once, and once with other data",
      "expected the engine to have started plain by event "other", but it was started 2 times by another event",
      "expected the engine not to have started plain, but it was started 2 times",
      "expected the engine not to have started plain 2 times, but it was started 2 times",
      "the engine knows no function "plane"; it knows shop-approval, shop-broken, shop-child, shop-flaky, shop-long, shop-parallel, shop-parent, shop-plain, shop-signal, shop-single, shop-welcome",
    ]
  `);
});

test("toHaveStarted says so when nothing was started at all", async () => {
  await using engine = await startShop();
  await engine.send({ name: "unheard" });
  expect(await failure(expect(engine).toHaveStarted(engine.app.plain))).toMatchInlineSnapshot(
    `"expected the engine to have started plain, but nothing was started"`,
  );
});

test("runs in a paused queue have started", async () => {
  await using engine = await startShop();
  await engine.queue.pause(engine.app.plain);
  await engine.send({ name: "plain" });
  await expect(engine).toHaveStarted(engine.app.plain, { times: 1 });
  await expect(engine).not.toBeIdle();
});

test("toHaveSent looks at what was received, from the test and from functions", async () => {
  await using engine = await startShop();
  await runOfEvent(engine, "parent");
  await expect(engine).toHaveSent("parent");
  await expect(engine).toHaveSent("told", { n: 1 });
  await expect(engine).toHaveSent("told", expect.objectContaining({ n: 1 }), { times: 1 });
  await expect(engine).toHaveSent("inngest/function.invoked");
  await expect(engine).not.toHaveSent("told", { n: 2 });
  await expect(engine).not.toHaveSent("nothing");
  await expect(engine).not.toHaveSent("told", undefined, { times: 2 });
  expect(await failure(expect(engine).toHaveSent("told", { n: 2 }))).toMatchInlineSnapshot(`
    "expected the engine to have been sent "told" with these data, but it has received it once with other data

    - Expected
    + Received

      {
    -   "n": 2,
    +   "n": 1,
      }"
  `);
  const texts = await sentences([
    expect(engine).toHaveSent("tolled"),
    expect(engine).toHaveSent("told", undefined, { times: 3 }),
    expect(engine).not.toHaveSent("told"),
    expect(engine).not.toHaveSent("told", { n: 1 }),
  ]);
  expect(texts).toMatchInlineSnapshot(`
    [
      "expected the engine to have been sent "tolled", but it has only received parent 1x, told 1x",
      "expected the engine to have been sent "told" 3 times, but it has received it once",
      "expected the engine not to have been sent "told", but it has received it once",
      "expected the engine not to have been sent "told" with these data, but it has received it once",
    ]
  `);
  await engine.reset();
  expect(await failure(expect(engine).toHaveSent("told"))).toMatchInlineSnapshot(
    `"expected the engine to have been sent "told", but it has received no event"`,
  );
});

test("toBeIdle says what is not finished", async () => {
  await using engine = await startShop();
  await expect(engine).toBeIdle();
  const run = await runOfEvent(engine, "single");
  await expect(engine).not.toBeIdle();
  expect(await failure(expect(engine).toBeIdle())).toMatchInlineSnapshot(`
    "expected the engine to be idle, but a run is not finished; the next thing is due at 2026-01-06T09:00:00Z

    shop-single running for 0ms  run ID, by event single, queued 2026-01-05T09:00:00Z
      step   kind   status   attempts   at  took  0                     1d
      a-day  sleep  waiting            0ms   0ms  ─╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
        sleeps until 2026-01-06T09:00:00Z (in 1d)"
  `);
  await run.ended();
  expect(await failure(expect(engine).not.toBeIdle())).toMatchInlineSnapshot(
    `"expected the engine not to be idle, but nothing is pending"`,
  );
});

test("whatever is no engine gets a sentence", async () => {
  await using engine = await startShop();
  const run = await runOfEvent(engine, "plain");
  const { plain } = makeApp();
  const texts = await sentences(
    [Promise.resolve(engine), run, plain, undefined, {}].map((received) =>
      expect(received).toHaveStarted(engine.app.plain),
    ),
  );
  expect(texts).toMatchInlineSnapshot(`
    [
      "toHaveStarted was given a promise: await the engine first, as in \`const engine = await createTestEngine(…); await expect(engine).toHaveStarted(…)\`",
      "toHaveStarted is about an engine, and was given a run: \`await expect(engine).toHaveStarted(…)\`",
      "toHaveStarted is about a test engine, and was given an object of class InngestFunction: \`await expect(engine).toHaveStarted(…)\`",
      "toHaveStarted is about a test engine, and was given undefined: \`await expect(engine).toHaveStarted(…)\`",
      "toHaveStarted is about a test engine, and was given an object that is none: \`await expect(engine).toHaveStarted(…)\`",
    ]
  `);
});
