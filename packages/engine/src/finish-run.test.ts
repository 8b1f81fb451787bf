import { asRunId, canonicalJson } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { effectsOf, enqueued, noon, sampleDraft, sampleFunction, sampleRegistry, step } from "../test/sample.ts";
import { cancelRun, completeRun, errorJson, failRun, spliceMemo } from "./finish-run.ts";
import type { Draft } from "./state.ts";

const boom = {
  error: "invalid status code: 500",
  name: "Error",
  message: "boom",
  raw: canonicalJson({ message: "boom", x: 1 }),
};
const endings: readonly [string, (draft: Draft) => void][] = [
  ["completed", (draft) => completeRun(draft, canonicalJson(1))],
  ["failed", (draft) => failRun(draft, boom)],
  ["cancelled", (draft) => cancelRun(draft, { kind: "request" })],
];

function ended(end: (draft: Draft) => void, options: Parameters<typeof sampleDraft>[0] = {}): Draft {
  const draft = sampleDraft(options);
  end(draft);
  return draft;
}

function events(draft: Draft): readonly (readonly [name: string, id: string])[] {
  return effectsOf(draft, "putEvent").map(({ event }) => [event.name, event.id]);
}

describe("the end of a run", () => {
  it("keeps result and time, and forgets what was to be called", () => {
    const progress = { pending: [step("a")], race: [step("a")], owed: 2 };
    const { run } = ended((draft) => completeRun(draft, canonicalJson({ ok: 1 })), { progress });
    expect(run).toMatchObject({ status: "completed", output: '{"ok":1}', error: null, startedAt: noon, endedAt: noon });
    expect(run.progress).toMatchObject({ discovery: null, pending: [], race: [], owed: 0, requestVersion: 2 });
  });

  it("keeps an error, and the app's own body as the result", () => {
    const { run } = ended((draft) => failRun(draft, { ...boom, stack: "at x", cause: canonicalJson("why") }));
    expect(run).toMatchObject({
      status: "failed",
      output: '{"message":"boom","x":1}',
      error: '{"cause":"why","error":"invalid status code: 500","message":"boom","name":"Error","stack":"at x"}',
    });
  });

  it("has no result when the failure is ours", () => {
    expect(ended((draft) => failRun(draft, { error: "E", name: "E", message: "m" })).run.output).toBeNull();
  });

  it("keeps why it was cancelled", () => {
    const { run } = ended((draft) => cancelRun(draft, { kind: "timeout", which: "finish" }));
    expect(run).toMatchObject({
      status: "cancelled",
      output: null,
      error: '{"reason":{"kind":"timeout","which":"finish"}}',
    });
  });

  it.each(endings)("comes once: after %s nothing else counts", (status, end) => {
    const draft = ended(end);
    const before = draft.effects.length;
    for (const [, again] of endings) again(draft);
    expect(draft.run.status).toBe(status);
    expect(draft.effects).toHaveLength(before);
  });
});

describe("the events of a run's end", () => {
  it("say that it finished, and what is more, with the run's id where handlers run once", () => {
    expect(events(ended((draft) => completeRun(draft, canonicalJson(1))))).toEqual([
      ["inngest/function.finished", "id-1"],
    ]);
    expect(events(ended((draft) => failRun(draft, boom)))).toEqual([
      ["inngest/function.finished", "id-1"],
      ["inngest/function.failed", "run-1"],
    ]);
    expect(events(ended((draft) => cancelRun(draft, { kind: "request" })))).toEqual([
      ["inngest/function.finished", "id-1"],
      ["inngest/function.cancelled", "run-1"],
    ]);
  });

  it("refer to the run, whose result is stored once", () => {
    const [put] = effectsOf(
      ended((draft) => completeRun(draft, canonicalJson(1))),
      "putEvent",
    );
    expect(put?.event).toEqual({
      internalId: "id-1",
      id: "id-1",
      name: "inngest/function.finished",
      data: null,
      user: "{}",
      ts: noon,
      v: null,
      meta: null,
      receivedAt: noon,
      lifecycleOf: "run-1",
    });
  });

  it("are matched by items of the same commit that point at them", () => {
    const handler = sampleFunction({ triggers: [{ kind: "event", event: "inngest/*", expression: null }] });
    const draft = sampleDraft({}, { registry: sampleRegistry([handler]) });
    failRun(draft, boom);
    expect(effectsOf(draft, "enqueue").map(({ item }) => item.work)).toEqual(
      [0, 1].map((index) => ({
        kind: "match",
        event: { kind: "inTransition", index },
        cursor: { functionsAfter: null, pausesAfter: 0 },
      })),
    );
    expect(new Set(enqueued(draft)).size).toBe(2);
  });

  it("are matched only if a pause waits for them where no function is there for them", () => {
    const handler = sampleFunction({
      triggers: [{ kind: "event", event: "inngest/function.failed", expression: null }],
    });
    const draft = sampleDraft({}, { registry: sampleRegistry([handler]) });
    failRun(draft, boom);
    expect(effectsOf(draft, "enqueue").map(({ item }) => item.id)).toEqual(["match:id-2"]);
    expect(effectsOf(draft, "enqueueIfAwaited")).toMatchObject([
      { item: { id: "match:id-1" }, eventName: "inngest/function.finished", registryVersion: 3 },
    ]);
  });

  it.each(["inngest/function.finished", "inngest/function.failed"])(
    "are not sent by a run that %s started",
    (triggerName) => {
      for (const [, end] of endings) expect(events(ended(end, { run: { triggerName } }))).toEqual([]);
    },
  );

  it.each(["inngest/function.cancelled", "inngest/function.invoked", "inngest/scheduled.timer"])(
    "are sent by a run that %s started",
    (triggerName) => {
      for (const [, end] of endings) expect(events(ended(end, { run: { triggerName } })).length).toBeGreaterThan(0);
    },
  );
});

describe("a run that was invoked", () => {
  const invokedBy = { runId: asRunId("run-0"), stepId: step("i") };

  it.each([
    ["completed", '{"data":1}'],
    ["failed", '{"error":{"error":"invalid status code: 500","message":"boom","name":"Error"}}'],
    [
      "cancelled",
      '{"error":{"error":"function cancelled","message":"The invoked function was cancelled.","name":"Error"}}',
    ],
  ])("tells its invoker in the same commit that it is %s", (status, memo) => {
    const end = endings.find(([name]) => name === status)?.[1];
    const draft = ended(end ?? (() => undefined), { run: { invokedBy } });
    expect(effectsOf(draft, "resolvePause")).toEqual([
      {
        kind: "resolvePause",
        pauseId: "run-0:i",
        item: {
          id: "run-0:i:resume",
          lane: "system",
          at: noon,
          attempt: 0,
          work: {
            kind: "resume",
            runId: "run-0",
            stepId: "i",
            outcome: { kind: "invoked", childRunId: "run-1", memo },
          },
        },
      },
    ]);
  });
});

describe("a run of a batch", () => {
  const by = (id: string) => ({ runId: asRunId("run-0"), stepId: step(id) });
  const flow = { calls: [], start: [], headStartMs: 0, lock: null, invokers: [by("b"), by("c")] };

  it.each(endings)("tells everybody who invoked an event of it that it is %s, all the same", (_, end) => {
    const told = effectsOf(ended(end, { run: { batchId: "b-1", invokedBy: by("a"), flow } }), "resolvePause");
    expect(told.map(({ pauseId }) => pauseId)).toEqual(["run-0:a", "run-0:b", "run-0:c"]);
    const memos = told.map(({ item }) =>
      item.work.kind === "resume" && item.work.outcome.kind === "invoked" ? item.work.outcome.memo : null,
    );
    expect(new Set(memos).size).toBe(1);
  });

  it("tells those of its further events even if its first was none's", () => {
    const told = effectsOf(
      ended((draft) => completeRun(draft, canonicalJson(1)), { run: { flow } }),
      "resolvePause",
    );
    expect(told.map(({ pauseId }) => pauseId)).toEqual(["run-0:b", "run-0:c"]);
  });
});

describe("deferred calls", () => {
  it.each(endings)("that are live are sent when the run is %s", (_, end) => {
    const defers = {
      d: { functionSlug: "shop-later", input: canonicalJson({ a: 1 }), status: "live" },
      e: { functionSlug: "shop-later", input: canonicalJson([1]), status: "live" },
      f: { functionSlug: "shop-later", input: canonicalJson({}), status: "aborted" },
      g: { functionSlug: "shop-later", input: canonicalJson({}), status: "rejected" },
    } as const;
    const sent = effectsOf(ended(end, { progress: { defers } }), "putEvent").filter(
      ({ event }) => event.lifecycleOf === null,
    );
    expect(sent.map(({ event }) => [event.name, event.id])).toEqual([
      ["inngest/deferred.schedule", "run-1:d"],
      ["inngest/deferred.schedule", "run-1:e"],
    ]);
    expect(JSON.parse(sent[0]?.event.data ?? "")).toEqual({
      a: 1,
      _inngest: {
        fn_slug: "shop-later",
        parent_app_id: "app-1",
        parent_fn_id: "fn-1",
        parent_fn_slug: "shop-ship",
        parent_run_id: "run-1",
      },
    });
  });
});

describe("memos and errors as text", () => {
  it("have one key around the value", () => {
    expect(spliceMemo("data", canonicalJson([1]))).toBe('{"data":[1]}');
    expect(spliceMemo("error", canonicalJson({}))).toBe('{"error":{}}');
  });

  it("leave out what is not known", () => {
    expect(errorJson({ error: "E", name: "N", message: "m" })).toBe('{"error":"E","message":"m","name":"N"}');
  });
});
