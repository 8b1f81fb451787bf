// Rows that somebody has damaged: each is set aside or left out by itself, and everything else goes on.
import { join } from "node:path";
import { asFunctionId, millis } from "@stepwright/protocol";
import type { Storage } from "@stepwright/storage";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { samples } from "@stepwright/storage/conformance";
import { openSqliteStorage } from "../src/index.ts";
import { testFolder } from "./folder.ts";

const { app, apply, call, createRun, enqueue, event, fn, lane, putPause, runId, start } = samples;

function open(): { readonly storage: Storage; readonly damage: (sql: string) => void } {
  const file = join(testFolder(), "main.db");
  const storage = openSqliteStorage({ file, synchronous: "normal", now: start });
  onTestFinished(() => storage.close());
  return {
    storage,
    damage(sql) {
      const db = new Database(file);
      db.exec(sql);
      db.close();
    },
  };
}

const commit = (storage: Storage, transitions: Parameters<Storage["commit"]>[0]["transitions"], max = 10) =>
  storage.commit({
    transitions,
    now: start,
    lease: [
      { lane, max },
      { lane: "system", max },
    ],
  });

test("work that cannot be read is set aside by the commit that meets it, and what stands behind it is leased", async () => {
  const { storage, damage } = open();
  await storage.commit({
    transitions: [
      apply(
        createRun(1),
        enqueue("bad"),
        enqueue("good"),
        enqueue("bad-timer", { lane: "system", work: { kind: "wake", runId: runId(1), stepId: "s" as never } }),
        enqueue("good-timer", { lane: "system", work: { kind: "wake", runId: runId(1), stepId: "t" as never } }),
      ),
    ],
    now: start,
    lease: [],
  });
  damage("UPDATE queue_items SET work = '{' WHERE id LIKE 'bad%'");
  const { outcomes, leased } = await commit(storage, [apply({ kind: "putEvent", event: event(1) })]);
  expect(outcomes).toMatchObject([{ kind: "committed" }]);
  expect(new Set(leased.map((item) => item.id))).toEqual(new Set(["good", "good-timer"]));
  expect(
    (await storage.queue.setAside({ cursor: null, limit: 10 })).items.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  ).toEqual(
    ["bad", "bad-timer"].map((id) => ({
      id,
      kind: id === "bad" ? "call" : "wake",
      runId: runId(1),
      reason: "what is to be done cannot be read from its row",
      at: start,
    })),
  );
  expect(await storage.queue.setAsideItem("bad")).toMatchObject({ id: "bad", work: null, runId: runId(1) });
  expect(await storage.queue.depth()).toEqual({ due: 0, future: 0, setAside: 2 });
});

test("work that cannot be read gives its room and the slots of its gates to the next", async () => {
  const { storage, damage } = open();
  const gate = { kind: "calls", limitId: "c0", id: "gate", key: null } as const;
  const flow = { score: start, gates: [gate] };
  await storage.commit({
    transitions: [
      apply(
        { kind: "putApp", app: app() },
        { kind: "putFunction", fn: fn() },
        enqueue("bad", { flow, work: call(runId(1)) }),
        enqueue("good", { flow: { ...flow, score: start + 1 }, work: call(runId(2)) }),
      ),
    ],
    now: start,
    lease: [],
  });
  damage("UPDATE queue_items SET work = 'null' WHERE id = 'bad'");
  const found = await commit(storage, [], 1);
  const again = found.leased.length > 0 ? found : await commit(storage, [], 1);
  expect(again.leased.map((item) => item.id)).toEqual(["good"]);
});

test("a pause whose terms cannot be read is found and closed like any other", async () => {
  const { storage, damage } = open();
  await storage.commit({ transitions: [apply(createRun(1), putPause("p"))], now: start, lease: [] });
  damage("UPDATE pauses SET terms = 'x'");
  const [pause] = await storage.pauses.byRun(runId(1));
  expect(pause).toMatchObject({ terms: [] });
  if (pause === undefined) throw new Error("there is a pause");
  const { outcomes } = await commit(storage, [apply({ kind: "closePause", pauseId: pause.id })]);
  expect(outcomes).toMatchObject([{ kind: "committed" }]);
  expect(await storage.pauses.byRun(runId(1))).toEqual([]);
});

test("gates that cannot be read stand in nobody's way", async () => {
  const { storage, damage } = open();
  await storage.commit({ transitions: [apply(createRun(1), enqueue("a"))], now: start, lease: [] });
  damage("UPDATE queue_items SET gates = '['");
  expect((await commit(storage, [])).leased.map((item) => item.id)).toEqual(["a"]);
});

test("a function whose configuration cannot be read is left out, its app says so, and the others stay", async () => {
  const { storage, damage } = open();
  const other = fn({ id: asFunctionId("other"), slug: "other" });
  await storage.commit({
    transitions: [
      apply({ kind: "putApp", app: app() }, { kind: "putFunction", fn: fn() }, { kind: "putFunction", fn: other }),
    ],
    now: start,
    lease: [],
  });
  damage(`UPDATE functions SET config = '{"triggers":' WHERE id = '${fn().id}'`);
  const { apps, functions } = await storage.registry.load();
  expect(functions.map(({ slug }) => slug)).toEqual(["other"]);
  expect(apps).toMatchObject([{ status: "failed", checksum: "", problem: { code: "FUNCTION_UNREADABLE" } }]);
  await expect(storage.registry.functionById(fn().id)).rejects.toMatchObject({ code: "FUNCTION_UNREADABLE" });
  expect(await storage.registry.functionById(asFunctionId("other"))).toMatchObject({ slug: "other" });

  // Its app registers it again.
  await storage.commit({ transitions: [apply({ kind: "putFunction", fn: fn() })], now: millis(start + 1), lease: [] });
  expect((await storage.registry.load()).apps).toMatchObject([{ status: app().status, problem: app().problem }]);
});

test("a run whose state cannot be read is in every list with what is left of it, and nothing is decided about it", async () => {
  const { storage, damage } = open();
  await storage.commit({ transitions: [apply(createRun(1), createRun(2), createRun(3))], now: start, lease: [] });
  damage(`UPDATE runs SET progress = '{', flow = '[' WHERE id = '${runId(2)}'`);
  const ids = [3, 2, 1].map((number) => runId(number));
  const page = { cursor: null, limit: 10 };
  expect((await storage.runs.list({}, page)).items.map(({ id }) => id)).toEqual(ids);
  const period = { time: "queuedAt", from: millis(0), before: millis(start + 3_600_000) } as const;
  const timed = await storage.runs.byTime(period, { direction: "desc", after: null, limit: 10 });
  expect(timed.items.map(({ id }) => id)).toEqual(ids);
  expect((await storage.runs.byIds(ids)).length).toBe(3);
  await expect(storage.runs.load(runId(2))).rejects.toThrow(SyntaxError);
  expect(await storage.runs.load(runId(1))).not.toBeNull();
});
