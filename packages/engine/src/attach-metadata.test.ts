import { metadataBytesMax, parseOpList } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { effectsOf, noon, sampleContext, sampleState } from "../test/sample.ts";
import { attachMetadata } from "./attach-metadata.ts";
import type { Call } from "./call.ts";
import { openDraft } from "./state.ts";

const call = { item: { attempt: 2 } } as Call;

function attached(metadata: unknown) {
  const parsed = parseOpList([{ op: "StepRun", id: "a", name: "a", data: 1, metadata }]);
  const [op] = parsed.kind === "ops" ? parsed.ops : [];
  if (op === undefined) throw new Error("the op is fine whatever its metadata is");
  const draft = openDraft(sampleState(), sampleContext());
  attachMetadata(draft, op, call);
  return effectsOf({ guards: [], effects: draft.effects }, "changeMetadata");
}

describe("metadata of an op", () => {
  it("is kept for the run, the step or the attempt", () => {
    const entry = { kind: "userland.x", op: "merge", values: { n: 1 } };
    const found = attached([
      { ...entry, scope: "run" },
      { ...entry, scope: "step" },
      { ...entry, scope: "step_attempt", op: "add" },
    ]);
    expect(found.map(({ change }) => change)).toEqual([
      { ...entry, target: { stepId: null, attempt: null, spanId: null } },
      { ...entry, target: { stepId: "a", attempt: null, spanId: null } },
      { ...entry, op: "add", target: { stepId: "a", attempt: 2, spanId: null } },
    ]);
    expect(found[0]).toMatchObject({ runId: "run-1", at: noon });
  });

  it("that cannot be read, or is too large, is left out, and costs the step nothing", () => {
    const entry = { kind: "userland.x", op: "merge", scope: "step", values: { n: 1 } };
    const broken = [
      { ...entry, op: "twist" },
      { ...entry, scope: "galaxy" },
      { ...entry, values: [1] },
      { ...entry, kind: 7 },
      { ...entry, values: { a: "x".repeat(metadataBytesMax) } },
    ];
    expect(attached([...broken, entry])).toHaveLength(1);
    for (const metadata of [null, "x", {}, [], [1]]) expect(attached(metadata)).toEqual([]);
  });
});
