// What the page says first about a run.
import type { ApiDoing, ApiError, ApiRun } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import { sampleAttempt, sampleDoing, sampleError, sampleRun, sampleStep } from "../../test/sample-run.ts";
import { bannerText, describeRun } from "./describe-run.ts";
import { stepTitle } from "./step-kinds.ts";

const now = 1_000_000;

function headline(run: ApiRun): string {
  const line = describeRun(run, now).lines[0];
  return line === undefined ? "" : bannerText(line, now);
}

function running(doing: Partial<ApiDoing>, facts: Partial<ApiRun> = {}): ApiRun {
  return sampleRun({ status: "running", endedAt: null, doing: [sampleDoing(doing)], ...facts });
}

describe("a failed run", () => {
  const error = sampleError("the database is away");
  const attempts = [0, 1, 2].map((attempt) => sampleAttempt({ attempt, error }));
  const step = sampleStep({ name: "insert-to-database", status: "failed", error, attempts });

  test("names the step, the attempt, the error and the user's own frame", () => {
    const run = sampleRun({ status: "failed", error, steps: [sampleStep(), step] });
    expect(headline(run)).toBe("Failed in step insert-to-database, attempt 3 of 3");
    expect(describeRun(run, now).lines[0]).toMatchObject({
      message: "the database is away",
      frame: "insertRows (…/src/inngest/process-csv.ts:42:11)",
    });
  });

  test("is blamed on the step even when the function's own row repeats the error", () => {
    const own = sampleStep({
      name: "function",
      kind: "function",
      status: "failed",
      error,
      attempts: [sampleAttempt({ error })],
    });
    expect(headline(sampleRun({ status: "failed", error, steps: [step, own] }))).toBe(
      "Failed in step insert-to-database, attempt 3 of 3",
    );
  });

  test("shows what caused the error, and where that was, when the error itself tells neither", () => {
    const cause = { name: "Error", message: "bad port", stack: error.stack ?? "" };
    const failed = sampleError("fetch failed", { stack: null, cause });
    const run = sampleRun({
      status: "failed",
      error: failed,
      steps: [sampleStep({ status: "failed", error: failed })],
    });
    expect(describeRun(run, now).lines[0]).toMatchObject({
      message: "fetch failed\nCaused by bad port",
      frame: "insertRows (…/src/inngest/process-csv.ts:42:11)",
    });
  });

  test("says that an error was not to be retried", () => {
    const once = sampleStep({
      name: "validate-input",
      status: "failed",
      error,
      attempts: attempts.slice(0, 1),
      maxAttempts: 4,
    });
    expect(headline(sampleRun({ status: "failed", error, steps: [once] }))).toBe(
      "Failed in step validate-input, attempt 1 of 4, which was not to be retried",
    );
  });

  test("can fail in the code outside steps, after a step's error was caught", () => {
    const other = sampleError("later");
    const own = sampleStep({
      name: "function",
      kind: "function",
      status: "failed",
      error: other,
      attempts: [sampleAttempt({ error: other })],
      maxAttempts: 1,
    });
    const run = sampleRun({ status: "failed", error: other, steps: [step, own] });
    expect(headline(run)).toBe("Failed in the function's own code, outside its steps, attempt 1 of 1");
    expect(describeRun(run, now).lines[0]?.message).toBe("later");
  });

  test("is not blamed on the function's code when the app did not answer the call", () => {
    const away = sampleError("Unable to reach SDK URL", { stack: null, noAnswer: "http_unreachable" });
    const own = sampleStep({
      name: "function",
      kind: "function",
      status: "failed",
      error: away,
      attempts: [sampleAttempt({ error: away })],
      maxAttempts: 1,
    });
    expect(headline(sampleRun({ status: "failed", error: away, steps: [own] }))).toBe(
      "Failed: the app could not be reached, attempt 1 of 1",
    );
    expect(stepTitle(own)).toBe("Call of the app");
    expect(stepTitle({ ...own, error: sampleError("boom") })).toBe("Function, outside its steps");
  });

  test("shows the kind of error when it is not a plain one", () => {
    const named = sampleError("bad address", { name: "NonRetriableError" });
    expect(describeRun(sampleRun({ status: "failed", error: named }), now).lines[0]?.message).toBe(
      "NonRetriableError: bad address",
    );
  });
});

describe("an unfinished run", () => {
  test("that retries says which attempt comes when, and why", () => {
    const error = sampleError("503");
    const step = sampleStep({
      name: "risky",
      status: "retrying",
      attempts: [sampleAttempt({ error })],
      maxAttempts: 6,
    });
    const run = running(
      { kind: "retrying", stepId: step.id, stepName: "risky", attempt: 1, at: now + 27_000 },
      { steps: [step] },
    );
    expect(headline(run)).toBe("Retrying in step risky: attempt 2 of 6 in 27 s");
    expect(describeRun(run, now)).toMatchObject({ look: { word: "Retrying" }, lines: [{ message: "503" }] });
  });

  test("that calls the function again says why, and not that a step is to blame", () => {
    const retried = (error: ApiError) => {
      const step = sampleStep({
        name: "shop-order",
        kind: "function",
        status: "retrying",
        error,
        attempts: [sampleAttempt({ error })],
      });
      const facts = { kind: "retrying", stepId: step.id, stepName: step.name, attempt: 1, at: now + 5_000 } as const;
      const run = running(facts, { steps: [step] });
      return [headline(run), describeRun(run, now).lines[0]?.message];
    };
    expect(retried(sampleError("boom"))).toEqual([
      "Retrying the function's own code, outside its steps: attempt 2 of 3 in 5 s",
      "boom",
    ]);
    expect(retried(sampleError("no answer within 2 s", { noAnswer: "request_duration_too_long" }))).toEqual([
      "Retrying, as the app did not answer in time: attempt 2 of 3 in 5 s",
      "no answer within 2 s",
    ]);
  });

  test("that sleeps says until when and how long that is", () => {
    const run = running({ kind: "sleeping", stepId: "x", stepName: "wait-before-tips", at: now + 187_200_000 });
    expect(headline(run)).toMatch(/^Sleeping in step wait-before-tips until .+, 2 d 4 h left$/);
    expect(describeRun(run, now).look.word).toBe("Sleeping");
  });

  test("that waits for an event says which one, under which condition and for how long", () => {
    const run = running({
      kind: "waitingForEvent",
      stepId: "x",
      stepName: "wait-for-approval",
      event: "content/reviewed",
      expression: 'async.data.contentId == "c1"',
      at: now + 172_800_000,
    });
    expect(headline(run)).toMatch(
      /^Waiting in step wait-for-approval for event content\/reviewed where async\.data\.contentId == "c1" until .+, 2 d until it times out$/,
    );
  });

  test("that waits for another run links it", () => {
    const step = sampleStep({
      name: "charge",
      kind: "invoke",
      status: "waiting",
      detail: { functionId: "shop-charge", childRunId: "01CHILD" },
    });
    const run = running({ kind: "waitingForRun", stepId: step.id, stepName: "charge" }, { steps: [step] });
    expect(headline(run)).toBe("Waiting in step charge for shop-charge, run 01CHILD");
  });

  test("is described by the call it is in before the waits beside it", () => {
    const run = running(
      { kind: "calling" },
      { doing: [sampleDoing({ kind: "calling" }), sampleDoing({ kind: "sleeping", at: now + 1 })] },
    );
    expect(describeRun(run, now).look.word).toBe("Running");
    expect(describeRun(run, now).lines).toHaveLength(2);
  });

  test("that is due waits for its turn", () => {
    expect(headline(sampleRun({ status: "queued", doing: [sampleDoing({ kind: "queued", at: now - 5 })] }))).toBe(
      "Queued: it is due and waits for its turn",
    );
    expect(headline(sampleRun({ status: "queued", doing: [sampleDoing({ kind: "queued", at: now + 5_000 })] }))).toBe(
      "Queued, to be called in 5 s",
    );
  });
});

describe("a run that is held back", () => {
  const held = (facts: Partial<ApiDoing>, status: "queued" | "running" = "queued") =>
    sampleRun({ status, endedAt: null, doing: [sampleDoing({ kind: "queued", at: now - 5, ...facts })] });

  test("names the limit and the runs that hold it", () => {
    const holders = ["01HOLDER1", "01HOLDER2"];
    const obstacle = "concurrency limit 2 on key user-7";
    const run = held({ waitsFor: { text: `waiting for ${obstacle}`, obstacle, until: null, holders } });
    expect(headline(run)).toBe(
      "Waiting for concurrency limit 2 on key user-7, held by run 01HOLDER1 and run 01HOLDER2",
    );
    expect(describeRun(run, now).lines[0]?.parts).toContainEqual({ kind: "run", runId: "01HOLDER1" });
    expect(describeRun(run, now).look.word).toBe("Waiting");
  });

  test("says until when, where that is known", () => {
    const waitsFor = { text: "waiting for throttle", obstacle: "throttle", until: now + 27_000, holders: [] };
    expect(headline(held({ waitsFor }))).toMatch(/^Waiting for throttle until .+, 27 s left$/);
  });

  test("says which step or attempt it is that waits", () => {
    const obstacle = "the function is paused";
    const waitsFor = { text: `waiting: ${obstacle}`, obstacle, until: null, holders: [] };
    const step = { stepId: "x", stepName: "charge", waitsFor };
    expect(headline(held(step, "running"))).toBe("Queued in step charge: waiting: the function is paused");
    expect(headline(held({ ...step, kind: "retrying" }, "running"))).toBe(
      "Next attempt in step charge: waiting: the function is paused",
    );
  });
});

test("a skipped run says why, and links the run in its way", () => {
  const runId = "01M854TGHJFHFWSZCHWRBXM6XM";
  const skipped = (summary: string) => sampleRun({ status: "skipped", summary });
  expect(headline(skipped("skipped: the function was paused"))).toBe("Skipped: the function was paused");
  const [line] = describeRun(skipped(`skipped: singleton held by run ${runId}`), now).lines;
  expect(line?.parts).toEqual([
    { kind: "text", text: "Skipped: singleton held by run " },
    { kind: "run", runId },
  ]);
});

test("a completed run says how long it took and what it was made of", () => {
  const retried = sampleStep({ name: "b", attempts: [sampleAttempt(), sampleAttempt({ attempt: 1 })] });
  expect(headline(sampleRun({ endedAt: 3_210, steps: [sampleStep(), retried] }))).toBe(
    "Completed in 3.21 s, 2 steps, 1 retry",
  );
  expect(headline(sampleRun({ endedAt: 12 }))).toBe("Completed in 12 ms, without steps");
  expect(headline(sampleRun({ startedAt: 300, endedAt: 312 }))).toBe("Completed in 12 ms, without steps");
});

test("a cancelled run says why", () => {
  const cancelled = (summary: string | null) => headline(sampleRun({ status: "cancelled", endedAt: 4_000, summary }));
  expect(cancelled("cancelled by event order/cancelled")).toBe("Cancelled after 4 s by event order/cancelled");
  expect(cancelled("cancelled: it did not finish in time")).toBe("Cancelled after 4 s: it did not finish in time");
  expect(cancelled("a newer run took its place")).toBe("Cancelled after 4 s: a newer run took its place");
  expect(cancelled(null)).toBe("Cancelled after 4 s");
});
