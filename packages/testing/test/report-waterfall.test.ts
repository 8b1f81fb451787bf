// The text waterfall of runs that the real engine has made.
import { type TestRun, waterfall, type WaterfallOptions } from "@stepwright/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endedRun, runOfEvent, startShop } from "./report-app.ts";

let engine: Awaited<ReturnType<typeof startShop>>;
beforeAll(async () => {
  engine = await startShop();
});
afterAll(() => engine.stop());

/** The text, without the id that is drawn for each run. */
function textOf(run: TestRun, options?: WaterfallOptions): string {
  return waterfall(run.details, options).replaceAll(run.id, "RUN");
}

test("a sequence of seven days", async () => {
  const run = await endedRun(engine, "user/signed-up", { email: "ada@example.com" });
  expect(textOf(run)).toMatchInlineSnapshot(`
    "shop-welcome completed after 7d  run RUN, by event user/signed-up, queued 2026-01-05T09:00:00Z
      step                 kind   status     attempts   at  took  0                     7d
      send-welcome-email   step   completed         1  0ms   0ms  █
      wait-before-tips     sleep  completed            0ms    2d  ───────
      send-tips-email      step   completed         1   2d   0ms        █
      wait-before-upgrade  sleep  completed             2d    5d        ──────────────────
      check-user-plan      step   completed         1   7d   0ms                         █
      output: {"emailsSent":3,"plan":"free"}"
  `);
});

test("steps side by side, and names in any script", async () => {
  const run = await endedRun(engine, "report");
  expect(textOf(run)).toMatchInlineSnapshot(`
    "shop-parallel completed after 12h  run RUN, by event report, queued 2026-01-12T09:00:00Z
      step             kind   status     attempts   at  took  0                    12h
      売上レポート 📈  step   completed         1  0ms   0ms  █
      usage            step   completed         1  0ms   0ms  █
      pause            sleep  completed            0ms   12h  ────────────────────────
      output: 3"
  `);
});

test("a step that is tried until it works, in seconds", async () => {
  const run = await endedRun(engine, "flaky");
  expect(textOf(run)).toMatchInlineSnapshot(`
    "shop-flaky completed after 7s  run RUN, by event flaky, queued 2026-01-12T21:00:00Z
      step    kind  status     attempts   at  took  0                     7s
      charge  step  completed         4  0ms    7s  x··x······x············█
        attempts 1 to 3 of 6: TypeError: declined; caused by Error: the bank is closed
      output: {"attempts":4}"
  `);
});

test("a step that fails for good", async () => {
  const run = await endedRun(engine, "broken");
  expect(textOf(run)).toMatchInlineSnapshot(`
    "shop-broken failed after 1s  run RUN, by event broken, queued 2026-01-12T21:00:07Z
      step    kind  status     attempts   at  took  0                     1s
      fine    step  completed         1  0ms   0ms  █
      charge  step  failed            2  0ms    1s  x······················x
        attempts 1 to 2 of 2: TypeError: declined\\nby the bank; caused by Error: the bank is closed
      error: TypeError: declined\\nby the bank
      caused by Error: the bank is closed"
  `);
});

test("a retry that is to come", async () => {
  const run = await runOfEvent(engine, "flaky");
  await engine.clock.advance("2s");
  expect(textOf(run)).toMatchInlineSnapshot(`
    "shop-flaky running for 1s  run RUN, by event flaky, queued 2026-01-12T21:00:08Z
      step    kind  status    attempts   at  took  0                     3s
      charge  step  retrying         2  0ms    1s  x·······x╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
        attempts 1 to 2 of 6: TypeError: declined; caused by Error: the bank is closed
        is to be tried again, attempt 3 at 2026-01-12T21:00:11Z (in 2s)"
  `);
  await run.ended();
});

test("a wait for an event that is open, one that has found its event, and one that has timed out", async () => {
  const open = await runOfEvent(engine, "content/submitted", { contentId: "c1" });
  await engine.clock.advance("12h");
  expect(String(open)).toBe(waterfall(open, { now: engine.clock.now() }));
  expect(textOf(open, { now: engine.clock.now() })).toMatchInlineSnapshot(`
    "shop-approval running for 12h  run RUN, by event content/submitted, queued 2026-01-12T21:00:15Z
      step               kind  status   attempts   at  took  0                     2d
      wait-for-approval  wait  waiting            0ms   12h  ──────╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
        waits for event "content/reviewed" if "c1" == async.data.contentId until 2026-01-14T21:00:15Z (in 1d12h)"
  `);
  await engine.send({ name: "content/reviewed", data: { contentId: "c1" } });
  expect(textOf(open)).toMatchInlineSnapshot(`
    "shop-approval completed after 12h  run RUN, by event content/submitted, queued 2026-01-12T21:00:15Z
      step               kind  status     attempts   at  took  0                    12h
      wait-for-approval  wait  completed            0ms   12h  ────────────────────────
      output: {"status":"published"}"
  `);
  const late = await endedRun(engine, "content/submitted", { contentId: "c2" });
  expect(textOf(late)).toMatchInlineSnapshot(`
    "shop-approval completed after 2d  run RUN, by event content/submitted, queued 2026-01-13T09:00:15Z
      step               kind  status     attempts   at  took  0                     2d
      wait-for-approval  wait  timed out            0ms    2d  ────────────────────────
        event "content/reviewed" did not come
      output: {"status":"escalated"}"
  `);
});

test("a signal that is waited for", async () => {
  const run = await runOfEvent(engine, "signal");
  expect(textOf(run)).toMatchInlineSnapshot(`
    "shop-signal running for 0ms  run RUN, by event signal, queued 2026-01-15T09:00:15Z
      step      kind    status   attempts   at  took  0                     1h
      stand-by  signal  waiting            0ms   0ms  ─╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
        waits for signal "go-7" until 2026-01-15T10:00:15Z (in 1h)"
  `);
  expect(textOf(await run.ended())).toMatchInlineSnapshot(`
    "shop-signal completed after 1h  run RUN, by event signal, queued 2026-01-15T09:00:15Z
      step      kind    status     attempts   at  took  0                     1h
      stand-by  signal  timed out            0ms    1h  ────────────────────────
        signal "go-7" did not come
      output: null"
  `);
});

test("a function that invokes another one, at work and failed", async () => {
  const run = await runOfEvent(engine, "parent");
  expect(textOf(run)).toMatchInlineSnapshot(`
    "shop-parent running for 0ms  run RUN, by event parent, queued 2026-01-15T10:00:15Z
      step  kind    status     attempts   at  took  0                     1d
      tell  step    completed         1  0ms   0ms  █
      ask   invoke  waiting              0ms   0ms  ─╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
        waits for the run of shop-child that it has invoked until 2026-01-16T10:00:15Z (in 1d)"
  `);
  await run.ended();
  const failed = await endedRun(engine, "parent", { fails: true });
  expect(textOf(failed)).toMatchInlineSnapshot(`
    "shop-parent failed after 1h  run RUN, by event parent, queued 2026-01-15T11:00:15Z
      step  kind    status     attempts   at  took  0                     1h
      tell  step    completed         1  0ms   0ms  █
      ask   invoke  failed               0ms    1h  ────────────────────────
        NonRetriableError: the child has failed
      error: NonRetriableError: the child has failed"
  `);
});

test("runs that were cancelled and skipped", async () => {
  const first = await runOfEvent(engine, "single");
  const second = await runOfEvent(engine, "single");
  expect(textOf(second).replaceAll(first.id, "OTHER")).toMatchInlineSnapshot(`
    "shop-single skipped after 0ms  run RUN, by event single, queued 2026-01-15T12:00:15Z
      (it had no steps)
      skipped: singleton held by run OTHER"
  `);
  await engine.clock.advance("6h");
  await engine.send({ name: "stop" });
  expect(textOf(first)).toMatchInlineSnapshot(`
    "shop-single cancelled after 6h  run RUN, by event single, queued 2026-01-15T12:00:15Z
      step   kind   status     attempts   at  took  0                     6h
      a-day  sleep  cancelled            0ms    6h  ────────────────────────
      cancelled by event stop"
  `);
});

test("runs without steps: queued, and ended", async () => {
  await engine.queue.pause(engine.app.plain);
  const run = await runOfEvent(engine, "plain");
  expect(textOf(run)).toMatchInlineSnapshot(`
    "shop-plain queued for 0ms  run RUN, by event plain, queued 2026-01-15T18:00:15Z
      (it has no steps yet)
      now: waiting: the test holds back the calls of the function"
  `);
  await engine.queue.resume(engine.app.plain);
  expect(textOf(run)).toMatchInlineSnapshot(`
    "shop-plain completed after 0ms  run RUN, by event plain, queued 2026-01-15T18:00:15Z
      (it had no steps)
      output: "done""
  `);
});

test("two hundred steps are shortened to the ends and to what did not simply go well", async () => {
  const run = await endedRun(engine, "long");
  expect(textOf(run, { stepsMax: 8, textMax: 40 })).toMatchInlineSnapshot(`
    "shop-long completed after 1s  run RUN, by event long, queued 2026-01-15T18:00:15Z
      step      kind  status     attempts   at  took  0                     1s
      step-0    step  completed         1  0ms   0ms  █
      step-1    step  completed         1  0ms   0ms  █
      step-2    step  completed         1  0ms   0ms  █
      step-3    step  completed         1  0ms   0ms  █
      step-4    step  completed         1  0ms   0ms  █
      … 115 more steps
      step-120  step  completed         2  0ms    1s  x······················█
        attempt 1 of 2: TypeError: hiccup; caused by Error: the…
      … 77 more steps
      step-198  step  completed         1   1s   0ms                         █
      step-199  step  completed         1   1s   0ms                         █
      output: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"
  `);
  expect(textOf(run).split("\n")).toHaveLength(46);
});

test("long names and outputs are cut, and the columns stay where they are", async () => {
  const run = await endedRun(engine, "report");
  const [first, ...others] = run.details.steps;
  if (first === undefined) throw new Error("it has steps");
  const name = `reconcile-${"売上-".repeat(20)}of-2026`;
  const text = waterfall({ ...run.details, steps: [{ ...first, name }, ...others], output: "x".repeat(1_000) });
  expect(text.replaceAll(run.id, "RUN")).toMatchInlineSnapshot(`
    "shop-parallel completed after 12h  run RUN, by event report, queued 2026-01-15T18:00:16Z
      step                                  kind   status     attempts   at  took  0                    12h
      reconcile-売上-売上-売上-…上-of-2026  step   completed         1  0ms   0ms  █
      usage                                 step   completed         1  0ms   0ms  █
      pause                                 sleep  completed            0ms   12h  ────────────────────────
      output: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"
  `);
});

test("a width and colours are what is asked for", async () => {
  const run = await endedRun(engine, "broken");
  const plain = textOf(run, { barWidth: 8 });
  const colored = textOf(run, { barWidth: 8, color: true });
  // oxlint-disable-next-line no-control-regex -- these are the colours
  expect(colored.replaceAll(/\u001B\[\d+m/g, "")).toBe(plain);
  expect(colored).toContain("\u001B[31mfailed\u001B[0m");
  expect(plain).not.toContain("\u001B");
});

test("what is drawn moves no cursor and colours nothing", async () => {
  const run = await endedRun(engine, "flaky");
  const { details } = run;
  const [step] = details.steps;
  if (step === undefined) throw new Error("it has a step");
  const wild = "a\u001B[31mred\u202Eback\nline\u0007";
  const text = waterfall({ ...details, steps: [{ ...step, name: wild }], output: wild });
  // oxlint-disable-next-line no-control-regex -- they are looked for
  expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E]/);
  expect(text).toContain(String.raw`a\u001b[31mred\u202eback\nline\u0007`);
});
