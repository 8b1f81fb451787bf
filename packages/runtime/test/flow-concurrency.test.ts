// Concurrency: calls in flight, by function, key and account, and runs between start and end.
import type { RunId } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { callsOf, holdCalls, sleepOnce, statusesOf } from "./flow.ts";
import { createManualClock } from "./manual-clock.ts";
import { addApp, openRuntime, openShop, type OpenRuntime } from "./open-runtime.ts";
import { done, ops, stepRun } from "./test-app.ts";

async function startMany({ start }: OpenRuntime, name: string, data: readonly object[]): Promise<readonly RunId[]> {
  const runIds: RunId[] = [];
  for (const one of data) runIds.push(await start(name, { data: { ...one } }));
  return runIds;
}

describe("a limit of calls", () => {
  it("lets so many out at once, in order of age, and the next as soon as one is answered", async () => {
    const held = holdCalls();
    const shop = await openShop([{ name: "pack", flow: { concurrency: 2 }, handle: held.handle }]);
    const runIds = await startMany(shop, "test/pack", [{}, {}, {}, {}, {}]);
    await held.hanging(2);
    expect(await callsOf(shop.storage, runIds)).toEqual({ inHand: 2, waiting: 3 });
    expect(await statusesOf(shop.storage, runIds.slice(2))).toEqual(["queued", "queued", "queued"]);
    for (const next of [2, 3, 4]) {
      held.answer();
      await held.hanging(2);
      expect(held.inFlight.map((call) => call.runId)).toContain(runIds[next]);
      expect((await callsOf(shop.storage, runIds)).inHand).toBe(2);
    }
    held.letGo();
    await shop.runtime.idle();
    expect(await statusesOf(shop.storage, runIds)).toEqual(runIds.map(() => "completed"));
    expect(held.mostInFlight).toBe(2);
  });

  it("per key holds up nobody with another, and all without one together", async () => {
    const held = holdCalls();
    const flow = { concurrency: { limit: 1, key: "event.data.user" } };
    const shop = await openShop([{ name: "pack", flow, handle: held.handle }]);
    const runIds = await startMany(shop, "test/pack", [{ user: "a" }, { user: "a" }, { user: "b" }, {}, {}]);
    await held.hanging(3);
    expect(new Set(held.inFlight.map((call) => call.runId))).toEqual(new Set([runIds[0], runIds[2], runIds[3]]));
    expect(await callsOf(shop.storage, runIds)).toEqual({ inHand: 3, waiting: 2 });
    held.letGo();
    await shop.runtime.idle();
    expect(await statusesOf(shop.storage, runIds)).toEqual(runIds.map(() => "completed"));
  });

  it("holds together with a second one", async () => {
    const held = holdCalls();
    const flow = { concurrency: [{ limit: 2 }, { limit: 1, key: "event.data.user" }] };
    const shop = await openShop([{ name: "pack", flow, handle: held.handle }]);
    const users = ["a", "a", "b", "c"];
    const runIds = await startMany(
      shop,
      "test/pack",
      users.map((user) => ({ user })),
    );
    await held.hanging(2);
    expect(held.inFlight.map((call) => call.data["user"])).toEqual(["a", "b"]);
    expect((await callsOf(shop.storage, runIds)).inHand).toBe(2);
    held.answer(done(), runIds[2]);
    await held.hanging(2);
    expect(held.inFlight.map((call) => call.data["user"])).toEqual(["a", "c"]);
    held.letGo();
    await shop.runtime.idle();
    expect(held.mostInFlight).toBe(2);
  });

  it("holds together with as many as a function may have", async () => {
    const held = holdCalls();
    const { user, plan, region } = { user: "event.data.user", plan: "event.data.plan", region: "event.data.region" };
    const keyed = [user, plan, region].map((key) => ({ limit: key === user ? 1 : 2, key }));
    const flow = { concurrency: [{ limit: 3 }, ...keyed] };
    const shop = await openShop([{ name: "pack", flow, handle: held.handle }]);
    const runIds = await startMany(shop, "test/pack", [
      { user: "a", plan: "pro", region: "eu" },
      { user: "a", plan: "free", region: "us" },
      { user: "b", plan: "pro", region: "eu" },
      { user: "c", plan: "pro", region: "us" },
      { user: "d", plan: "free", region: "eu" },
      { user: "e", plan: "free", region: "us" },
      { user: "f", plan: "free", region: "us" },
    ]);
    await held.hanging(3);
    // The user of the second is busy, the plan of the fourth and the region of the fifth are full, and then the function is.
    expect(held.inFlight.map((call) => call.data["user"])).toEqual(["a", "b", "e"]);
    held.answer(done(), runIds[2]);
    await held.hanging(3);
    expect(held.inFlight.map((call) => call.data["user"])).toEqual(["a", "e", "c"]);
    held.letGo();
    await shop.runtime.idle();
    expect(await statusesOf(shop.storage, runIds)).toEqual(runIds.map(() => "completed"));
    expect(held.mostInFlight).toBe(3);
  });

  it("of the account is shared by the functions of two apps", async () => {
    const clock = createManualClock();
    const opened = await openRuntime({ clock });
    const held = holdCalls();
    const flow = { concurrency: { limit: 1, key: "'all'", scope: "account" } };
    const fn = (name: string) => ({ name, flow, handle: held.handle });
    await addApp(opened, "shop", [fn("pack"), fn("ship")]);
    await addApp(opened, "bank", [fn("pay")]);
    const runIds: RunId[] = [];
    for (const name of ["pack", "ship", "pay", "pay", "ship", "pack"]) {
      runIds.push(await opened.start(`test/${name}`));
      clock.move(1);
    }
    for (const runId of runIds) {
      await held.hanging(1);
      expect(held.inFlight.map((call) => call.runId)).toEqual([runId]);
      expect((await callsOf(opened.storage, runIds)).inHand).toBe(1);
      held.answer();
    }
    await opened.runtime.idle();
    expect(held.mostInFlight).toBe(1);
  });

  it("is not used up by a run that sleeps, nor by one that waits to be tried again", async () => {
    const clock = createManualClock();
    const shop = await openShop(
      [
        { name: "sleep", flow: { concurrency: 1 }, handle: sleepOnce("1h") },
        {
          name: "retry",
          flow: { concurrency: 1 },
          retries: 1,
          handle: ({ attempt, data }) => (attempt === 0 && data["fails"] === true ? { status: 500, body: {} } : done()),
        },
      ],
      { clock },
    );
    const sleepers = await startMany(shop, "test/sleep", [{}, {}, {}]);
    const tried = await startMany(shop, "test/retry", [{ fails: true }, {}]);
    await shop.runtime.idle();
    // All have been called once: nobody stood in another's way.
    expect(await statusesOf(shop.storage, sleepers)).toEqual(["running", "running", "running"]);
    expect(await statusesOf(shop.storage, tried)).toEqual(["running", "completed"]);
    clock.move(3_600_000);
    await shop.runtime.idle();
    expect(await statusesOf(shop.storage, [...sleepers, ...tried])).toEqual(Array(5).fill("completed"));
  });

  it("counts each of a run's parallel steps", async () => {
    const held = holdCalls();
    const plan = ["a", "b", "c", "d"].map((id) => ({ op: "StepPlanned", id, name: id, displayName: id, opts: {} }));
    const shop = await openShop([
      {
        name: "parallel",
        flow: { concurrency: 3 },
        handle(call) {
          if (call.stepId !== "step") return held.handle(call);
          return Object.keys(call.steps).length < 4 ? ops(...plan) : done();
        },
      },
    ]);
    const runId = await shop.start("test/parallel");
    const other = await shop.start("test/parallel");
    await held.hanging(3);
    expect(await callsOf(shop.storage, [runId, other])).toMatchObject({ inHand: 3 });
    expect(held.inFlight.map((call) => call.runId)).toEqual([runId, runId, runId]);
    for (let n = 0; n < 8; n += 1) {
      await held.hanging(1);
      held.answer(ops(stepRun(held.inFlight[0]?.stepId ?? "", 1)));
    }
    await shop.runtime.idle();
    expect(await statusesOf(shop.storage, [runId, other])).toEqual(["completed", "completed"]);
    expect(held.mostInFlight).toBe(3);
  });

  it("that is raised by a sync applies at once", async () => {
    const held = holdCalls();
    const fn = { name: "pack", flow: { concurrency: 1 }, handle: held.handle };
    const shop = await openShop([fn]);
    const runIds = await startMany(shop, "test/pack", [{}, {}, {}, {}]);
    await held.hanging(1);
    const [registered] = shop.runtime.registry().functions;
    if (registered === undefined) throw new Error("the function is registered");
    const concurrency = [{ limit: 3, key: null, scope: "fn" as const }];
    await shop.storage.commit({
      transitions: [
        {
          guards: [],
          effects: [{ kind: "putFunction", fn: { ...registered, config: { ...registered.config, concurrency } } }],
        },
      ],
      now: shop.runtime.now(),
      lease: [],
    });
    // Whatever is committed next brings the news.
    await shop.start("test/pack");
    await held.hanging(3);
    expect((await callsOf(shop.storage, runIds)).inHand).toBe(3);
    held.letGo();
    await shop.runtime.idle();
  });
});

describe("a limit of runs", () => {
  it("holds from the first call to the end, through a sleep", async () => {
    const clock = createManualClock();
    const shop = await openShop(
      [{ name: "sleep", flow: { concurrency: { fn: [{ limit: 1 }] } }, handle: sleepOnce("1h") }],
      { clock },
    );
    const runIds = await startMany(shop, "test/sleep", [{}, {}]);
    await shop.runtime.idle();
    expect(await statusesOf(shop.storage, runIds)).toEqual(["running", "queued"]);
    clock.move(3_600_000);
    await shop.runtime.idle();
    expect(await statusesOf(shop.storage, runIds)).toEqual(["completed", "running"]);
  });

  it.each([
    ["completes", () => done(), "completed"],
    ["fails", () => ({ status: 400, body: {}, headers: { "x-inngest-no-retry": "true" } }), "failed"],
  ] as const)("is given back by a run that %s", async (_, handle, status) => {
    const shop = await openShop([{ name: "run", flow: { concurrency: { fn: [{ limit: 1 }] } }, handle }]);
    const runIds = await startMany(shop, "test/run", [{}, {}, {}]);
    await shop.runtime.idle();
    expect(await statusesOf(shop.storage, runIds)).toEqual([status, status, status]);
  });

  it("is given back by a run that is cancelled, or takes too long", async () => {
    const clock = createManualClock();
    const flow = { concurrency: { fn: [{ limit: 1 }] }, timeouts: { finish: "10s" } };
    const shop = await openShop([{ name: "sleep", flow, handle: sleepOnce("1h") }], { clock });
    const runIds = await startMany(shop, "test/sleep", [{}, {}, {}]);
    await shop.runtime.idle();
    const [first] = runIds;
    if (first === undefined) throw new Error("it was started");
    await shop.runtime.cancelRun(first);
    await shop.runtime.idle();
    expect(await statusesOf(shop.storage, runIds)).toEqual(["cancelled", "running", "queued"]);
    clock.move(10_000);
    await shop.runtime.idle();
    expect(await statusesOf(shop.storage, runIds)).toEqual(["cancelled", "cancelled", "running"]);
  });
});
