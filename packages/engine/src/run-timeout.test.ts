import { millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import {
  effectsOf,
  leased,
  noon,
  runId,
  sampleContext,
  sampleFunction,
  sampleRegistry,
  sampleState,
} from "../test/sample.ts";
import type { Work } from "./queue-item.ts";
import type { RunStatus } from "./run.ts";
import { runTimedOut, runTimeout } from "./run-timeout.ts";

const minute = 60_000;

function timedOut(
  which: "start" | "finish",
  status: RunStatus,
  timeouts: { readonly startMs: number | null; readonly finishMs: number | null } | "removed",
) {
  const functions = timeouts === "removed" ? [] : [sampleFunction({ timeouts })];
  const work = { kind: "runTimeout", runId, which, from: millis(noon - minute) } satisfies Work;
  const context = sampleContext({ registry: sampleRegistry(functions) });
  return runTimedOut(sampleState({ run: { status } }), context, leased(work), work);
}

const both = { startMs: minute, finishMs: minute };

describe("a run whose time is up", () => {
  it.each([
    ["start", "queued", true],
    ["start", "running", false],
    ["finish", "running", true],
    ["finish", "queued", true],
    ["finish", "completed", false],
    ["start", "cancelled", false],
  ] as const)("to %s and that is %s is cancelled: %s", (which, status, isExpected) => {
    expect(timedOut(which, status, both)?.run.status ?? null).toBe(isExpected ? "cancelled" : null);
  });

  it("is left alone when its function has no such limit any more", () => {
    expect(timedOut("start", "queued", { startMs: null, finishMs: 1 })).toBeNull();
    expect(timedOut("finish", "running", { startMs: 1, finishMs: null })).toBeNull();
  });

  it("gets the time that a longer limit gives it, counted from where the first one was", () => {
    const decision = timedOut("finish", "running", { startMs: null, finishMs: 3 * minute });
    expect(decision?.run.status).toBe("running");
    expect(decision?.transition.guards).toContainEqual({ kind: "lease", itemId: "item-1", generation: 1 });
    expect(decision === null ? [] : effectsOf(decision, "reschedule")).toMatchObject([{ at: noon + 2 * minute }]);
  });

  it("is cancelled when its function was removed: no newer limit is known", () => {
    expect(timedOut("start", "queued", "removed")?.run.status).toBe("cancelled");
  });
});

it("the item is due when the limit is reached, and remembers from when it counts", () => {
  expect(runTimeout(runId, "start", { from: noon, limitMs: 5_000 })).toMatchObject({
    kind: "enqueue",
    item: { id: "run-1:start-timeout", at: noon + 5_000, work: { kind: "runTimeout", which: "start", from: noon } },
  });
});
