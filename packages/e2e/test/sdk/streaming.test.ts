// Streamed answers: the app answers at once and sends the result when it has it.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";

const server = useServer({ args: ["--retry-interval", "0.05"] });

describe.each(sdks)("SDK $name", (sdk) => {
  test("steps, waits and the result arrive through the stream", async () => {
    const statuses = new Set<number>();
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "streams" }, { event: event("go") }, async ({ step }) => {
          const [a, b] = await Promise.all([step.run("a", () => "a"), step.run("b", () => "b")]);
          await step.sleep("nap", "1s");
          return { a, b };
        }),
      ],
      {
        streaming: true,
        wrap: (handler) => (request, response) => {
          if (request.method === "POST") response.once("finish", () => statuses.add(response.statusCode));
          handler(request, response);
        },
      },
    );
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: { a: "a", b: "b" } });
    expect([...statuses]).toEqual([201]);
  });

  test("errors arrive through the stream as well, with what they say about retrying", async () => {
    const attempts: number[] = [];
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "fails", retries: 3 }, { event: event("go") }, ({ attempt }) => {
          attempts.push(attempt);
          if (attempt === 0) throw new Error("again");
          throw new sdk.NonRetriableError("never again");
        }),
      ],
      { streaming: true },
    );
    expect(await app.runOnce("go")).toMatchObject({ status: "failed", error: { message: "never again" } });
    expect(attempts).toEqual([0, 1]);
  });
});
