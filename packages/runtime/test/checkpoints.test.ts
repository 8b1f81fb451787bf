// Checkpoints: steps of a call in flight are stored at once, whatever becomes of the call.
import { asRunId, type JsonObject, type RunId, stepOutputBytesMax } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { createManualClock } from "./manual-clock.ts";
import { type OpenOptions, type OpenRuntime, openShop } from "./open-runtime.ts";
import { type AppCall, done, type Handler, ops, stepRun, type TestApp } from "./test-app.ts";

type Opened = OpenRuntime & {
  readonly app: TestApp;
  checkpoint(call: AppCall, ...ops: readonly JsonObject[]): Promise<void>;
};

async function open(handle: (opened: Opened) => Handler, options: OpenOptions = {}): Promise<Opened> {
  const shop = await openShop([{ name: "fn", retries: 1, handle: (call) => handle(opened)(call) }], {
    clock: createManualClock(),
    ...options,
  });
  const opened: Opened = {
    ...shop,
    checkpoint: (call, ...list) => shop.runtime.checkpoint(asRunId(call.runId), body(call, list)),
  };
  return opened;
}

function body(
  call: Pick<AppCall, "runId" | "queueItemRef"> & { readonly generation: number | null },
  steps: readonly JsonObject[],
): JsonObject {
  return {
    run_id: call.runId,
    fn_id: "any",
    qi_id: call.queueItemRef,
    generation_id: call.generation,
    steps: [...steps],
  };
}

async function stepIds(opened: Opened, runId: RunId): Promise<readonly string[]> {
  return (await opened.storage.runs.steps(runId)).map((step) => step.id);
}

describe("a checkpoint", () => {
  it("is stored before it is acknowledged, and makes no call of its own", async () => {
    const stored: (readonly string[])[] = [];
    const opened = await open((self) => async (call) => {
      for (const id of ["a", "b"]) {
        await self.checkpoint(call, stepRun(id, id));
        stored.push(await stepIds(self, asRunId(call.runId)));
      }
      return done("end");
    });
    const run = await opened.ended(await opened.start("test/fn"));
    expect(run).toMatchObject({ status: "completed", output: '"end"' });
    expect(stored).toEqual([["a"], ["a", "b"]]);
    expect(opened.app.calls).toHaveLength(1);
  });

  it("that comes again in the answer, or twice, counts once", async () => {
    const opened = await open((self) => async (call) => {
      if ("a" in call.steps) return done({ ...call.steps });
      await Promise.all([self.checkpoint(call, stepRun("a", 1)), self.checkpoint(call, stepRun("a", 2))]);
      return ops(stepRun("a", 3));
    });
    const run = await opened.ended(await opened.start("test/fn"));
    expect(run.output).toBe('{"a":{"data":1}}');
    expect(await stepIds(opened, run.id)).toEqual(["a"]);
  });

  it("gives the call that goes on a full set of attempts, even if the connection is lost while it is being stored", async () => {
    const clock = createManualClock();
    const opened = await open(
      (self) => async (call) => {
        if (call.attempt === 0)
          return call.generation === 1 ? { status: 500, body: { message: "first" } } : done(Object.keys(call.steps));
        // The last attempt: its checkpoint and its loss reach the server in the same moment.
        void self.checkpoint(call, stepRun("a", 1));
        return { status: 500, body: { message: "second" } };
      },
      { clock },
    );
    const { storage } = opened;
    const runId = await opened.start("test/fn");
    await opened.runtime.idle();
    // The checkpoint's commit takes until the answer has come in.
    storage.beforeCommit = async (batch) => {
      if (batch.transitions.some((one) => one.effects.some((effect) => effect.kind === "resetAttempt")))
        await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    };
    clock.move(1_000);
    await opened.app.called(2);
    await opened.runtime.idle();
    expect(await storage.runs.get(runId)).toMatchObject({ status: "running" });
    clock.move(2_000);
    await opened.app.called(3);
    expect(opened.app.calls[2]).toMatchObject({ attempt: 1, generation: 3 });
    expect(Object.keys(opened.app.calls[2]?.steps ?? {})).toEqual(["a"]);
  });

  it("leaves nothing behind once its call is over", async () => {
    const opened = await open((self) => async (call) => {
      void self.checkpoint(call, stepRun("a", 1)).catch(() => undefined);
      return done();
    });
    await opened.ended(await opened.start("test/fn"));
    await opened.runtime.idle();
    expect(await opened.runtime.stop({ graceMs: 0 })).toEqual({ callsAbandoned: 0 });
  });
});

describe("a checkpoint is refused", () => {
  const hang: Handler = () => () => undefined;

  it("as stale when its call is over, is another's, or is an older dispatch", async () => {
    const opened = await open(() => hang);
    const runId = await opened.start("test/fn");
    const otherId = await opened.start("test/fn");
    await opened.app.called(2);
    const [call] = opened.app.calls;
    if (call === undefined) throw new Error("there was a call");
    const stale = { code: "DISPATCH_STALE", status: 409 };
    const of = (over: object) =>
      opened.runtime.checkpoint(asRunId(call.runId), body({ ...call, ...over }, [stepRun("a", 1)]));
    await expect(of({ queueItemRef: "gone" })).rejects.toMatchObject(stale);
    await expect(of({ generation: 0 })).rejects.toMatchObject(stale);
    await expect(
      opened.runtime.checkpoint(otherId === call.runId ? runId : otherId, body(call, [stepRun("a", 1)])),
    ).rejects.toMatchObject(stale);
    expect(await stepIds(opened, runId)).toEqual([]);
    await of({ generation: null });
    expect(await stepIds(opened, asRunId(call.runId))).toEqual(["a"]);
  });

  it("when its run has ended or never was", async () => {
    const opened = await open(() => hang);
    const runId = await opened.start("test/fn");
    await opened.app.called(1);
    const [call] = opened.app.calls;
    if (call === undefined) throw new Error("there was a call");
    expect(await opened.runtime.cancelRun(runId)).toBe(true);
    await expect(opened.checkpoint(call, stepRun("a", 1))).rejects.toMatchObject({ code: "RUN_GONE", status: 410 });
    const unknown = asRunId("01M854TKXWNT0FF1WA0BB6VT7M");
    await expect(opened.runtime.checkpoint(unknown, body({ ...call, runId: unknown }, []))).rejects.toMatchObject({
      code: "RUN_NOT_FOUND",
      status: 404,
    });
  });

  it("when it cannot be read or holds what ends a call, and stores nothing of it", async () => {
    const opened = await open(() => hang);
    const runId = await opened.start("test/fn");
    await opened.app.called(1);
    const [call] = opened.app.calls;
    if (call === undefined) throw new Error("there was a call");
    await expect(opened.runtime.checkpoint(runId, "{")).rejects.toMatchObject({ code: "BODY_NOT_JSON", status: 400 });
    await expect(
      opened.checkpoint(call, stepRun("a", 1), { op: "RunComplete", id: "b", data: 1 }),
    ).rejects.toMatchObject({ code: "OP_NOT_ALLOWED" });
    expect(await stepIds(opened, runId)).toEqual([]);
  });

  it("with 413 when a result is more than may be stored, which fails the run at once", async () => {
    const opened = await open(() => hang);
    const runId = await opened.start("test/fn");
    await opened.app.called(1);
    const [call] = opened.app.calls;
    if (call === undefined) throw new Error("there was a call");
    const huge = stepRun("a", "x".repeat(stepOutputBytesMax));
    await expect(opened.checkpoint(call, huge)).rejects.toMatchObject({ code: "output_too_large", status: 413 });
    expect(await opened.storage.runs.get(runId)).toMatchObject({ status: "failed" });
    // The SDK tries again, and then gives the same with its answer, which nobody waits for any more.
    await expect(opened.checkpoint(call, huge)).rejects.toMatchObject({ code: "RUN_GONE", status: 410 });
  });

  it("with 503 while the disk is full, and taken when it is sent again", async () => {
    const opened = await open(() => hang);
    const runId = await opened.start("test/fn");
    await opened.app.called(1);
    const [call] = opened.app.calls;
    if (call === undefined) throw new Error("there was a call");
    opened.storage.isFull = true;
    await expect(opened.checkpoint(call, stepRun("a", 1))).rejects.toMatchObject({
      code: "STORAGE_UNAVAILABLE",
      status: 503,
    });
    opened.storage.isFull = false;
    await opened.checkpoint(call, stepRun("a", 1));
    expect(await stepIds(opened, runId)).toEqual(["a"]);
  });
});
