// Thousands of runs wait with an expression that costs as much as one may: an event of that name blocks nobody.
import { expect, it } from "vitest";
import { openShop } from "./open-runtime.ts";
import { done, ops } from "./test-app.ts";

const list = Array.from({ length: 1_000 }, (_, n) => n);
/** Goes through the list for each of its numbers until its steps are used up; ends in the one run that is meant. */
const costly = (n: number) =>
  `async.data.n == ${n} || async.data.list.exists(a, async.data.list.exists(b, a + b == -${n + 1}))`;

it("400 costly waits are judged while everything else goes on", { timeout: 60_000 }, async () => {
  const { runtime, storage, send, start, ended } = await openShop([
    {
      name: "wait",
      handle: ({ steps, data }) => {
        if ("w" in steps) return done();
        const opts = { event: "test/costly", timeout: "1h", if: costly(Number(data["n"])) };
        return ops({ op: "WaitForEvent", id: "w", name: "test/costly", displayName: "w", opts });
      },
    },
    { name: "quick", handle: () => done() },
  ]);
  const runs = [];
  for (let n = 0; n < 400; n += 1) runs.push(await start("test/wait", { data: { n } }));
  await runtime.idle();
  await send("test/costly", { data: { n: 399, list } });
  const [last] = runs.slice(-1);
  if (last === undefined) throw new Error("there are runs");
  const isOver = ended(last).then(() => true);
  const runQuick = async () => {
    await ended(await start("test/quick"));
    return false;
  };
  let quick = 0;
  while (!(await Promise.race([isOver, runQuick()]))) quick += 1;
  // Judged in one go, they would let one run through, or two.
  expect(quick).toBeGreaterThan(10);
  await runtime.idle();
  expect((await storage.runs.countByStatus()).running).toBe(399);
});

it("200 functions with costly triggers are judged while everything else goes on", { timeout: 60_000 }, async () => {
  const functions = Array.from({ length: 200 }, (_, n) => ({
    name: `f${n}`,
    triggers: [{ event: "test/costly", expression: costly(n).replaceAll("async", "event") }],
    handle: () => done(),
  }));
  const { runtime, storage, send, start, ended } = await openShop([
    ...functions,
    { name: "quick", handle: () => done() },
  ]);
  const isOver = send("test/costly", { data: { n: 199, list } }).then(() => true);
  const runQuick = async () => {
    await ended(await start("test/quick"));
    return false;
  };
  let quick = 0;
  while (!(await Promise.race([isOver, runQuick()]))) quick += 1;
  expect(quick).toBeGreaterThan(10);
  await runtime.idle();
  const { items } = await storage.runs.list({ triggerName: "test/costly" }, { cursor: null, limit: 10 });
  expect(items.map((run) => [run.functionSlug, run.status])).toEqual([["shop-f199", "completed"]]);
});
