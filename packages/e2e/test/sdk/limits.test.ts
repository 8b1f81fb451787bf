// Limits of runs and answers: each has its own words, and each can be set.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer({
  args: [
    "--retry-interval 0.05 --step-output-limit 2000 --run-state-limit 5000 --steps-limit 6 --response-limit 10000",
    "--sleep-limit 7d --event-size-limit 3000 --event-list-limit 3",
  ].flatMap((line) => line.split(" ")),
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
        define({ id: "sleep", retries: 0 }, { event: event("sleep") }, async ({ step }) => step.sleep("long", "8d")),
        define({ id: "bytes", retries: 0 }, { event: event("bytes") }, async ({ step }) =>
          step.run("euros", () => "€".repeat(700)),
        ),
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
      "failed InngestErrFunctionOverflowed: The function run exceeded the step limit of 6 steps. Split the work over several runs.",
    );
    expect(await errorOf("response")).toMatch(/failed .*10000 bytes/u);
    expect(await errorOf("sleep")).toMatch(/failed InngestErrTimeoutTooLong: .*limit of 7 days/u);
    // 702 characters.
    expect(await errorOf("bytes")).toMatch(/failed StepOutputTooLarge: Step "euros" returned 2102 bytes;/u);
  });

  test("a step that is too large is refused when it is saved, and none after it runs", async () => {
    const executed: string[] = [];
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "saved", retries: 0 }, { event: event("go") }, async ({ step }) => {
          await step.run("small", () => void executed.push("small"));
          await step.run("large", () => {
            executed.push("large");
            return "x".repeat(2_500);
          });
          await step.run("after", () => void executed.push("after"));
        }),
      ],
      { client: { checkpointing: true } },
    );
    expect(await app.runOnce("go")).toMatchObject({ status: "failed", error: { name: "StepOutputTooLarge" } });
    // The next call of this app comes after the SDK has given the refused checkpoint up.
    await app.runOnce("go");
    expect(executed).toEqual(["small", "large", "small", "large"]);
  });
});

test("an event, and a request with events, have a size", async () => {
  const post = (body: unknown) => server.request("POST", "/e/test", { body });
  expect(await post({ name: "a/b", data: { text: "€".repeat(900) } })).toMatchObject({ status: 200 });
  expect(await post({ name: "a/b", data: { text: "€".repeat(1_000) } })).toMatchObject({
    status: 400,
    json: { code: "EVENT_TOO_LARGE", error: expect.stringContaining("more than the limit of 3000") },
  });
  expect(await post(Array.from({ length: 4 }, () => ({ name: "a/b" })))).toMatchObject({
    status: 400,
    json: { code: "EVENTS_TOO_MANY", error: expect.stringContaining("4 events in one request") },
  });
  expect(
    await server.request("POST", "/v2/events", { body: { name: "a/b", data: { t: "x".repeat(3_000) } } }),
  ).toMatchObject({ status: 400 });
});
