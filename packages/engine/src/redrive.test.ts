import { describe, expect, it } from "vitest";
import { effectsOf, noon, sampleContext, sampleState, step } from "../test/sample.ts";
import { redrive } from "./redrive.ts";

describe("a run that lost its work", () => {
  it("is asked again from what is stored, without waiting for a group that is gone", () => {
    const progress = { discovery: null, pending: [step("a")], race: [step("a")], owed: 3, itemsMade: 4 };
    const decision = redrive(sampleState({ steps: { b: 1 }, progress }), sampleContext());
    expect(effectsOf(decision, "enqueue")[0]?.item).toMatchObject({ id: "run-1:d5", at: noon, attempt: 0 });
    expect(decision.run.progress).toMatchObject({ pending: [], race: [], owed: 0, discovery: { itemId: "run-1:d5" } });
  });
});
