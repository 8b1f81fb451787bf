import { asEventId, asFunctionId, asPauseId, asRunId, canonicalJson, parseJsonText } from "@stepwright/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { effectsOf, leased, noon, sampleFunction, samplePause, sampleRegistry, step } from "../test/sample.ts";
import type { Transition } from "./effects.ts";
import type { NewEvent } from "./event.ts";
import { acceptEvent, continueMatch, matchesPerCommitMax, type MatchInput } from "./match-event.ts";
import type { StoredPause } from "./pause.ts";
import type { MatchCursor } from "./queue-item.ts";

const paid: NewEvent = {
  internalId: asEventId("event-9"),
  id: "sent-9",
  name: "shop/paid",
  data: canonicalJson({ id: "A" }),
  user: canonicalJson({}),
  ts: noon,
  v: null,
  meta: null,
  receivedAt: noon,
  lifecycleOf: null,
};
const value = parseJsonText(canonicalJson({ data: { id: "A" }, id: "sent-9", name: "shop/paid", ts: noon, user: {} }));
const start: MatchCursor = { functionsAfter: null, pausesAfter: 0 };

function inputOf(over: Partial<MatchInput> = {}): MatchInput {
  let made = 0;
  return {
    event: { internalId: paid.internalId, id: paid.id, name: paid.name, ts: noon, value, length: 10 },
    ref: { kind: "inTransition", index: 0 },
    cursor: start,
    registry: sampleRegistry([]),
    pauses: [],
    hasMorePauses: false,
    probes: [],
    highestPauseSeq: 0,
    now: noon,
    newId: () => `id-${++made}`,
    ...over,
  };
}

function listeners(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const id = asFunctionId(`fn-${String(index).padStart(5, "0")}`);
    return sampleFunction({ slug: id, triggers: [{ kind: "event", event: "shop/paid", expression: null }] }, id);
  });
}

function nextCursor(transition: Transition): MatchCursor | null {
  const items = [...effectsOf(transition, "enqueue"), ...effectsOf(transition, "replaceWork")].map(
    ({ item }) => item.work,
  );
  const match = items.find((work) => work.kind === "match");
  return match?.cursor ?? null;
}

function startedBy(transition: Transition): readonly string[] {
  return (transition.children ?? []).flatMap((child) =>
    effectsOf(child.effects, "createRun").map(({ run }) => run.functionId),
  );
}

describe("an event that is taken in", () => {
  it("is stored and holds while what it was matched against is as it was", () => {
    const probes = [{ path: "data.id", valueType: "string", value: "A" }] as const;
    const transition = acceptEvent(inputOf({ probes, highestPauseSeq: 12 }), paid);
    expect(transition.effects).toEqual([{ kind: "putEvent", event: paid }]);
    expect(transition.guards).toEqual([
      { kind: "registryVersion", version: 3 },
      { kind: "noNewerPauses", eventName: "shop/paid", probes, afterSeq: 12 },
    ]);
  });

  it("starts each function in a transition of its own, once per sender's id", () => {
    const transition = acceptEvent(inputOf({ registry: sampleRegistry(listeners(2)) }), paid);
    expect(startedBy(transition)).toEqual(["fn-00000", "fn-00001"]);
    expect(transition.children?.map((child) => child.guards)).toEqual([
      [{ kind: "keyFree", key: "fn-00000:event:sent-9", now: noon }],
      [{ kind: "keyFree", key: "fn-00001:event:sent-9", now: noon }],
    ]);
    expect(effectsOf(transition.children?.[0]?.effects ?? [], "createRun")[0]?.run.triggerEventId).toBe("event-9");
  });

  it("gives every wait it ends an item of its run", () => {
    const transition = acceptEvent(inputOf({ pauses: [samplePause()] }), paid);
    expect(effectsOf(transition, "resolvePause")).toEqual([
      {
        kind: "resolvePause",
        pauseId: "run-1:w",
        item: {
          id: "run-1:w:resume",
          lane: "system",
          at: noon,
          attempt: 0,
          work: {
            kind: "resume",
            runId: "run-1",
            stepId: "w",
            outcome: { kind: "event", event: { kind: "inTransition", index: 0 } },
          },
        },
      },
    ]);
  });

  it("cancels the runs that listen for it", () => {
    const listener = samplePause({ id: asPauseId("run-1:cancel:0"), kind: "cancel", stepId: null });
    const [resolved] = effectsOf(acceptEvent(inputOf({ pauses: [listener] }), paid), "resolvePause");
    expect(resolved?.item).toMatchObject({
      id: "run-1:cancel",
      work: {
        kind: "cancel",
        runId: "run-1",
        reason: { kind: "event", eventName: "shop/paid", eventId: "event-9" },
        event: { kind: "inTransition", index: 0 },
      },
    });
  });

  it("passes over candidates whose whole condition does not hold", () => {
    const pauses = [
      samplePause({ expression: "async.data.id == 'B'" }),
      samplePause({ id: asPauseId("run-2:w"), seq: 2 }),
    ];
    expect(effectsOf(acceptEvent(inputOf({ pauses }), paid), "resolvePause").map(({ pauseId }) => pauseId)).toEqual([
      "run-2:w",
    ]);
  });

  it("that touches too much goes on from an item of the same commit", () => {
    const transition = acceptEvent(inputOf({ registry: sampleRegistry(listeners(matchesPerCommitMax + 1)) }), paid);
    expect(startedBy(transition)).toHaveLength(matchesPerCommitMax);
    expect(effectsOf(transition, "enqueue")[0]?.item).toMatchObject({
      lane: "system",
      at: noon,
      work: {
        kind: "match",
        event: { kind: "inTransition", index: 0 },
        cursor: { functionsAfter: "fn-00499", pausesAfter: 0 },
      },
    });
  });
});

describe("a match that goes on", () => {
  const work = { kind: "match", event: { kind: "stored", seq: 4 }, cursor: start } as const;
  const goOn = (over: Partial<MatchInput>) => continueMatch(inputOf({ ref: work.event, ...over }), leased(work));

  it("ends its item when all is done, and stores no event", () => {
    const transition = goOn({ registry: sampleRegistry(listeners(1)) });
    expect(transition.effects).toEqual([{ kind: "dequeue", itemId: "item-1" }]);
    expect(transition.guards[0]).toEqual({ kind: "lease", itemId: "item-1", generation: 1 });
    expect(startedBy(transition)).toEqual(["fn-00000"]);
  });

  it("keeps its item while there is more", () => {
    const pauses = [samplePause({ seq: 7 })];
    const transition = goOn({ pauses, hasMorePauses: true });
    expect(effectsOf(transition, "replaceWork")[0]?.item).toMatchObject({
      id: "item-1",
      work: { kind: "match", event: { kind: "stored", seq: 4 }, cursor: { functionsAfter: "done", pausesAfter: 7 } },
    });
  });

  it("goes on after candidates none of which matched", () => {
    const transition = goOn({ pauses: [samplePause({ seq: 7, expression: "false" })], hasMorePauses: true });
    expect(nextCursor(transition)).toEqual({ functionsAfter: "done", pausesAfter: 7 });
  });

  it("starts no function again", () => {
    const cursor = { functionsAfter: "done", pausesAfter: 0 } as const;
    expect(startedBy(goOn({ cursor, registry: sampleRegistry(listeners(3)) }))).toEqual([]);
    const half = { functionsAfter: asFunctionId("fn-00001"), pausesAfter: 0 };
    expect(startedBy(goOn({ cursor: half, registry: sampleRegistry(listeners(3)) }))).toEqual(["fn-00002"]);
  });
});

describe("any event", () => {
  it("starts every function and ends every wait once, in commits of bounded size", { timeout: 60_000 }, () => {
    const functions = listeners(1_300);
    fc.assert(
      fc.property(
        fc.nat(functions.length),
        fc.nat(1_300),
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 1, max: 5 }),
        (functionCount, pauseCount, readMax, hitEvery) => {
          const registry = sampleRegistry(functions.slice(0, functionCount));
          const pauses = Array.from({ length: pauseCount }, (_, index) => pauseAt(index + 1, index % hitEvery === 0));
          const { started, resolved } = matchAll({ registry, pauses, readMax });
          expect(started).toEqual(functions.slice(0, functionCount).map((fn) => fn.id));
          expect(resolved).toEqual(pauses.filter(({ expression }) => expression === null).map(({ id }) => id));
        },
      ),
      { numRuns: 25 },
    );
  });
});

function pauseAt(seq: number, isHit: boolean): StoredPause {
  return samplePause({
    id: asPauseId(`run-${seq}:w`),
    runId: asRunId(`run-${seq}`),
    stepId: step("w"),
    seq,
    expression: isHit ? null : "async.data.id == 'B'",
  });
}

/** Matches to the end, reading pages of pauses as a store does. */
function matchAll(options: {
  readonly registry: MatchInput["registry"];
  readonly pauses: readonly StoredPause[];
  readonly readMax: number;
}): { readonly started: readonly string[]; readonly resolved: readonly string[] } {
  const { registry, pauses, readMax } = options;
  const started: string[] = [];
  const resolved: string[] = [];
  let cursor: MatchCursor | null = start;
  for (let round = 0; cursor !== null; round += 1) {
    const after: MatchCursor = cursor;
    const found = pauses.filter(({ id, seq }) => seq > after.pausesAfter && !resolved.includes(id));
    const input = inputOf({ registry, cursor, pauses: found.slice(0, readMax), hasMorePauses: found.length > readMax });
    const work = { kind: "match", event: { kind: "stored", seq: 4 }, cursor } as const;
    const transition =
      round === 0 ? acceptEvent(input, paid) : continueMatch({ ...input, ref: work.event }, leased(work));
    const ended = effectsOf(transition, "resolvePause").map(({ pauseId }) => pauseId);
    const made = startedBy(transition);
    expect(ended.length + made.length).toBeLessThanOrEqual(matchesPerCommitMax);
    started.push(...made);
    resolved.push(...ended);
    cursor = nextCursor(transition);
    expect(round).toBeLessThan(10 + pauses.length / Math.min(readMax, matchesPerCommitMax));
  }
  return { started, resolved };
}
