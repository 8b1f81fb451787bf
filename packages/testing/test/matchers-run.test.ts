// Matchers about a run, each passing and failing, with what it says.
import "@stepwright/testing/vitest";
import type { TestRun } from "@stepwright/testing";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endedRun, runOfEvent, startShop } from "./report-app.ts";

let engine: Awaited<ReturnType<typeof startShop>>;
const ended: Record<string, TestRun> = {};
beforeAll(async () => {
  engine = await startShop();
  for (const name of ["user/signed-up", "flaky", "broken", "parent", "plain", "signal"]) {
    ended[name] = await endedRun(engine, name, { email: "ada@example.com" });
  }
});
afterAll(() => engine.stop());

function run(name: string): TestRun {
  const found = ended[name];
  if (found === undefined) throw new Error(`no run of ${name} was made`);
  return found;
}

/** What a failed assertion says, without colours and drawn ids. */
function failure(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    const { message } = error as Error;
    return stripVTControlCharacters(message).replaceAll(/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g, "ID");
  }
  throw new Error("the assertion has passed");
}

/** The first paragraph of it. */
function sentence(assertion: () => void): string {
  return failure(assertion).split("\n\n", 1)[0] ?? "";
}

describe("toHaveCompleted and toHaveCompletedWith", () => {
  test("pass", () => {
    expect(run("user/signed-up")).toHaveCompleted();
    expect(run("user/signed-up")).toHaveCompletedWith({ plan: "free", emailsSent: 3 });
    expect(run("user/signed-up")).toHaveCompletedWith(expect.objectContaining({ emailsSent: expect.any(Number) }));
    expect(run("user/signed-up")).not.toHaveCompletedWith({ plan: "free" });
    expect(run("plain")).toHaveCompletedWith("done");
    expect(run("broken")).not.toHaveCompleted();
    // What the API answers is a run as well.
    expect(run("plain").details).toHaveCompletedWith("done");
    expect([run("plain")]).toEqual([expect.toHaveCompletedWith("done")]);
  });

  test("say why it has not completed", () => {
    expect(failure(() => expect(run("broken")).toHaveCompleted())).toMatchInlineSnapshot(`
      "expected the run of shop-broken to have completed, but it has failed: TypeError: declined\\nby the bank

      shop-broken failed after 1s  run ID, by event broken, queued 2026-01-12T09:00:07Z
        step    kind  status     attempts   at  took  0                     1s
        fine    step  completed         1  0ms   0ms  █
        charge  step  failed            2  0ms    1s  x······················x
          attempts 1 to 2 of 2: TypeError: declined\\nby the bank; caused by Error: the bank is closed
        error: TypeError: declined\\nby the bank
        caused by Error: the bank is closed"
    `);
  });

  test("show what was returned instead, and the run", () => {
    const assertion = () => expect(run("user/signed-up")).toHaveCompletedWith({ plan: "pro", emailsSent: 3 });
    expect(failure(assertion)).toMatchInlineSnapshot(`
      "expected the run of shop-welcome to have completed with this output, but it returned something else

      - Expected
      + Received

        {
          "emailsSent": 3,
      -   "plan": "pro",
      +   "plan": "free",
        }

      shop-welcome completed after 7d  run ID, by event user/signed-up, queued 2026-01-05T09:00:00Z
        step                 kind   status     attempts   at  took  0                     7d
        send-welcome-email   step   completed         1  0ms   0ms  █
        wait-before-tips     sleep  completed            0ms    2d  ───────
        send-tips-email      step   completed         1   2d   0ms        █
        wait-before-upgrade  sleep  completed             2d    5d        ──────────────────
        check-user-plan      step   completed         1   7d   0ms                         █
        output: {"emailsSent":3,"plan":"free"}"
    `);
    expect(failure(() => expect(run("plain")).toHaveCompletedWith("dome"))).toMatchInlineSnapshot(`
      "expected the run of shop-plain to have completed with this output, but it returned something else

      Expected: "dome"
      Received: "done"

      shop-plain completed after 0ms  run ID, by event plain, queued 2026-01-12T10:00:08Z
        (it had no steps)
        output: "done""
    `);
    expect(sentence(() => expect(run("plain")).not.toHaveCompletedWith("done"))).toMatchInlineSnapshot(
      `"expected the run of shop-plain not to have completed with this output, but it did"`,
    );
  });

  test("say that time has to pass", async () => {
    const asleep = await runOfEvent(engine, "user/signed-up");
    expect(failure(() => expect(asleep).toHaveCompleted())).toMatchInlineSnapshot(`
      "expected the run of shop-welcome to have completed, but it sleeps until 2026-01-14T11:00:08Z (in 2d) in step "wait-before-tips"

      It goes on when the clock moves: \`await run.ended()\` jumps to its end, \`await engine.clock.advance("1d")\` goes a part of the way.

      shop-welcome running for 0ms  run ID, by event user/signed-up, queued 2026-01-12T11:00:08Z
        step                kind   status     attempts   at  took  0                     2d
        send-welcome-email  step   completed         1  0ms   0ms  █
        wait-before-tips    sleep  waiting              0ms   0ms  ─╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
          sleeps until 2026-01-14T11:00:08Z (in 2d)"
    `);
    expect(sentence(() => expect(asleep).not.toBeSleeping())).toMatchInlineSnapshot(
      `"expected the run of shop-welcome not to be asleep, but it is"`,
    );
    await asleep.cancel();
    expect(sentence(() => expect(asleep).toHaveCompleted())).toMatchInlineSnapshot(
      `"expected the run of shop-welcome to have completed, but it was cancelled by request"`,
    );
  });
});

describe("toHaveFailed and toHaveFailedWith", () => {
  class NotFoundError extends Error {}

  test("pass", () => {
    expect(run("broken")).toHaveFailed();
    expect(run("broken")).toHaveFailedWith("by the bank");
    expect(run("broken")).toHaveFailedWith(/^declined\nby/);
    expect(run("broken")).toHaveFailedWith(TypeError);
    expect(run("broken")).toHaveFailedWith(new Error("declined\nby the bank"));
    expect(run("broken")).toHaveFailedWith({ name: "TypeError", cause: expect.anything() });
    expect(run("broken")).toHaveFailedWith(expect.objectContaining({ name: "TypeError" }));
    expect(run("broken")).not.toHaveFailedWith("no such text");
    expect(run("broken")).not.toHaveFailedWith(RangeError);
    expect(run("broken")).not.toHaveFailedWith(new Error("declined"));
    expect(run("broken")).not.toHaveFailedWith(NotFoundError);
    expect(run("plain")).not.toHaveFailed();
    expect(run("plain")).not.toHaveFailedWith("declined");
  });

  test("say with what it failed instead", () => {
    expect(failure(() => expect(run("broken")).toHaveFailedWith("no funds"))).toMatchInlineSnapshot(`
      "expected the run of shop-broken to have failed with a message that contains "no funds", but it failed with TypeError: declined\\nby the bank

      Expected: "no funds"
      Received: "declined
      by the bank"

      shop-broken failed after 1s  run ID, by event broken, queued 2026-01-12T09:00:07Z
        step    kind  status     attempts   at  took  0                     1s
        fine    step  completed         1  0ms   0ms  █
        charge  step  failed            2  0ms    1s  x······················x
          attempts 1 to 2 of 2: TypeError: declined\\nby the bank; caused by Error: the bank is closed
        error: TypeError: declined\\nby the bank
        caused by Error: the bank is closed"
    `);
    expect(sentence(() => expect(run("broken")).toHaveFailedWith(/funds$/))).toMatchInlineSnapshot(
      `"expected the run of shop-broken to have failed with a message that matches /funds$/, but it failed with TypeError: declined\\nby the bank"`,
    );
    expect(sentence(() => expect(run("broken")).toHaveFailedWith(RangeError))).toMatchInlineSnapshot(
      `"expected the run of shop-broken to have failed with an error of class RangeError, but it failed with TypeError: declined\\nby the bank"`,
    );
    expect(sentence(() => expect(run("broken")).toHaveFailedWith(new Error("x")))).toMatchInlineSnapshot(
      `"expected the run of shop-broken to have failed with the message "x", but it failed with TypeError: declined\\nby the bank"`,
    );
    expect(failure(() => expect(run("broken")).toHaveFailedWith({ name: "E" }))).toMatchInlineSnapshot(`
      "expected the run of shop-broken to have failed with such an error, but it failed with TypeError: declined\\nby the bank

      - Expected
      + Received

        {
      -   "name": "E",
      +   "name": "TypeError",
        }

      shop-broken failed after 1s  run ID, by event broken, queued 2026-01-12T09:00:07Z
        step    kind  status     attempts   at  took  0                     1s
        fine    step  completed         1  0ms   0ms  █
        charge  step  failed            2  0ms    1s  x······················x
          attempts 1 to 2 of 2: TypeError: declined\\nby the bank; caused by Error: the bank is closed
        error: TypeError: declined\\nby the bank
        caused by Error: the bank is closed"
    `);
    expect(sentence(() => expect(run("plain")).toHaveFailedWith("x"))).toMatchInlineSnapshot(
      `"expected the run of shop-plain to have failed, but it has completed"`,
    );
    expect(sentence(() => expect(run("broken")).not.toHaveFailedWith("declined"))).toMatchInlineSnapshot(
      `"expected the run of shop-broken not to have failed with a message that contains "declined", but it did"`,
    );
  });

  test("say that the class of an error does not travel, only its name", async () => {
    const { inngest } = engine.app;
    const { serve } = await import("inngest/edge");
    const find = inngest.createFunction({ id: "find", retries: 0, triggers: [{ event: "find" }] }, () => {
      throw new NotFoundError("gone");
    });
    await engine.register(serve({ client: inngest, functions: [find] }));
    const lost = await runOfEvent(engine, "find");
    await engine.register(serve({ client: inngest, functions: Object.values(engine.app).slice(1) as never }));
    expect(failure(() => expect(lost).toHaveFailedWith(NotFoundError))).toContain(
      'only the name of an error travels: a class of your own has to set `this.name = "NotFoundError"`',
    );
  });
});

describe("toHaveRunStep", () => {
  test("passes", async () => {
    expect(run("user/signed-up")).toHaveRunStep("send-welcome-email");
    expect(run("user/signed-up")).toHaveRunStep("check-user-plan", { output: "free", attempts: 1 });
    expect(run("flaky")).toHaveRunStep("charge", { attempts: 4, output: { attempts: expect.any(Number) } });
    expect(run("broken")).toHaveRunStep("charge", { error: "declined", attempts: 2 });
    expect(run("user/signed-up")).not.toHaveRunStep("send-upgrade-email");
    expect(run("broken")).not.toHaveRunStep("charge");
    // A step that is to be tried again has an error, and has not failed yet.
    const retrying = await runOfEvent(engine, "flaky");
    expect(retrying).not.toHaveRunStep("charge", { error: "declined" });
    expect(sentence(() => expect(retrying).toHaveRunStep("charge"))).toMatchInlineSnapshot(
      `"expected the run of shop-flaky to have run step "charge", but that step is to be tried again: TypeError: declined"`,
    );
    await retrying.cancel();
    // A wait that timed out has run, and has come to nothing.
    const late = await endedRun(engine, "content/submitted", { contentId: "c9" });
    expect(late).toHaveRunStep("wait-for-approval", { output: null });
    expect(late).not.toHaveRunStep("wait-for-approval");
  });

  test("says what the step came to, or which steps there are", () => {
    const assertion = () => expect(run("flaky")).toHaveRunStep("charge", { output: { attempts: 7 } });
    expect(failure(assertion)).toMatchInlineSnapshot(`
      "expected the run of shop-flaky to have run step "charge" with this output, but the step returned something else

      - Expected
      + Received

        {
      -   "attempts": 7,
      +   "attempts": 4,
        }

      shop-flaky completed after 7s  run ID, by event flaky, queued 2026-01-12T09:00:00Z
        step    kind  status     attempts   at  took  0                     7s
        charge  step  completed         4  0ms    7s  x··x······x············█
          attempts 1 to 3 of 6: TypeError: declined; caused by Error: the bank is closed
        output: {"attempts":4}"
    `);
    const sentences = [
      sentence(() => expect(run("flaky")).toHaveRunStep("charge", { attempts: 1 })),
      sentence(() => expect(run("flaky")).toHaveRunStep("charge", { error: TypeError })),
      sentence(() => expect(run("broken")).toHaveRunStep("charge")),
      sentence(() => expect(run("broken")).toHaveRunStep("charge", { error: "no funds" })),
      sentence(() => expect(run("broken")).toHaveRunStep("charge card")),
      sentence(() => expect(run("plain")).toHaveRunStep("charge")),
      sentence(() => expect(run("flaky")).not.toHaveRunStep("charge", { attempts: 4 })),
    ];
    expect(sentences).toMatchInlineSnapshot(`
      [
        "expected the run of shop-flaky to have run step "charge" in 1 attempt, but it took 4 attempts",
        "expected the run of shop-flaky to have run step "charge" and failed in it, but that step has completed",
        "expected the run of shop-broken to have run step "charge", but that step has failed: TypeError: declined\\nby the bank",
        "expected the run of shop-broken to have run step "charge" and failed with a message that contains "no funds", but that step has failed: TypeError: declined\\nby the bank",
        "expected the run of shop-broken to have run step "charge card", but it has no such step; it has "fine", "charge"",
        "expected the run of shop-plain to have run step "charge", but it has no steps",
        "expected the run of shop-flaky not to have run step "charge", but it did",
      ]
    `);
  });
});

describe("toHaveSlept and toBeSleeping", () => {
  test("pass", async () => {
    expect(run("user/signed-up")).toHaveSlept("wait-before-tips");
    expect(run("user/signed-up")).toHaveSlept("wait-before-tips", "2 days");
    expect(run("user/signed-up")).toHaveSlept("wait-before-upgrade", "5d");
    expect(run("user/signed-up")).toHaveSlept("wait-before-upgrade", 5 * 86_400_000);
    expect(run("user/signed-up")).not.toHaveSlept("wait-before-tips", "5d");
    expect(run("user/signed-up")).not.toHaveSlept("wait-before-upgrade", "2d");
    expect(run("user/signed-up")).not.toBeSleeping();
    const asleep = await runOfEvent(engine, "single");
    await engine.clock.advance("5h");
    expect(asleep).toBeSleeping();
    expect(asleep).toBeSleeping("a-day", { until: "24h" });
    expect(asleep).toBeSleeping("a-day", { until: new Date(engine.clock.now() + 19 * 3_600_000) });
    expect(asleep).not.toHaveSlept("a-day");
    expect(sentence(() => expect(asleep).toHaveSlept("a-day"))).toMatch(
      /^expected the run of shop-single to have slept in step "a-day", but it is still asleep until 2026-/,
    );
    expect(sentence(() => expect(asleep).toBeSleeping("a-day", { until: "2d" }))).toMatch(
      /^expected the run of shop-single to be asleep in step "a-day" until 2026-\S+Z, but it does so until 2026-\S+Z$/,
    );
    expect(sentence(() => expect(asleep).toBeSleeping("a-night"))).toMatch(
      /^expected the run of shop-single to be asleep in step "a-night", but it sleeps until 2026-\S+Z \(in 19h\) in step "a-day"$/,
    );
    await asleep.cancel();
    expect(sentence(() => expect(asleep).toHaveSlept("a-day"))).toMatchInlineSnapshot(
      `"expected the run of shop-single to have slept in step "a-day", but its sleep was cut short"`,
    );
  });

  test("say how long it slept", () => {
    const sentences = [
      sentence(() => expect(run("user/signed-up")).toHaveSlept("wait-before-tips", "3d")),
      sentence(() => expect(run("user/signed-up")).toHaveSlept("send-tips-email")),
      sentence(() => expect(run("user/signed-up")).toHaveSlept("nap")),
      sentence(() => expect(run("user/signed-up")).toHaveSlept("wait-before-tips", "soon")),
      sentence(() => expect(run("user/signed-up")).toBeSleeping()),
      sentence(() => expect(run("user/signed-up")).not.toHaveSlept("wait-before-tips", "2d")),
    ];
    expect(sentences).toMatchInlineSnapshot(`
      [
        "expected the run of shop-welcome to have slept in step "wait-before-tips" for 3d, but it slept for 2d",
        "expected the run of shop-welcome to have slept in step "send-tips-email", but that step is no sleep: it is of kind step",
        "expected the run of shop-welcome to have slept in step "nap", but it has no such step; it has "send-welcome-email", "wait-before-tips", "send-tips-email", "wait-before-upgrade", "check-user-plan"",
        ""soon" is no duration; give one such as "2d", "1h30m" or "250ms", or milliseconds",
        "expected the run of shop-welcome to be asleep, but it has completed",
        "expected the run of shop-welcome not to have slept in step "wait-before-tips" for 2d, but it did",
      ]
    `);
  });
});

describe("toBeWaitingFor and toBeWaitingForSignal", () => {
  test("pass, and say what it waits for", async () => {
    const waiting = await runOfEvent(engine, "content/submitted", { contentId: "c1" });
    const timesOutAt = new Date(engine.clock.now() + 48 * 3_600_000);
    await engine.clock.advance("1h");
    expect(waiting).toBeWaitingFor("content/reviewed");
    expect(waiting).toBeWaitingFor("content/reviewed", { match: "data.contentId", until: "48h" });
    expect(waiting).toBeWaitingFor("content/reviewed", { match: /contentId/, step: "wait-for-approval" });
    expect(waiting).toBeWaitingFor("content/reviewed", { until: timesOutAt });
    expect(waiting).toBeWaitingFor("content/reviewed", { until: timesOutAt.toISOString() });
    expect(waiting).not.toBeWaitingFor("content/read");
    expect(waiting).not.toBeWaitingForSignal("content/reviewed");
    const sentences = [
      sentence(() => expect(waiting).toBeWaitingFor("content/read")),
      sentence(() => expect(waiting).toBeWaitingFor("content/reviewed", { match: "data.id" })),
      sentence(() => expect(waiting).toBeWaitingFor("content/reviewed", { until: "1d" })),
      sentence(() => expect(waiting).toBeWaitingFor("content/reviewed", { step: "other" })),
      sentence(() => expect(waiting).not.toBeWaitingFor("content/reviewed")),
      sentence(() => expect(run("plain")).toBeWaitingFor("content/reviewed")),
    ].map((text) => text.replaceAll(/20\d\d-[\d-]+T[\d:.]+Z/g, "TIME"));
    expect(sentences).toMatchInlineSnapshot(`
      [
        "expected the run of shop-approval to be waiting for event "content/read", but it waits for event "content/reviewed" if "c1" == async.data.contentId until TIME (in 1d23h) in step "wait-for-approval"",
        "expected the run of shop-approval to be waiting for event "content/reviewed" if data.id, but it waits for one if event.data.contentId == async.data.contentId",
        "expected the run of shop-approval to be waiting for event "content/reviewed" until TIME, but it does so until TIME",
        "expected the run of shop-approval to be waiting for event "content/reviewed" in step "other", but it waits for event "content/reviewed" if "c1" == async.data.contentId until TIME (in 1d23h) in step "wait-for-approval"",
        "expected the run of shop-approval not to be waiting for event "content/reviewed", but it is",
        "expected the run of shop-plain to be waiting for event "content/reviewed", but it has completed",
      ]
    `);
    await waiting.cancel();

    const standing = await runOfEvent(engine, "signal");
    expect(standing).toBeWaitingForSignal("go-7", { until: "1h" });
    expect(standing).not.toBeWaitingForSignal("go-8");
    await standing.cancel();
  });
});

describe("toHaveInvoked", () => {
  test("passes, and says what was invoked", () => {
    expect(run("parent")).toHaveInvoked(engine.app.child);
    expect(run("parent")).toHaveInvoked("child", { fails: false });
    expect(run("parent")).toHaveInvoked("shop-child");
    expect(run("parent")).not.toHaveInvoked("welcome");
    expect(run("parent")).not.toHaveInvoked("hild");
    expect(failure(() => expect(run("parent")).toHaveInvoked("child", { fails: true }))).toMatchInlineSnapshot(`
      "expected the run of shop-parent to have invoked child with these data, but it gave it others

      - Expected
      + Received

        {
      -   "fails": true,
      +   "fails": false,
        }

      shop-parent completed after 1h  run ID, by event parent, queued 2026-01-12T09:00:08Z
        step  kind    status     attempts   at  took  0                     1h
        tell  step    completed         1  0ms   0ms  █
        ask   invoke  completed            0ms    1h  ────────────────────────
        output: {"answer":42}"
    `);
    const sentences = [
      sentence(() => expect(run("parent")).toHaveInvoked("welcome")),
      sentence(() => expect(run("plain")).toHaveInvoked("welcome")),
      sentence(() => expect(run("parent")).not.toHaveInvoked("child")),
    ];
    expect(sentences).toMatchInlineSnapshot(`
      [
        "expected the run of shop-parent to have invoked welcome, but it has only invoked shop-child",
        "expected the run of shop-plain to have invoked welcome, but it has invoked nothing",
        "expected the run of shop-parent not to have invoked child, but it did",
      ]
    `);
  });
});

describe("toHaveBeenCancelled and toHaveBeenSkipped", () => {
  test("pass, and say what became of it", async () => {
    const first = await runOfEvent(engine, "single");
    const second = await runOfEvent(engine, "single");
    expect(second).toHaveBeenSkipped();
    expect(second).not.toHaveBeenCancelled();
    await engine.send({ name: "stop" });
    expect(first).toHaveBeenCancelled();
    expect(first).not.toHaveBeenSkipped();
    const sentences = [
      sentence(() => expect(first).toHaveBeenSkipped()),
      sentence(() => expect(second).toHaveBeenCancelled()),
      sentence(() => expect(run("plain")).toHaveBeenCancelled()),
      sentence(() => expect(first).not.toHaveBeenCancelled()),
    ];
    expect(sentences).toMatchInlineSnapshot(`
      [
        "expected the run of shop-single to have been skipped, but it was cancelled by event stop",
        "expected the run of shop-single to have been cancelled, but it was skipped: singleton held by run ID",
        "expected the run of shop-plain to have been cancelled, but it has completed",
        "expected the run of shop-single not to have been cancelled, but it was cancelled by event stop",
      ]
    `);
  });
});

test("whatever is no run gets a sentence", async () => {
  const sent = await engine.send({ name: "plain" });
  const sentences = [
    sent.run(),
    sent,
    engine,
    [run("plain")],
    run("flaky").step("charge"),
    undefined,
    "run-1",
    () => undefined,
    {},
    new Map(),
  ].map((received) => sentence(() => expect(received).toHaveCompleted()));
  expect(sentences).toMatchInlineSnapshot(`
    [
      "toHaveCompleted was given a promise: await the run first, as in \`const run = await sent.run(); expect(run).toHaveCompleted(…)\`",
      "toHaveCompleted is about a run, and was given what \`send\` returned: \`const run = await sent.run(); expect(run).toHaveCompleted(…)\`",
      "toHaveCompleted is about a run, and was given the engine: \`const run = await (await engine.send(…)).run(); expect(run).toHaveCompleted(…)\`",
      "toHaveCompleted is about one run, and was given a list of 1: take one of them",
      "toHaveCompleted is about a run, and was given a step of one; look at the step itself, or use toHaveRunStep on the run",
      "toHaveCompleted is about a run of a test engine, and was given undefined",
      "toHaveCompleted is about a run of a test engine, and was given the string "run-1"",
      "toHaveCompleted is about a run of a test engine, and was given a function",
      "toHaveCompleted is about a run of a test engine, and was given an object that is none",
      "toHaveCompleted is about a run of a test engine, and was given an object of class Map",
    ]
  `);
  await expect(sent.run()).resolves.toHaveCompleted();
  const failing = async () => {
    await expect(sent.run()).resolves.toHaveFailed();
  };
  await expect(failing()).rejects.toThrow("to have failed, but it has completed");
});
