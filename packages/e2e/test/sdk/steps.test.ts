// Steps one after another: results are kept as the function saw them, whatever they are and whatever they are called.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { stepsOf } from "../harness/server-api.ts";

const server = useServer();

describe.each(sdks)("SDK $name", (sdk) => {
  test("a function without steps completes with its result", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "plain" }, { event: event("go") }, ({ event: { data } }) => ({ doubled: Number(data["n"]) * 2 })),
    ]);
    const run = await app.runOnce("go", { n: 21 });
    expect(run).toMatchObject({ status: "completed", output: { doubled: 42 }, error: null, doing: [] });
  });

  test("each step runs once and the next one gets its result", async () => {
    const executed: string[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "chain" }, { event: event("go") }, async ({ step }) => {
        const one = await step.run("one", () => {
          executed.push("one");
          return { n: 1 };
        });
        const two = await step.run("two", () => {
          executed.push("two");
          return one.n + 1;
        });
        return step.run("three", () => {
          executed.push("three");
          return [one.n, two, two + 1];
        });
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: [1, 2, 3] });
    expect(executed).toEqual(["one", "two", "three"]);
    expect(stepsOf(run).map(({ name, status, output }) => [name, status, output])).toEqual([
      ["one", "completed", { n: 1 }],
      ["two", "completed", 2],
      ["three", "completed", [1, 2, 3]],
    ]);
  });

  test("undefined and null results count as results, and a function may return nothing", async () => {
    const executed: string[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "nothing" }, { event: event("go") }, async ({ step }) => {
        const first = await step.run("undefined", () => void executed.push("undefined"));
        const second = await step.run("null", () => {
          executed.push("null");
          return null;
        });
        await step.run("note", () => void executed.push(JSON.stringify([first ?? null, second])));
      }),
    ]);
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: null });
    expect(executed).toEqual(["undefined", "null", "[null,null]"]);
  });

  test("steps of the same id in a loop are different steps", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "loop" }, { event: event("go") }, async ({ step }) => {
        const results: number[] = [];
        for (let round = 0; round < 4; round += 1) results.push(await step.run("round", () => round * 10));
        return results;
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: [0, 10, 20, 30] });
    expect(stepsOf(run).map(({ name }) => name)).toEqual(["round", "round", "round", "round"]);
  });

  test("any text is a step's id", async () => {
    const ids = [
      "a:1",
      "😀 é",
      "x".repeat(300),
      "../../etc",
      "<b>&amp;</b>",
      "'; DROP TABLE steps; --",
      "a:1",
      "0",
      " ",
    ];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "ids" }, { event: event("go") }, async ({ step }) => {
        const results: number[] = [];
        for (const [index, id] of ids.entries()) results.push(await step.run(id, () => index));
        return results;
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: ids.map((_, index) => index) });
    expect(stepsOf(run).map(({ name }) => name)).toEqual(ids);
  });

  test("a step's input is recorded", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "input" }, { event: event("go") }, ({ step }) =>
        step.run("add", ({ a, b }) => a + b, { a: 2, b: 3 }),
      ),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: 5 });
    expect(stepsOf(run)).toMatchObject([{ name: "add", input: [{ a: 2, b: 3 }], output: 5 }]);
  });

  test("text survives as it is: unicode, long, and JSON inside of text", async () => {
    const texts = ["héllo wörld 😀", "x".repeat(200_000), '{"looks":"like JSON"}', "\u2028line\u2029", ""];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "texts" }, { event: event("go") }, async ({ event: { data }, step }) => {
        const kept: unknown[] = [];
        for (const text of data["texts"] as string[]) kept.push(await step.run("keep", () => text));
        return { kept };
      }),
    ]);
    expect(await app.runOnce("go", { texts })).toMatchObject({ status: "completed", output: { kept: texts } });
  });

  test("a hundred steps keep their order", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "hundred" }, { event: event("go") }, async ({ step }) => {
        let sum = 0;
        for (let n = 1; n <= 100; n += 1) sum += await step.run(`step-${n}`, () => n);
        return sum;
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: 5050 });
    expect(stepsOf(run).map(({ name }) => name)).toEqual(
      Array.from({ length: 100 }, (_, index) => `step-${index + 1}`),
    );
  });
});
