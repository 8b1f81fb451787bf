// More comes in than can be written: what is in hand goes first, new work waits up to a limit, and nothing acknowledged is lost.
import type { Effect } from "@stepwright/engine";
import { asRunId } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { newPerCommitMin, transitionsPerCommitMax } from "../src/index.ts";
import { incoming, openShop } from "./open-runtime.ts";
import { done } from "./test-app.ts";

const isNews = (effect: Effect | undefined) => effect?.kind === "putEvent" && effect.event.name === "test/nobody";
const event = () => [incoming("test/nobody")];

/** Holds the next commit until it is let go; resolves when it is held. */
function holdCommit(storage: { beforeCommit: (batch: never) => Promise<void> }) {
  const held = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  storage.beforeCommit = () => {
    storage.beforeCommit = () => Promise.resolve();
    held.resolve();
    return free.promise;
  };
  return { held: held.promise, letGo: () => free.resolve() };
}

describe("while the database is behind", () => {
  it("new events wait up to a limit, then they are refused, and afterwards there is room again", async () => {
    const { runtime, storage } = await openShop([], { settings: { newWaitingMax: 10 } });
    const { held, letGo } = holdCommit(storage);
    const first = runtime.ingest(event(), { seed: null });
    await held;
    const waiting = Array.from({ length: 10 }, () => runtime.ingest(event(), { seed: null }));
    // Each is matched before it waits.
    while (isRoom()) await new Promise(setImmediate);
    await expect(runtime.ingest(event(), { seed: null })).rejects.toMatchObject({ code: "SERVER_BUSY", status: 429 });
    letGo();
    await Promise.all([first, ...waiting]);
    await runtime.ingest(event(), { seed: null });
    const { items } = await storage.events.list({ name: "test/nobody" }, { cursor: null, limit: 100 });
    expect(items).toHaveLength(12);

    function isRoom(): boolean {
      try {
        runtime.checkRoom();
        return true;
      } catch {
        return false;
      }
    }
  });

  it("what is in hand is written first, and new work has a share of every commit all the same", async () => {
    const opened = await openShop([{ name: "one", handle: () => done() }]);
    const { runtime, storage } = opened;
    const at = Date.now() + 3_600_000;
    const runs = [];
    for (let n = 0; n < 100; n += 1) runs.push(await opened.start("test/one", { ts: at }));
    await runtime.idle();
    const { held, letGo } = holdCommit(storage);
    const first = runtime.ingest(event(), { seed: null });
    await held;
    const events = Array.from({ length: 100 }, () => runtime.ingest(event(), { seed: null }));
    const cancelled = runs.map((runId) => runtime.cancelRun(asRunId(runId)));
    const order: string[] = [];
    storage.beforeCommit = async ({ transitions }) => {
      const news = transitions.filter(({ effects: [first] }) => isNews(first)).length;
      order.push(`${transitions.length - news} old, ${news} new`);
    };
    // Everything has been read and decided by the time that nothing but the commit is waited for.
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    letGo();
    await Promise.all([first, ...events, ...cancelled]);
    expect(order[0]).toBe(`${transitionsPerCommitMax - newPerCommitMin} old, ${newPerCommitMin} new`);
    expect(order[1]).toBe(order[0]);
  });

  it("a flood loses nothing that was acknowledged, and stores nothing that was refused", async () => {
    const { app, runtime, storage } = await openShop([{ name: "one", handle: () => done() }], {
      settings: { newWaitingMax: 50 },
    });
    const refused: string[] = [];
    const acknowledged: string[] = [];
    const sendOne = async (id: string) => {
      try {
        await runtime.ingest([incoming("test/one", { data: { id } })], { seed: null });
        acknowledged.push(id);
      } catch (error) {
        expect(error).toMatchObject({ code: "SERVER_BUSY" });
        refused.push(id);
      }
    };
    const sent = [];
    for (let n = 0; n < 2_000; n += 1) {
      sent.push(sendOne(String(n)));
      // Ten at a time, and sooner than anybody could write them.
      if (n % 10 === 0) await new Promise((resolve) => process.nextTick(resolve));
    }
    await Promise.all(sent);
    await runtime.idle();
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(0);
    expect(app.calls).toHaveLength(acknowledged.length);
    expect(new Set(app.calls.map((call) => call.data["id"]))).toEqual(new Set(acknowledged));
    expect((await storage.runs.countByStatus()).completed).toBe(acknowledged.length);
  });
});
