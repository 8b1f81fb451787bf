// The pace of retries: doubling by default, another schedule or a fixed delay on request.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useScope } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const scope = useScope();
const lateness = 900;

describe.each(sdks)("SDK $name", (sdk) => {
  test("by default the second attempt comes after 1 s, the third after 2 s more, the fourth after 4 s more", async () => {
    const server = await scope.startServer({ args: ["--no-retry-jitter"] });
    const times: number[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "flaky", retries: 3 }, { event: event("go") }, async ({ step, attempt }) =>
        step.run("risky", () => {
          times.push(Date.now());
          if (attempt < 3) throw new Error("not yet");
          return attempt;
        }),
      ),
    ]);
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: 3 });
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    for (const [index, wanted] of [1_000, 2_000, 4_000].entries()) {
      expect(gaps[index]).toBeGreaterThanOrEqual(wanted);
      expect(gaps[index]).toBeLessThan(wanted + lateness);
    }
  });
});

test("while a step waits for its next attempt, the run says when that is", async () => {
  const [sdk] = sdks;
  const server = await scope.startServer({ args: ["--retry-schedule", "hosted"] });
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "slow" }, { event: event("go") }, async ({ step }) =>
      step.run("risky", () => {
        throw new Error("not yet");
      }),
    ),
  ]);
  const { id } = await app.start("go");
  const run = await server.waitForRun(id, ({ steps }) => steps.some(({ status }) => status === "retrying"));
  const [step] = run.steps;
  const wait = Number(step?.nextAttemptAt) - Number(step?.attempts[0]?.endedAt);
  // The hosted service's first delay is 15 s and up to 30 s of jitter.
  expect(wait).toBeGreaterThanOrEqual(14_900);
  expect(wait).toBeLessThan(46_000);
  expect(run.doing).toMatchObject([{ kind: "retrying", attempt: 1, at: step?.nextAttemptAt }]);
});
