// Steps at the same time: each runs once, the function goes on once, and whoever is first wins a race.
import { describe, expect, test } from "vitest";
import { serveApp } from "../harness/app.ts";
import { until } from "@stepwright/test-parts";
import { useServer } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import { stepsOf } from "../harness/server-api.ts";

const server = useServer({ args: ["--retry-interval", "0.05"] });

describe.each(sdks)("SDK $name", (sdk) => {
  test("Promise.all runs every step once, at the same time, and ends once", async () => {
    const executed: string[] = [];
    let atOnce = 0;
    let mostAtOnce = 0;
    let ends = 0;
    const all = Promise.withResolvers<void>();
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "all" }, { event: event("go") }, async ({ step }) => {
        const names = ["a", "b", "c"];
        const results = await Promise.all(
          names.map((name) =>
            step.run(name, async () => {
              executed.push(name);
              atOnce += 1;
              mostAtOnce = Math.max(mostAtOnce, atOnce);
              // Nobody goes on before all three are there.
              if (atOnce === names.length) all.resolve();
              await all.promise;
              return name.toUpperCase();
            }),
          ),
        );
        await step.run("end", () => void (ends += 1));
        return results;
      }),
    ]);
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: ["A", "B", "C"] });
    expect(executed.toSorted()).toEqual(["a", "b", "c"]);
    expect(mostAtOnce).toBe(3);
    expect(ends).toBe(1);
  });

  test("a group of fifty ends with one final call", async () => {
    const executed = new Map<string, number>();
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "fifty" }, { event: event("go") }, async ({ step }) => {
        const numbers = await Promise.all(
          Array.from({ length: 50 }, (_, n) =>
            step.run(`n-${n}`, () => {
              executed.set(`n-${n}`, (executed.get(`n-${n}`) ?? 0) + 1);
              return n;
            }),
          ),
        );
        return numbers.reduce((sum, n) => sum + n, 0);
      }),
    ]);
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: 1225 });
    expect([...executed.values()]).toEqual(Array.from({ length: 50 }, () => 1));
  });

  test("chains inside branches go on at their own pace", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "chains" }, { event: event("go") }, async ({ step }) => {
        const chain = async (name: string): Promise<string[]> => {
          const links: string[] = [];
          for (let link = 1; link <= 3; link += 1)
            links.push(await step.run(`${name}-${link}`, () => `${name}${link}`));
          return links;
        };
        return Promise.all([chain("a"), chain("b")]);
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({
      status: "completed",
      output: [
        ["a1", "a2", "a3"],
        ["b1", "b2", "b3"],
      ],
    });
    expect(stepsOf(run)).toHaveLength(6);
  });

  test("groups inside groups, and one group after another", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "nested" }, { event: event("go") }, async ({ step }) => {
        const pair = (name: string) => Promise.all([step.run(`${name}-1`, () => 1), step.run(`${name}-2`, () => 2)]);
        const [[a, b], c] = await Promise.all([pair("x"), step.run("y", () => 3)]);
        const [d, e] = await pair("z");
        return [a, b, c, d, e];
      }),
    ]);
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: [1, 2, 3, 1, 2] });
  });

  test("a step, a sleep and a wait in one group", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "mixed" }, { event: event("go") }, async ({ step }) => {
        const [result, , answer] = await Promise.all([
          step.run("work", () => "worked"),
          step.sleep("nap", "1s"),
          step.waitForEvent("answer", { event: event("answer"), timeout: "1m" }),
        ]);
        return [result, answer?.data["text"]];
      }),
    ]);
    const { id } = await app.start("go");
    await server.waitForRun(id, ({ doing }) => doing.some(({ kind }) => kind === "waitingForEvent"));
    await app.send("answer", { text: "yes" });
    const run = await server.ended(id);
    expect(run).toMatchObject({ status: "completed", output: ["worked", "yes"] });
    const steps = stepsOf(run).map(({ kind, status }) => `${kind} ${status}`);
    expect(steps.toSorted()).toEqual(["sleep completed", "step completed", "wait completed"]);
  });

  test("the winner of Promise.race is the same at every replay", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "race" }, { event: event("go") }, async ({ step }) => {
        const winner = await Promise.race([
          step.waitForEvent("slow", { event: event("never"), timeout: "2s" }).then(() => "slow"),
          step.run("quick", () => "quick"),
        ]);
        // Replays this far happen after the loser has ended, too.
        const first = await step.run("note", () => winner);
        await step.sleep("let the loser end", "3s");
        return [winner, first];
      }),
    ]);
    expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: ["quick", "quick"] });
  });

  test("a failing branch leaves the others their results", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "settled", retries: 1 }, { event: event("go") }, async ({ step }) => {
        const [good, bad] = await Promise.allSettled([
          step.run("good", () => "fine"),
          step.run("bad", () => {
            throw new Error("broken");
          }),
        ]);
        return [
          good.status === "fulfilled" ? good.value : "no",
          bad.status === "rejected" ? (bad.reason as Error).message : "no",
        ];
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: ["fine", "broken"] });
    expect(stepsOf(run).find(({ name }) => name === "bad")?.attempts).toHaveLength(2);
  });

  test("the other way of planning parallel steps works as well", async () => {
    // v3 uses request version 1 unless it is told to optimize, v4 uses version 2 unless it is told not to.
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "other", optimizeParallelism: sdk.name === "v3" }, { event: event("go") }, async ({ step }) => {
        const results = await Promise.all(["a", "b", "c"].map((name) => step.run(name, () => name)));
        return step.run("join", () => results.join(""));
      }),
    ]);
    const run = await app.runOnce("go");
    expect(run).toMatchObject({ status: "completed", output: "abc" });
    expect(stepsOf(run)).toHaveLength(4);
  });

  test("parallel steps of which one takes long show what is done", async () => {
    const release = Promise.withResolvers<void>();
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "uneven" }, { event: event("go") }, async ({ step }) =>
        Promise.all([step.run("short", () => "short"), step.run("long", () => release.promise.then(() => "long"))]),
      ),
    ]);
    const { id } = await app.start("go");
    const run = await server.waitForRun(id, ({ steps }) =>
      steps.some(({ name, status }) => name === "short" && status === "completed"),
    );
    expect(run.status).toBe("running");
    await until(async () => (await server.run(id)).doing.some(({ kind }) => kind === "calling"), {
      describe: () => "the long step is being called",
    });
    release.resolve();
    expect(await server.ended(id)).toMatchObject({ status: "completed", output: ["short", "long"] });
  });
});

test("race mode (SDK v4) lets a branch go on while the other is still at work", async () => {
  const [, sdk] = sdks;
  const order: string[] = [];
  const release = Promise.withResolvers<void>();
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "race-mode" }, { event: event("go") }, async ({ step }) => {
      const slow = step.run({ id: "slow", parallelMode: "race" }, async () => {
        await release.promise;
        order.push("slow");
      });
      const quick = (async () => {
        await step.run({ id: "quick", parallelMode: "race" }, () => void order.push("quick"));
        await step.run({ id: "quicker", parallelMode: "race" }, () => {
          order.push("quicker");
          release.resolve();
        });
      })();
      await Promise.all([slow, quick]);
      return "done";
    }),
  ]);
  expect(await app.runOnce("go")).toMatchObject({ status: "completed", output: "done" });
  expect(order).toEqual(["quick", "quicker", "slow"]);
});

test("what a decided race (SDK v4) leaves behind holds up none of the steps after it", async () => {
  const [, sdk] = sdks;
  const app = await serveApp(server, sdk, ({ define, event }) => [
    define({ id: "race-left" }, { event: event("go") }, async ({ step, group }) => {
      await group.parallel(async () => Promise.race([step.sleep("loser", "1h"), step.run("winner", () => "first")]));
      await step.run("after", () => 1);
      await step.run("after that", () => 2);
      await step.sleep("nap", "20ms");
      await step.run("at the end", () => 3);
      // The SDK itself ends a run only when nothing it has reported is open any more.
      throw new sdk.NonRetriableError("seen enough");
    }),
  ]);
  const run = await app.runOnce("go");
  expect(run.status).toBe("failed");
  const done = stepsOf(run).flatMap(({ name, status }) => (status === "completed" ? [name] : []));
  expect(done).toEqual(expect.arrayContaining(["winner", "after", "after that", "nap", "at the end"]));
});
