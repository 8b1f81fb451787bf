// What is attached goes where people look for it: to the run, or to its step.
import type { ApiMetadata } from "@stepwright/protocol";
import { expect, test } from "vitest";
import { sampleStep } from "../../test/sample-run.ts";
import { runMetadata, scoreText, stepMetadata } from "./metadata.ts";

function entry(facts: Partial<ApiMetadata>): ApiMetadata {
  return { stepId: null, attempt: null, spanId: null, kind: "userland.order", values: {}, updatedAt: 0, ...facts };
}

const step = sampleStep({ id: "9f2", name: "judge" });

test("scores are told by their name, everything else by its kind without the prefix", () => {
  const metadata = [
    entry({ kind: "inngest.score", values: { accuracy: { value: 0.9 }, polite: { value: true } } }),
    entry({ values: { size: "XL" } }),
    entry({ kind: "inngest.experiment", values: { variant: "b" } }),
  ];
  const view = runMetadata({ metadata, steps: [step] });
  expect(view.scores).toEqual([
    { name: "accuracy", value: 0.9 },
    { name: "polite", value: true },
  ]);
  expect(view.kinds.map(({ title, values }) => [title, values])).toEqual([
    ["order", { size: "XL" }],
    ["inngest.experiment", { variant: "b" }],
  ]);
});

test("what belongs to a step stands with it, by its id or its name, and says its attempt", () => {
  const metadata = [
    entry({ stepId: "judge", kind: "inngest.score", values: { clarity: { value: 3 } } }),
    entry({ stepId: "9f2", attempt: 1 }),
    entry({ stepId: "other" }),
  ];
  expect(stepMetadata({ metadata }, step)).toMatchObject({
    scores: [{ name: "clarity", value: 3 }],
    kinds: [{ title: "order, attempt 2" }],
  });
  expect(runMetadata({ metadata, steps: [step] })).toMatchObject({
    scores: [],
    kinds: [{ title: "order, step other" }],
  });
});

test("a score is written short", () => {
  expect([0.1 + 0.2, 12, true, false].map(scoreText)).toEqual(["0.3", "12", "yes", "no"]);
});
