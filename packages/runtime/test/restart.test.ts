// A process that dies, and what the next one makes of what it left.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asRunId, millis } from "@stepwright/protocol";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createManualClock } from "./manual-clock.ts";
import { type OpenOptions, openRuntime, type OpenRuntime } from "./open-runtime.ts";
import {
  type AppCall,
  done,
  type Handler,
  ops,
  startTestApp,
  stepRun,
  type TestApp,
  type TestFunction,
} from "./test-app.ts";

const closing: (() => Promise<void>)[] = [];
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stepwright-"));
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  rmSync(folder, { recursive: true });
});

function boot(options: OpenOptions = {}): Promise<OpenRuntime> {
  return openRuntime({ file: join(folder, "main.db"), ...options });
}

/** As a kill does it: whatever is in flight loses its database from one moment to the next. */
async function kill(opened: OpenRuntime): Promise<void> {
  await opened.storage.close();
  closing.push(async () => void (await opened.runtime.stop({ graceMs: 0 })));
}

async function openApp(opened: OpenRuntime, functions: readonly TestFunction[]): Promise<TestApp> {
  const app = await startTestApp("shop", functions);
  closing.push(app.close);
  app.registersAt(opened.runtime);
  await opened.runtime.apps.add(app.url);
  return app;
}

describe("after a kill", () => {
  it("a call that was in flight is made again as the next generation, and the old one's checkpoint is stale", async () => {
    const first = await boot();
    const hanging = Promise.withResolvers<void>();
    const handle: Handler = ({ generation }) =>
      generation === 1 ? hanging.promise.then(() => done("late")) : done("again");
    const app = await openApp(first, [{ name: "call", handle }]);
    const runId = await first.start("test/call");
    await app.called(1);
    await kill(first);

    const second = await boot();
    closing.push(second.close);
    expect(await second.ended(runId)).toMatchObject({ status: "completed", output: '"again"' });
    expect(app.calls.map((call) => [call.generation, call.attempt])).toEqual([
      [1, 0],
      [2, 0],
    ]);
    await expect(second.runtime.checkpoint(runId, checkpointOf(app.calls[0], "s"))).rejects.toMatchObject({
      code: "DISPATCH_STALE",
      status: 409,
    });
    hanging.resolve();
  });

  it("a checkpoint of an older dispatch is stale while the newer one is in flight", async () => {
    const first = await boot();
    const answers = Promise.withResolvers<void>();
    const app = await openApp(first, [{ name: "call", handle: () => answers.promise.then(() => done()) }]);
    const runId = await first.start("test/call");
    await app.called(1);
    await kill(first);

    const second = await boot();
    closing.push(second.close);
    await app.called(2);
    await expect(second.runtime.checkpoint(runId, checkpointOf(app.calls[0], "old"))).rejects.toMatchObject({
      status: 409,
    });
    await second.runtime.checkpoint(runId, checkpointOf(app.calls[1], "new"));
    answers.resolve();
    await second.ended(runId);
    expect((await second.storage.runs.steps(runId)).map((step) => step.id)).toEqual(["new"]);
  });

  it("everything goes on: calls, sleeps that ended meanwhile, waits, runs that had not begun", async () => {
    const clock = createManualClock();
    const first = await boot({ clock });
    const sleeping: Handler = ({ steps }) =>
      "z" in steps ? done("slept") : ops({ op: "Sleep", id: "z", name: "1h", displayName: "z", opts: {} });
    const waiting: Handler = ({ steps }) =>
      "w" in steps
        ? done(steps["w"] ?? null)
        : ops({
            op: "WaitForEvent",
            id: "w",
            name: "test/go",
            displayName: "w",
            opts: { event: "test/go", timeout: "2h" },
          });
    const functions = [
      { name: "sleep", handle: sleeping },
      { name: "wait", handle: waiting },
      {
        name: "steps",
        handle: (({ steps }) =>
          "b" in steps ? done("stepped") : ops(stepRun("a" in steps ? "b" : "a", 1))) satisfies Handler,
      },
    ];
    await openApp(first, functions);
    const sleeper = await first.start("test/sleep");
    const waiter = await first.start("test/wait");
    await first.runtime.idle();
    // Leased and on its way in the very commit that stored it: the kill comes before the first call is answered.
    const stepper = await first.start("test/steps");
    await kill(first);

    clock.move(3_600_000);
    const second = await boot({ clock });
    closing.push(second.close);
    expect(await second.ended(sleeper)).toMatchObject({ status: "completed", output: '"slept"' });
    expect(await second.ended(stepper)).toMatchObject({ status: "completed", output: '"stepped"' });
    await second.send("test/go", { data: { n: 1 } });
    expect((await second.ended(waiter)).output).toContain('"n":1');
    expect(await second.storage.runs.orphans(10)).toEqual([]);
  });

  it("a run that lost its work is asked again from what is stored", async () => {
    const first = await boot();
    const app = await openApp(first, [
      { name: "steps", handle: ({ steps }) => ("a" in steps ? done() : ops(stepRun("a", 1))) },
    ]);
    const runId = await first.start("test/steps", { ts: Date.now() + 3_600_000 });
    await first.storage.commit({
      transitions: (await first.storage.runs.items(runId)).map((item) => ({
        guards: [],
        effects: [{ kind: "dequeue", itemId: item.id as never }],
      })),
      now: millis(Date.now()),
      lease: [],
    });
    await kill(first);

    const second = await boot();
    closing.push(second.close);
    expect((await second.ended(runId)).status).toBe("completed");
    expect(app.calls).toHaveLength(2);
    expect(second.complaints).toContain("unfinished run had neither work nor a wait; asking its function again");
  });

  it("a run that cannot be read keeps nobody from starting", async () => {
    const first = await boot();
    await openApp(first, [{ name: "steps", handle: () => done() }]);
    const [bad, good] = [
      await first.start("test/steps", { ts: Date.now() + 3_600_000 }),
      await first.start("test/steps", { ts: Date.now() + 3_600_000 }),
    ];
    const items = (await Promise.all([bad, good].map((id) => first.storage.runs.items(id)))).flat();
    await first.storage.commit({
      transitions: items.map((item) => ({ guards: [], effects: [{ kind: "dequeue", itemId: item.id as never }] })),
      now: millis(Date.now()),
      lease: [],
    });
    await kill(first);

    const second = await boot({
      prepare: (storage) => void storage.damagedRuns.set(bad, new Error("a row is damaged")),
    });
    closing.push(second.close);
    expect((await second.ended(good)).status).toBe("completed");
    expect(second.complaints).toContain("unfinished run could not be repaired");
  });
});

function checkpointOf(call: AppCall | undefined, stepId: string): object {
  if (call === undefined) throw new Error("there was a call");
  return {
    run_id: asRunId(call.runId),
    fn_id: "any",
    qi_id: call.queueItemRef,
    generation_id: call.generation,
    steps: [stepRun(stepId, 1)],
  };
}

it("a database that is open elsewhere is refused", async () => {
  const first = await boot();
  closing.push(first.close);
  expect(() =>
    openSqliteStorage({ file: join(folder, "main.db"), synchronous: "normal", now: millis(Date.now()) }),
  ).toThrow(expect.objectContaining({ code: "DATA_FOLDER_LOCKED" }));
});
