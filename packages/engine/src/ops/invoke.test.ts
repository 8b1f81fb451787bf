import { asFunctionId, pauseDefaultMs } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import {
  answerOf,
  effectsOf,
  enqueued,
  noon,
  op,
  sampleCall,
  sampleContext,
  sampleFunction,
  sampleRegistry,
  sampleState,
} from "../../test/sample.ts";
import { readResponse } from "../read-response.ts";

const callee = sampleFunction(
  { slug: "shop-bill", triggers: [], cancel: [{ event: "shop/stop", if: null, timeoutText: null }] },
  asFunctionId("fn-2"),
);
const context = () => sampleContext({ registry: sampleRegistry([sampleFunction(), callee]) });

function invoked(opts: Readonly<Record<string, unknown>>) {
  const one = op("InvokeFunction", "i", { displayName: "bill", opts: { function_id: "shop-bill", ...opts } });
  return readResponse(sampleState(), context(), sampleCall(), answerOf([one]));
}

describe("an invoked function", () => {
  it("is waited for with a pause, a timeout of a year and a span that names its run", () => {
    const decision = invoked({ payload: { data: { n: 1 } } });
    expect(effectsOf(decision, "putPause")[0]?.pause).toMatchObject({
      id: "run-1:i",
      kind: "invoke",
      stepId: "i",
      eventName: null,
      expiresAt: noon + pauseDefaultMs,
    });
    expect(effectsOf(decision, "enqueue")[0]?.item).toMatchObject({
      id: "run-1:i:timeout",
      at: noon + pauseDefaultMs,
      work: { kind: "timeout", waitKind: "invoke" },
    });
    const [child] = decision.transition.children ?? [];
    const [created] = effectsOf(child?.effects ?? [], "createRun");
    const [waiting] = effectsOf(decision, "putSpan");
    expect(waiting?.span.detail).toContain(`"childRunId":"${created?.run.id}"`);
    expect(waiting?.span.detail).toContain(`"eventId":"${effectsOf(decision, "putEvent")[0]?.event.internalId}"`);
  });

  it("starts in the same commit with the event that asks for it", () => {
    const decision = invoked({ payload: { data: { n: 1 }, user: { id: "u" }, v: "2" } });
    const [put] = effectsOf(decision, "putEvent");
    expect(put?.event).toMatchObject({
      name: "inngest/function.invoked",
      user: '{"id":"u"}',
      v: "2",
      ts: noon,
      lifecycleOf: null,
    });
    expect(JSON.parse(put?.event.data ?? "")).toEqual({
      n: 1,
      _inngest: {
        fn_id: "shop-bill",
        correlation_id: "run-1.i",
        source_app_id: "app-1",
        source_fn_id: "fn-1",
        source_fn_v: 1,
        expire: noon + pauseDefaultMs,
        name: "bill",
      },
    });
    const [child] = decision.transition.children ?? [];
    expect(child?.guards).toEqual([]);
    const [created] = effectsOf(child?.effects ?? [], "createRun");
    expect(created).toMatchObject({
      events: [{ kind: "inTransition", index: 0 }],
      idempotencyKey: null,
      run: { functionId: "fn-2", invokedBy: { runId: "run-1", stepId: "i" }, triggerName: "inngest/function.invoked" },
    });
    expect(enqueued(child?.effects ?? [])).toEqual([`${created?.run.id}:d1`]);
    expect(effectsOf(child?.effects ?? [], "putPause")).toHaveLength(1);
  });

  it("points at its own event when the same answer invokes several", () => {
    const ops = ["i", "j"].map((id) => op("InvokeFunction", id, { opts: { function_id: "shop-bill" } }));
    const decision = readResponse(sampleState(), context(), sampleCall(), answerOf(ops));
    const refs = (decision.transition.children ?? []).map(
      (child) => effectsOf(child.effects, "createRun")[0]?.events[0],
    );
    expect(refs).toEqual([
      { kind: "inTransition", index: 0 },
      { kind: "inTransition", index: 1 },
    ]);
    expect(effectsOf(decision, "putEvent")).toHaveLength(2);
  });

  it("keeps the id and time that its payload has", () => {
    const [put] = effectsOf(invoked({ payload: { id: "mine", ts: noon - 5 } }), "putEvent");
    expect(put?.event).toMatchObject({ id: "mine", ts: noon - 5 });
    expect(put?.event.internalId).not.toBe("mine");
  });

  it("starts without a payload, or with one that is none", () => {
    for (const payload of [undefined, null, [1], "x", { data: [1], user: 7, ts: -1 }]) {
      const [put] = effectsOf(invoked(payload === undefined ? {} : { payload }), "putEvent");
      expect(Object.keys(JSON.parse(put?.event.data ?? "") as object)).toEqual(["_inngest"]);
      expect(put?.event).toMatchObject({ user: "{}", ts: noon });
    }
  });

  it("is waited for as long as the timeout says", () => {
    expect(effectsOf(invoked({ timeout: "1s" }), "enqueue")[0]?.item.at).toBe(noon + 1_000);
    expect(effectsOf(invoked({ timeout: "2026-01-15T12:01:00Z" }), "enqueue")[0]?.item.at).toBe(noon + 60_000);
  });

  it("with a timeout that is none or too long fails the run and starts nothing", () => {
    for (const timeout of ["a while", "367d"]) {
      const decision = invoked({ timeout });
      expect(decision.run.status).toBe("failed");
      expect(decision.transition.children).toEqual([]);
    }
  });

  it("that is unknown is an error at once, which the function may catch", () => {
    const decision = invoked({ function_id: "shop-nope" });
    expect(decision.newSteps[0]).toMatchObject({
      status: "failed",
      memo: '{"error":{"message":"could not find function with ID: shop-nope","name":"Error"}}',
    });
    expect(enqueued(decision)).toEqual(["run-1:d2"]);
    expect(effectsOf(decision, "putPause")).toEqual([]);
  });
});
