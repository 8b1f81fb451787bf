import { asQueueItemId, type QueueItemId } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { appId, functionId, noon, runId, sampleRun, step } from "../test/sample.ts";
import type { Work } from "./queue-item.ts";
import { retrySetAside, type SetAsideWork } from "./retry-set-aside.ts";

const id = asQueueItemId("run-1:d1");
const discovery: Work = { kind: "call", runId, stepId: null, name: null, queuedAt: noon };

function retry(o: Partial<SetAsideWork> & { readonly discovery?: QueueItemId | null } = {}): readonly string[] {
  const itemId = o.discovery === undefined ? id : o.discovery;
  const run = sampleRun({}, { discovery: itemId === null ? null : { itemId, retryAt: null } });
  const all = { id, lane: `call:${appId}:${functionId}`, attempt: 1, work: discovery, run, finished: new Set(), ...o };
  const { guards, effects } = retrySetAside(all as SetAsideWork, noon);
  expect(guards).toEqual([{ kind: "itemSetAside", itemId: all.id }]);
  for (const effect of effects)
    if (effect.kind === "enqueue") expect(effect.item).toMatchObject({ id: all.id, at: noon, attempt: 1 });
  return effects.map((effect) => effect.kind);
}

describe("an item that was set aside", () => {
  it("goes back into the queue with the attempt it had, and is shown no longer", () => {
    expect(retry()).toEqual(["forgetSetAside", "enqueue"]);
    expect(retry({ work: { kind: "wake", runId, stepId: step("z") } })).toEqual(["forgetSetAside", "enqueue"]);
    expect(retry({ work: { kind: "cron", functionId, cron: "* * * * *", tick: noon }, run: null })).toEqual([
      "forgetSetAside",
      "enqueue",
    ]);
  });

  it.each([
    ["its run has ended", { run: sampleRun({ status: "completed" }) }],
    ["its run is gone", { run: null }],
    ["its run has been asked anew", { discovery: asQueueItemId("run-1:d2") }],
    ["its run is not asked any more", { discovery: null }],
    ["its step has a result", { work: { ...discovery, stepId: step("a") }, finished: new Set([step("a")]) }],
  ])("is only forgotten when %s", (_reason, o) => {
    expect(retry(o)).toEqual(["forgetSetAside"]);
  });
});
