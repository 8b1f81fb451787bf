// Calls of apps over real HTTP: what is sent, what is made of every kind of answer, and who may call at once.
import { gzipSync } from "node:zlib";
import type { Transition } from "@stepwright/engine";
import { asRunId, type JsonObject, verifySignature } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { gatewayRequestsMax } from "../src/index.ts";
import { createManualClock } from "./manual-clock.ts";
import { addApp, openShop } from "./open-runtime.ts";
import { done, type Handler, ops, startSilentServer, stepRun } from "./test-app.ts";

const threeSteps: Handler = ({ steps }) => {
  const count = Object.keys(steps).length;
  return count === 3 ? done(steps) : ops(stepRun(`s${count}`, count));
};

describe("a run", () => {
  it("is called until it ends, each time with what is known by then", async () => {
    const { app, start, ended } = await openShop([{ name: "three", handle: threeSteps }]);
    const run = await ended(await start("test/three", { data: { n: 1 } }));
    expect(run.status).toBe("completed");
    expect(JSON.parse(run.output ?? "")).toEqual({ s0: { data: 0 }, s1: { data: 1 }, s2: { data: 2 } });
    expect(app.calls.map((call) => [call.stepId, call.attempt, call.generation, Object.keys(call.steps)])).toEqual([
      ["step", 0, 1, []],
      ["step", 0, 1, ["s0"]],
      ["step", 0, 1, ["s0", "s1"]],
      ["step", 0, 1, ["s0", "s1", "s2"]],
    ]);
    expect(app.calls[0]?.data).toEqual({ n: 1 });
  });

  it("is called with a signature that SDKs accept", async () => {
    const signingKey = "signkey-test-0123456789abcdef";
    const { app, start, ended } = await openShop([{ name: "one", handle: () => done() }], { settings: { signingKey } });
    await ended(await start("test/one", { data: { b: 1, a: "é" } }));
    const [call] = app.calls;
    const header = call?.headers["x-inngest-signature"];
    expect(
      verifySignature({
        key: signingKey,
        body: call?.body ?? "",
        header: typeof header === "string" ? header : "",
        nowSeconds: Math.floor(Date.now() / 1000),
      }),
    ).toBe(true);
  });

  it("whose state is too large for a call tells the SDK to fetch it, and has it ready", async () => {
    const big = "x".repeat(1_500_000);
    const fetched: (string | null)[] = [];
    const handle: Handler = async ({ steps, useApi, runId }) => {
      if (!useApi) return ops(stepRun(`s${Object.keys(steps).length}`, big));
      fetched.push(await opened.runtime.runActions(asRunId(runId)), await opened.runtime.runBatch(asRunId(runId)));
      return done();
    };
    const opened = await openShop([{ name: "big", handle }]);
    await opened.ended(await opened.start("test/big", { data: { n: 7 } }));
    const last = opened.app.calls.at(-1);
    expect(last).toMatchObject({ useApi: true, steps: {} });
    expect(last?.body.length).toBeLessThan(10_000);
    expect(Object.keys(JSON.parse(fetched[0] ?? "") as object)).toEqual(["s0", "s1", "s2"]);
    expect(JSON.parse(fetched[1] ?? "")).toMatchObject([{ name: "test/big", data: { n: 7 } }]);
  });

  it("is not made for a planned step that the function has run itself meanwhile", async () => {
    const planned = (id: string): JsonObject => ({ op: "StepPlanned", id, name: id, opts: {}, data: null });
    // As after a deploy: what was planned beside another step is run in the function, while its own call waits to be retried.
    const handle: Handler = ({ stepId, steps }) => {
      if (stepId === "a") return { status: 500, body: { message: "not now" } };
      if (stepId === "b") return ops(stepRun("b", 2));
      if (!("b" in steps)) return ops(planned("a"), planned("b"));
      return "a" in steps ? ops({ op: "Sleep", id: "nap", name: "1s", opts: {} }) : ops(stepRun("a", 1));
    };
    const opened = await openShop(
      [{ name: "changed", retries: 3, handle: (call) => ("nap" in call.steps ? done() : handle(call)) }],
      { settings: { retryIntervalMs: 500 } },
    );
    expect(await opened.ended(await opened.start("test/changed"))).toMatchObject({ status: "completed" });
    expect(opened.app.calls.filter(({ stepId }) => stepId === "a")).toHaveLength(1);
  });

  it("may answer packed, and after a redirect", async () => {
    const packed: Handler = () => (response) =>
      response
        .writeHead(200, {
          "content-type": "application/json",
          "content-encoding": "gzip",
          "x-inngest-sdk": "js:v4.0.0",
        })
        .end(gzipSync('{"packed":true}'));
    const moved: Handler =
      ({ headers }) =>
      (response) => {
        response.writeHead(308, { location: `http://${headers.host}/elsewhere/` }).end();
      };
    const { app, start, ended } = await openShop([
      { name: "packed", handle: packed },
      {
        name: "moved",
        retries: 0,
        handle: (call) => (app.requests.at(-1)?.includes("elsewhere") === true ? done("arrived") : moved(call)),
      },
    ]);
    expect(await ended(await start("test/packed"))).toMatchObject({ status: "completed", output: '{"packed":true}' });
    expect(await ended(await start("test/moved"))).toMatchObject({ status: "completed", output: '"arrived"' });
  });
});

describe("a call that fails", () => {
  it.each<[string, Handler, RegExp]>([
    ["with garbage for ops", () => ({ status: 206, body: { op: "Nonsense" } }), /cannot be read/],
    [
      "with a page of something else",
      () => (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      /did not come from an Inngest SDK/,
    ],
    ["by hanging up", () => (response) => response.destroy(), /connection ended/],
    [
      "by hanging up in the middle",
      () => (response) => {
        response.writeHead(200, { "x-inngest-sdk": "js:v4", "content-length": "100" }).write("half");
        setImmediate(() => response.destroy());
      },
      /connection ended/,
    ],
    ["by not answering in time", () => () => undefined, /no answer within 0.2 s/],
  ])("%s is tried again, and then fails the run with the reason", async (_, handle, message) => {
    const clock = createManualClock();
    const { app, start, ended, runtime } = await openShop([{ name: "bad", retries: 1, handle }], {
      clock,
      settings: { callTimeoutMs: 200 },
    });
    const runId = await start("test/bad");
    await runtime.idle();
    expect(app.calls).toHaveLength(1);
    clock.move(1_000);
    const run = await ended(runId);
    expect(run.status).toBe("failed");
    expect(run.error).toMatch(message);
    expect(app.calls.map((call) => [call.attempt, call.generation])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });
});

/** A step that has the server make a request. */
function fetchOf(id: string, url: string) {
  return { op: "Gateway", id, name: id, displayName: id, opts: { url, method: "GET" } };
}

describe("calls at once", () => {
  it("are as many as an app may have, and another app's go through while one hangs", async () => {
    const hanging: (() => void)[] = [];
    const hang: Handler = () => new Promise((resolve) => hanging.push(() => resolve(done())));
    const opened = await openShop([{ name: "hang", handle: hang }], { settings: { callsPerAppMax: 3 } });
    const other = await addApp(opened, "other", [{ name: "quick", handle: () => done() }]);

    const runs = await Promise.all(Array.from({ length: 5 }, () => opened.start("test/hang")));
    await opened.app.called(3);
    for (let n = 0; n < 10; n += 1)
      expect((await opened.ended(await opened.start("test/quick"))).status).toBe("completed");
    expect(opened.app.calls).toHaveLength(3);
    expect(other.calls).toHaveLength(10);

    hanging.splice(0, 1)[0]?.();
    await opened.app.called(4);
    expect(hanging).toHaveLength(3);
    for (const release of hanging.splice(0)) release();
    await opened.app.called(5);
    for (const release of hanging.splice(0)) release();
    expect((await Promise.all(runs.map((run) => opened.ended(run)))).map((run) => run.status)).toEqual(
      Array(5).fill("completed"),
    );
  });

  it("that steps ask for hold up no other app's, however many of one app's hang", async () => {
    const silent = await startSilentServer();
    const hang: Handler = () =>
      ops(...Array.from({ length: gatewayRequestsMax + 1 }, (_, n) => fetchOf(`g${n}`, silent.url)));
    const opened = await openShop([{ name: "hang", handle: hang }]);
    const quick: Handler = ({ steps }) => ("g" in steps ? done("fetched") : ops(fetchOf("g", other.url)));
    const other = await addApp(opened, "other", [{ name: "quick", handle: quick }]);
    await opened.start("test/hang");
    await silent.asked;
    expect(await opened.ended(await opened.start("test/quick"))).toMatchObject({ output: '"fetched"' });
    silent.hangUp();
  });

  it("do not keep a busy app from being synced", async () => {
    const hanging: (() => void)[] = [];
    const hang: Handler = () => new Promise((resolve) => hanging.push(() => resolve(done())));
    const { app, runtime, start, ended } = await openShop([{ name: "hang", handle: hang }], {
      settings: { callsPerAppMax: 2 },
    });
    const runs = await Promise.all([start("test/hang"), start("test/hang")]);
    await app.called(2);
    expect(await runtime.apps.add(app.url)).toMatchObject({ status: "synced", problem: null });
    for (const release of hanging) release();
    await Promise.all(runs.map(ended));
  });
});

describe("one run's inputs", () => {
  it("are decided one after another: parallel sleeps that end together make one call after the other", async () => {
    const clock = createManualClock();
    let inFlight = 0;
    let most = 0;
    const handle: Handler = async ({ steps }) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise(setImmediate);
      inFlight -= 1;
      const ids = Array.from({ length: 10 }, (_, n) => `z${n}`);
      if (ids.every((id) => id in steps)) return done(Object.keys(steps).length);
      return ops(...ids.map((id) => ({ op: "Sleep", id, name: "1m", displayName: id, opts: {} })));
    };
    const { start, ended, runtime } = await openShop([{ name: "many", handle }], { clock });
    const runId = await start("test/many");
    await runtime.idle();
    clock.move(60_000);
    expect(await ended(runId)).toMatchObject({ status: "completed", output: "10" });
    expect(most).toBe(1);
  });

  it("share commits: what comes while the disk is busy is decided on what will have been stored", async () => {
    const { commits, app, runId, ended } = await answerTogether(() => false);
    expect(await ended(runId)).toMatchObject({ status: "completed", output: '["a","b","c","d"]' });
    // One answer, three that came meanwhile, and the call that knows of all of them.
    expect(commits()).toEqual([1, 3, 1]);
    expect(app.calls.slice(5).map((call) => Object.keys(call.steps))).toEqual([["a", "b", "c", "d"]]);
  });

  it("are decided again when something before them cannot be stored", async () => {
    let refusals = 0;
    const { app, runtime, runId, ended, complaints } = await answerTogether((transition) => {
      const isOfB = transition.effects.some((effect) => effect.kind === "putStep" && effect.step.id === "b");
      return isOfB && (refusals += 1) === 1;
    });
    await app.called(6);
    // That b is set aside may be on its way to the disk still.
    await runtime.idle();
    await runtime.retryItem(`${runId}:b`);
    expect(await ended(runId)).toMatchObject({ status: "completed", output: '["a","b","c","d"]' });
    expect(complaints).toContain("queue item set aside");
    const calledFor = app.calls.map((call) => call.stepId).filter((id) => id !== "step");
    // Nobody is called twice for a result that was there: it was decided anew, and stored.
    expect(calledFor.toSorted()).toEqual(["a", "b", "b", "c", "d"]);
  });

  it("are decided in order: what was asked of a run first is done first", async () => {
    const { start, runtime, storage } = await openShop([
      { name: "wait", handle: () => ops({ op: "Sleep", id: "z", name: "1h", displayName: "z", opts: {} }) },
    ]);
    const runId = await start("test/wait");
    await runtime.idle();
    const answers = await Promise.all([
      runtime.runActions(runId),
      runtime.cancelRun(runId),
      runtime.runActions(runId),
      runtime.cancelRun(runId),
    ]);
    expect(answers).toEqual(["{}", true, null, false]);
    expect((await storage.runs.get(runId))?.status).toBe("cancelled");
  });
});

/** A run whose four parallel steps answer so that the first is being committed while the others come in. */
async function answerTogether(isUnfit: (transition: Transition) => boolean) {
  const ids = ["a", "b", "c", "d"];
  const answers = new Map(ids.map((id) => [id, Promise.withResolvers<void>()]));
  const handle: Handler = async ({ stepId, steps }) => {
    await answers.get(stepId)?.promise;
    if (stepId !== "step") return ops(stepRun(stepId, stepId));
    const open = ids.filter((id) => !(id in steps));
    if (open.length === 0) return done(ids);
    return ops(...open.map((id) => ({ op: "StepPlanned", id, name: id, displayName: id, opts: {} })));
  };
  const shop = await openShop([{ name: "many", handle }], { clock: createManualClock() });
  const { storage, runtime, app } = shop;
  const runId = await shop.start("test/many");
  await app.called(5);
  const before = storage.commits.length;
  const began = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  storage.isUnfit = isUnfit;
  storage.beforeCommit = () => {
    began.resolve();
    return held.promise;
  };
  answers.get("a")?.resolve();
  await began.promise;
  for (const id of ids) answers.get(id)?.resolve();
  while (runtime.inMemory().transitions < 3) await new Promise(setImmediate);
  held.resolve();
  return { ...shop, runId, commits: () => storage.commits.slice(before) };
}
