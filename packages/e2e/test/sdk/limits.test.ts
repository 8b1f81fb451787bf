// Limits of runs and answers: each has its own words, and each can be set.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer({
  args: "--retry-interval 0.05 --step-output-limit 2000 --run-state-limit 5000 --steps-limit 6 --response-limit 10000".split(
    " ",
  ),
});

describe.each(sdks)("SDK $name", (sdk) => {
  test("a run that goes over a limit fails and says over which, and what to do", async () => {
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "output", retries: 0 }, { event: event("output") }, async ({ step }) =>
          step.run("large", () => "x".repeat(2_500)),
        ),
        define({ id: "state", retries: 0 }, { event: event("state") }, async ({ step }) => {
          for (let part = 0; part < 4; part += 1) await step.run(`part-${part}`, () => "x".repeat(1_500));
        }),
        define({ id: "steps", retries: 0 }, { event: event("steps") }, async ({ step }) => {
          for (let n = 0; n < 10; n += 1) await step.run(`step-${n}`, () => n);
        }),
        define({ id: "response", retries: 0 }, { event: event("response") }, () => "x".repeat(20_000)),
        define({ id: "sleep", retries: 0 }, { event: event("sleep") }, async ({ step }) => step.sleep("long", "400d")),
      ],
      { client: { checkpointing: false } },
    );
    const errorOf = async (name: string): Promise<string> => {
      const { status, error } = await app.runOnce(name);
      return `${status} ${error?.name}: ${error?.message}`;
    };
    expect(await errorOf("output")).toBe(
      'failed StepOutputTooLarge: Step "large" returned 2502 bytes; at most 2000 are stored. Return a reference to stored data instead.',
    );
    expect(await errorOf("state")).toMatch(
      /failed InngestErrStateOverflowed: .* take \d+ bytes; at most 5000 are kept/u,
    );
    expect(await errorOf("steps")).toBe(
      "failed InngestErrFunctionOverflowed: The function run exceeded the step limit of 6 steps.",
    );
    expect(await errorOf("response")).toMatch(/failed .*10000 bytes/u);
    expect(await errorOf("sleep")).toMatch(/failed InngestErrTimeoutTooLong: .*366 days/u);
  });
});
