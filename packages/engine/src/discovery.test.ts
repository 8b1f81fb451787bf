import { asQueueItemId, millis } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { effectsOf, enqueued, noon, sampleDraft, step } from "../test/sample.ts";
import { callAfterCompletion, callAfterDiscovery, enqueueDiscovery, isGroupOpen } from "./discovery.ts";
import type { RunProgress } from "./run.ts";

const a = step("a");
const b = step("b");
const idle: Partial<RunProgress> = { discovery: null };
const onItsWay: Partial<RunProgress> = { discovery: { itemId: asQueueItemId("run-1:d1"), retryAt: null } };

function retrying(at: number): Partial<RunProgress> {
  return { discovery: { itemId: asQueueItemId("run-1:d1"), retryAt: millis(at) } };
}

function completed(progress: Partial<RunProgress>) {
  const draft = sampleDraft({ progress: { itemsMade: 1, ...progress } });
  callAfterCompletion(draft, a);
  return draft;
}

describe("a step that finishes after its run's discovery was set aside", () => {
  const setAsideDiscovery = asQueueItemId("run-1:d1");
  const after = (progress: Partial<RunProgress>) => {
    const draft = sampleDraft({ progress: { itemsMade: 1, ...progress }, setAsideDiscovery });
    callAfterCompletion(draft, a);
    return draft;
  };

  it("calls the function in its place, unless somebody has it tried again", () => {
    const draft = after(onItsWay);
    expect(draft.effects[0]).toEqual({ kind: "forgetSetAside", itemId: "run-1:d1" });
    expect(draft.guards).toContainEqual({ kind: "itemSetAside", itemId: "run-1:d1" });
    expect(enqueued(draft)).toEqual(["run-1:d2"]);
    expect(draft.run.progress.discovery).toEqual({ itemId: "run-1:d2", retryAt: null });
  });

  it("waits for the rest of its group all the same", () => {
    expect(after({ ...onItsWay, requestVersion: 2, pending: [b] }).effects).toEqual([]);
  });

  it("leaves a later call alone", () => {
    const draft = after({ discovery: { itemId: asQueueItemId("run-1:d2"), retryAt: null }, requestVersion: 1 });
    expect(draft.effects).toEqual([]);
    expect(draft.run.progress.completions).toBe(1);
  });
});

describe("a step that finishes while nothing is called", () => {
  it.each([1, 2])("calls the function at once (version %i)", (requestVersion) => {
    const draft = completed({ ...idle, requestVersion });
    expect(effectsOf(draft, "enqueue")[0]?.item).toEqual({
      id: "run-1:d2",
      lane: "call:app-1:fn-1",
      flow: { score: noon, gates: [] },
      at: noon,
      attempt: 0,
      work: { kind: "call", runId: "run-1", stepId: null, name: null, queuedAt: noon },
    });
    expect(draft.run.progress.discovery).toEqual({ itemId: "run-1:d2", retryAt: null });
  });

  it("waits for the rest of its group with version 2", () => {
    expect(completed({ ...idle, pending: [b] }).effects).toEqual([]);
  });

  it("does not wait with version 1, nor before the version is known", () => {
    expect(enqueued(completed({ ...idle, pending: [b], requestVersion: 1 }))).toEqual(["run-1:d2"]);
    expect(enqueued(completed({ ...idle, pending: [b], requestVersion: -1 }))).toEqual(["run-1:d2"]);
  });

  it("does not wait in race mode", () => {
    expect(enqueued(completed({ ...idle, pending: [b], race: [a, b] }))).toEqual(["run-1:d2"]);
  });

  it("does not wait for what a race has left behind, whatever it came after", () => {
    expect(enqueued(completed({ ...idle, pending: [b], race: [b] }))).toEqual(["run-1:d2"]);
    expect(enqueued(completed({ ...idle, pending: [b, step("c")], race: [b] }))).toEqual([]);
  });

  it("calls nobody when its result ended the run", () => {
    const draft = sampleDraft({ run: { status: "failed" }, progress: idle });
    callAfterCompletion(draft, a);
    expect(draft.effects).toEqual([]);
  });
});

describe("a step that finishes while a call is on its way", () => {
  it("is folded into one more call after it", () => {
    const draft = completed({ ...onItsWay, requestVersion: 1, completions: 4 });
    expect(draft.effects).toEqual([]);
    expect(draft.run.progress).toMatchObject({ completions: 5, owed: 0 });
  });

  it("is owed a call of its own in race mode", () => {
    const draft = completed({ ...onItsWay, pending: [b], race: [a, b], owed: 1 });
    expect(draft.effects).toEqual([]);
    expect(draft.run.progress).toMatchObject({ completions: 0, owed: 2 });
  });

  it("is folded in race mode too with version 1, which has no groups", () => {
    const draft = completed({ ...onItsWay, requestVersion: 1, race: [a, b] });
    expect(draft.run.progress).toMatchObject({ completions: 1, owed: 0 });
  });
});

describe("a step that finishes while a failed call waits to be retried", () => {
  it("replaces the retry with a fresh call", () => {
    const draft = completed(retrying(noon + 1));
    expect(draft.effects[0]).toEqual({ kind: "dequeue", itemId: "run-1:d1" });
    expect(enqueued(draft)).toEqual(["run-1:d2"]);
    expect(draft.run.progress.discovery).toEqual({ itemId: "run-1:d2", retryAt: null });
  });

  it.each([noon, noon - 60_000])("leaves a retry alone that may be under way already", (at) => {
    const draft = completed(retrying(at));
    expect(draft.effects).toEqual([]);
    expect(draft.run.progress).toMatchObject({ completions: 1, discovery: { itemId: "run-1:d1" } });
  });
});

describe("a group", () => {
  it("is open while members lack results, with version 2 only", () => {
    expect(isGroupOpen(sampleDraft({ progress: { pending: [a] } }))).toBe(true);
    expect(isGroupOpen(sampleDraft({ progress: { pending: [] } }))).toBe(false);
    expect(isGroupOpen(sampleDraft({ progress: { pending: [a], requestVersion: 1 } }))).toBe(false);
  });
});

describe("the next call", () => {
  it("ends the parallel section with version 2", () => {
    const draft = sampleDraft({ progress: { forceStepPlan: true } });
    enqueueDiscovery(draft, noon);
    expect(draft.run.progress.forceStepPlan).toBe(false);
  });

  it("keeps planning for the rest of the run with version 1", () => {
    const draft = sampleDraft({ progress: { forceStepPlan: true, requestVersion: 1 } });
    enqueueDiscovery(draft, noon);
    expect(draft.run.progress.forceStepPlan).toBe(true);
  });
});

describe("an answered discovery call", () => {
  function answered(
    progress: Partial<RunProgress>,
    options: { seen?: number; needs?: boolean; open?: readonly string[] } = {},
  ) {
    const draft = sampleDraft({ progress, open: options.open ?? ["b"] });
    draft.needsDiscovery = options.needs ?? false;
    callAfterDiscovery(draft, options.seen ?? 0);
    return draft;
  }

  it("is the last one while steps are open", () => {
    const draft = answered({});
    expect(draft.effects).toEqual([]);
    expect(draft.run.progress.discovery).toBeNull();
  });

  it("is followed by another when its own answer asks for it", () => {
    expect(enqueued(answered({}, { needs: true }))).toEqual(["run-1:d2"]);
  });

  it("is followed by another when steps finished that it did not know of", () => {
    expect(enqueued(answered({ completions: 3 }, { seen: 2 }))).toEqual(["run-1:d2"]);
    expect(enqueued(answered({ completions: 3 }, { seen: 3 }))).toEqual([]);
  });

  it("waits for its own new group before it tells of what finished meanwhile", () => {
    expect(enqueued(answered({ completions: 3, pending: [b] }, { seen: 2 }))).toEqual([]);
  });

  it("is followed by one call per completion that race mode owes", () => {
    const draft = answered({ owed: 2, pending: [b] }, { needs: true });
    expect(enqueued(draft)).toEqual(["run-1:d2"]);
    expect(draft.run.progress.owed).toBe(1);
  });

  it("is repeated after a pause when it changed nothing and nothing is open", () => {
    const draft = answered({}, { open: [] });
    expect(effectsOf(draft, "enqueue")[0]?.item.at).toBe(noon + 1_000);
  });
});
