import { asEventId, asRunId, millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { effectsOf, functionId, noon, step } from "../../test/sample.ts";
import { type DropReason, dropStart } from "./drop.ts";

const event = { kind: "stored", seq: 4 } as const;
const invokedBy = { runId: asRunId("run-0"), stepId: step("i") };
const until = millis(noon + 1_000);

describe("a start that is dropped", () => {
  it.each<readonly [DropReason, string]>([
    // The sentence that clients compare (semantics.md §15, 32).
    [{ kind: "rateLimited", key: null, until }, "invoked function is rate limited"],
    [{ kind: "idempotent", key: "7", until }, "has run for this idempotency key already"],
    [{ kind: "debounced", by: asEventId("event-2") }, "another call took this one's place"],
    [{ kind: "outOfOrder", waiting: asEventId("event-2") }, "another call took this one's place"],
    [{ kind: "duplicate" }, "was started by the same event id already"],
    [
      { kind: "keyError", option: "rateLimit", message: "no such overload" },
      "rateLimit key cannot be evaluated (no such overload)",
    ],
    [{ kind: "functionRemoved" }, "was removed before it started"],
  ])("because of %o is recorded, and tells the step that invoked: %s", (reason, sentence) => {
    const effects = dropStart({ event, functionId, invokedBy }, reason, noon);
    expect(effectsOf(effects, "recordDrop").map(({ drop }) => drop)).toEqual([{ event, functionId, reason, at: noon }]);
    const [answer] = effectsOf(effects, "resolvePause");
    expect(answer?.pauseId).toBe("run-0:i");
    expect(JSON.stringify(answer?.item.work)).toContain(sentence);
  });

  it("is recorded when nobody invoked", () => {
    const effects = dropStart({ event, functionId, invokedBy: null }, { kind: "duplicate" }, noon);
    expect(effects.map((effect) => effect.kind)).toEqual(["recordDrop"]);
  });
});
