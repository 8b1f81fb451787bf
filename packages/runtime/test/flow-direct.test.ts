// Runs that somebody asks for by name, under the flow control of their function.
import type { EventId, JsonObject } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { dataOf, fateOf, sleepOnce, statusesOf } from "./flow.ts";
import { createManualClock, type ManualClock } from "./manual-clock.ts";
import { incoming, openShop } from "./open-runtime.ts";
import { done, type Handler } from "./test-app.ts";

const second = 1_000;

function openOne(flow: JsonObject, clock: ManualClock, handle: Handler = () => done()) {
  return openShop([{ name: "fn", flow, handle }], { clock });
}

describe("a run again", () => {
  it("is made whatever its function's limits of starts say, with the same events", async () => {
    const clock = createManualClock();
    for (const flow of [
      { rateLimit: { limit: 1, period: "1h" } },
      { idempotency: "event.name" },
      { debounce: { period: "5s" } },
      { batchEvents: { maxSize: 2, timeout: "5s" } },
    ]) {
      const opened = await openOne(flow, clock);
      const ids: EventId[] = [];
      for (const n of [1, 2]) ids.push(await opened.send("test/fn", { data: { n } }));
      clock.move(5 * second);
      await opened.runtime.idle();
      const runs = (await Promise.all(ids.map((id) => opened.storage.runs.startedBy(id)))).flat();
      const [run] = runs;
      if (run === undefined) throw new Error("it was started");
      const again = await opened.runtime.rerun(run.id);
      await opened.runtime.idle();
      expect(await statusesOf(opened.storage, [again])).toEqual(["completed"]);
      const [first, second_] = opened.app.calls.map(dataOf);
      expect(second_).toEqual(first);
      expect(opened.app.calls).toHaveLength(2);
    }
  });

  it("of a singleton is skipped while another run goes on", async () => {
    const clock = createManualClock();
    const opened = await openOne({ singleton: { mode: "skip" } }, clock, sleepOnce("1h"));
    const runId = await opened.start("test/fn");
    await opened.runtime.idle();
    expect(await statusesOf(opened.storage, [await opened.runtime.rerun(runId)])).toEqual(["skipped"]);
  });
});

describe("an invocation from outside", () => {
  it("is under the function's flow control, and its event says what became of it", async () => {
    const clock = createManualClock();
    const invokedTwice = async (flow: JsonObject) => {
      const opened = await openOne(flow, clock);
      const ids: EventId[] = [];
      for (let n = 0; n < 2; n += 1) ids.push(await opened.runtime.invoke("shop-fn", incoming("any")));
      await opened.runtime.idle();
      return Promise.all(ids.map((id) => fateOf(opened, id)));
    };
    expect(await invokedTwice({ rateLimit: { limit: 1, period: "1h" } })).toEqual([
      ["run completed"],
      ["drop rateLimited"],
    ]);
    expect(await invokedTwice({ debounce: { period: "5s" } })).toEqual([["drop debounced"], ["waits in window"]]);
    expect(await invokedTwice({ batchEvents: { maxSize: 2, timeout: "5s" } })).toEqual([
      ["run completed"],
      ["run completed"],
    ]);
  });
});
