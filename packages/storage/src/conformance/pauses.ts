// Pauses: opened once, found by few probes, whatever their number.
import type { Effect } from "@stepwright/engine";
import type { IndexTerm } from "@stepwright/expressions";
import { asEventId, asPauseId, asStepId } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import type { PauseProbe, Storage } from "../storage.ts";
import { after, apply, createRun, event, item, pause, putPause, runId, signalPause, ulid } from "./samples.ts";
import { applied, commit, isLetThrough, kinds, opened, type OpenStorage } from "./subject.ts";

const eventName = "shop/order.paid";

/** Describes the storing and finding of pauses. */
export function describePauses(open: OpenStorage): void {
  describe("pauses", () => {
    test("a pause is read as it was stored, with its seq", async () => {
      const { storage } = await opened(open);
      const stored = pause("p", { expression: "async.data.n == 1", terms: [term("data.n", 1)], expiresAt: after(9) });
      const signal = signalPause("s", "go");
      await applied(storage, { kind: "putPause", pause: stored }, { kind: "putPause", pause: signal });
      const found = await storage.pauses.byRun(runId(1));
      expect(found).toEqual([
        { ...stored, seq: found[0]?.seq },
        { ...signal, seq: found[1]?.seq },
      ]);
      expect(found[1]?.seq).toBeGreaterThan(found[0]?.seq ?? Infinity);
    });

    test("an event remembers the runs that it went on with or cancelled, and none that it came too late for", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        createRun(1),
        createRun(2),
        putPause("w"),
        putPause("c", { runId: runId(2), kind: "cancel", stepId: null }),
      );
      const ref = { kind: "inTransition", index: 0 } as const;
      const resumes = item("r", {
        lane: "system",
        work: { kind: "resume", runId: runId(1), stepId: asStepId("wait"), outcome: { kind: "event", event: ref } },
      });
      const cancels = item("x", {
        lane: "system",
        work: {
          kind: "cancel",
          runId: runId(2),
          reason: { kind: "event", eventName: "a", eventId: asEventId(ulid(1)) },
          event: ref,
        },
      });
      const arrives = (number: number): Effect[] => [
        { kind: "putEvent", event: event(number) },
        { kind: "resolvePause", pauseId: asPauseId("w"), item: resumes },
        { kind: "resolvePause", pauseId: asPauseId("c"), item: cancels },
      ];
      const [first = 0] = await applied(storage, ...arrives(1));
      const [second = 0] = await applied(storage, ...arrives(2));
      expect((await storage.flow.ofEvent(first)).matches).toEqual([
        { runId: runId(1), functionSlug: "shop-pack", status: "queued", stepId: "wait" },
        { runId: runId(2), functionSlug: "shop-pack", status: "queued", stepId: null },
      ]);
      expect((await storage.flow.ofEvent(second)).matches).toEqual([]);
    });

    test("opening a pause twice changes nothing", async () => {
      const { storage } = await opened(open);
      await applied(storage, putPause("p", { terms: [term("data.a", 1)] }));
      const before = await storage.pauses.byRun(runId(1));
      await applied(storage, putPause("p", { terms: [term("data.b", 1)], expiresAt: after(1) }));
      expect(await storage.pauses.byRun(runId(1))).toEqual(before);
      expect(await storage.pauses.paths(eventName)).toEqual(["data.a"]);
    });

    test("a closed pause is found by nothing; closing one that is not there changes nothing", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        putPause("terms", { terms: [term("data.n", 1)] }),
        putPause("any"),
        putPause("slow", { isSlow: true, expression: "async.data.n > 1" }),
        { kind: "putPause", pause: signalPause("signal", "go") },
      );
      await applied(storage, close("terms"), close("any"), close("slow"), close("signal"), close("never"));
      expect(await found(storage, [term("data.n", 1)])).toEqual([]);
      expect(await storage.pauses.paths(eventName)).toEqual([]);
      expect(await storage.pauses.bySignal("go")).toBeNull();
      expect(await storage.pauses.byRun(runId(1))).toEqual([]);
    });

    test("a signal has one open waiter, until it is closed or released", async () => {
      const { storage } = await opened(open);
      await applied(storage, { kind: "putPause", pause: signalPause("first", "go") });
      expect(await storage.pauses.bySignal("go")).toMatchObject({ id: "first", signal: "go" });
      const second = apply({ kind: "putPause", pause: signalPause("second", "go", { runId: runId(2) }) });
      expect(kinds((await commit(storage, [second])).outcomes)).toEqual(["failed"]);
      const taken = await commit(storage, [
        { ...second, effects: [{ kind: "releaseSignal", signal: "go" }, ...second.effects] },
      ]);
      expect(kinds(taken.outcomes)).toEqual(["committed"]);
      expect(await storage.pauses.bySignal("go")).toMatchObject({ id: "second" });
      expect(await storage.pauses.byRun(runId(1))).toMatchObject([{ id: "first", signal: null }]);
    });
  });

  describe("the pause index", () => {
    test("names the paths of open pauses of the event, each once", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        putPause("a", { terms: [term("data.a", 1), term("data.a", 2), term("data.b", 1)] }),
        putPause("b", { terms: [term("data.a", 3)] }),
        putPause("c", { terms: [term("data.c", 1)], eventName: "other" }),
        putPause("d"),
        putPause("e", { isSlow: true }),
      );
      expect((await storage.pauses.paths(eventName)).toSorted()).toEqual(["data.a", "data.b"]);
      await applied(storage, close("a"));
      expect(await storage.pauses.paths(eventName)).toEqual(["data.a"]);
      await applied(storage, close("b"));
      expect(await storage.pauses.paths(eventName)).toEqual([]);
      expect(await storage.pauses.paths("other")).toEqual(["data.c"]);
    });

    test("finds pauses by any of their terms, those without terms and slow ones, by seq and once each", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        putPause("slow", { isSlow: true, expression: "async.data.n > 1" }),
        putPause("n is 1", { terms: [term("data.n", 1)] }),
        putPause("n is 2", { terms: [term("data.n", 2)] }),
        putPause("any"),
        putPause("n is 1 or m is x", { terms: [term("data.n", 1), term("data.m", "x")] }),
        putPause("other event", { eventName: "other" }),
        { kind: "putPause", pause: signalPause("signal", "go") },
        putPause("invoke", { kind: "invoke", eventName: null }),
      );
      expect(await found(storage, [])).toEqual(["slow", "any"]);
      expect(await found(storage, [term("data.n", 1)])).toEqual(["slow", "n is 1", "any", "n is 1 or m is x"]);
      expect(await found(storage, [term("data.n", 1), term("data.m", "x")])).toEqual([
        "slow",
        "n is 1",
        "any",
        "n is 1 or m is x",
      ]);
      expect(await found(storage, [term("data.n", 2), term("data.m", "x")])).toEqual([
        "slow",
        "n is 2",
        "any",
        "n is 1 or m is x",
      ]);
      expect(await found(storage, [], { eventName: "other" })).toEqual(["other event"]);
      expect(await found(storage, [], { eventName: "nobody waits" })).toEqual([]);
    });

    test("tells values of different types apart", async () => {
      const { storage } = await opened(open);
      const terms: readonly IndexTerm[] = [
        { path: "data.v", valueType: "string", value: "1" },
        { path: "data.v", valueType: "number", value: "1" },
        { path: "data.v", valueType: "bool", value: "true" },
        { path: "data.v", valueType: "string", value: "true" },
        { path: "data.v", valueType: "null", value: "null" },
        { path: "data.v", valueType: "string", value: "x".repeat(5_000) },
        { path: "data.v", valueType: "string", value: `${"x".repeat(5_000)}y` },
      ];
      await applied(storage, ...terms.map((each, index) => putPause(`p${index}`, { terms: [each] })));
      for (const [index, each] of terms.entries()) expect(await found(storage, [each])).toEqual([`p${index}`]);
    });

    test("leaves out what has expired", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        putPause("expired", { expiresAt: after(10) }),
        putPause("open", { expiresAt: after(11) }),
        putPause("expired term", { expiresAt: after(10), terms: [term("data.n", 1)] }),
        putPause("expired slow", { expiresAt: after(3), isSlow: true }),
        putPause("for good", { terms: [term("data.n", 1)] }),
      );
      expect(await found(storage, [term("data.n", 1)], { now: after(10) })).toEqual(["open", "for good"]);
    });

    test("reads between two seqs, page by page", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        putPause("a"),
        putPause("b", { terms: [term("data.n", 1)] }),
        putPause("c", { isSlow: true }),
      );
      const [seq = -1] = await applied(storage, { kind: "putEvent", event: event(1) });
      await applied(storage, putPause("later"), putPause("later too", { terms: [term("data.n", 1)] }));
      const probes = [term("data.n", 1)];
      expect(await found(storage, probes, { beforeSeq: seq })).toEqual(["a", "b", "c"]);
      const seen: string[] = [];
      let afterSeq = 0;
      for (;;) {
        const { pauses } = await probe(storage, probes, { afterSeq, limit: 2 });
        if (pauses.length === 0) break;
        expect(pauses.length).toBeLessThanOrEqual(2);
        seen.push(...pauses.map((each) => each.id));
        afterSeq = pauses.at(-1)?.seq ?? Infinity;
      }
      expect(seen).toEqual(["a", "b", "c", "later", "later too"]);
    });
  });

  describe("the noNewerPauses guard", () => {
    test("holds after a read that saw everything", async () => {
      const { storage } = await opened(open);
      await applied(
        storage,
        putPause("a", { terms: [term("data.n", 1)] }),
        putPause("b"),
        putPause("c", { isSlow: true }),
      );
      const probes = [term("data.n", 1)];
      const { highestSeq } = await probe(storage, probes);
      expect(await isLetThrough(storage, guard(probes, highestSeq))).toBe(true);
    });

    test("fails when a pause that the probes find has come in since, and holds for others", async () => {
      const { storage } = await opened(open);
      await applied(storage, putPause("first", { terms: [term("data.n", 1), term("data.m", 1)] }));
      const probes = [term("data.n", 1)];
      const before = await probe(storage, probes);
      await applied(
        storage,
        putPause("other value", { terms: [term("data.n", 2)] }),
        putPause("other path", { terms: [term("data.m", 1)] }),
      );
      await applied(storage, putPause("other event", { eventName: "other" }));
      expect(await isLetThrough(storage, guard(probes, before.highestSeq))).toBe(true);
      await applied(storage, putPause("hit", { terms: [term("data.n", 1)] }));
      expect(await isLetThrough(storage, guard(probes, before.highestSeq))).toBe(false);
      await applied(storage, close("hit"));
      expect(await isLetThrough(storage, guard(probes, before.highestSeq))).toBe(true);
    });

    test.each([
      ["without terms", {}],
      ["that is slow", { isSlow: true }],
    ])("fails when a pause %s has come in since", async (_name, changes) => {
      const { storage } = await opened(open);
      const { highestSeq } = await probe(storage, []);
      await applied(storage, putPause("new", changes));
      expect(await isLetThrough(storage, guard([], highestSeq))).toBe(false);
    });

    test("fails for a pause of an earlier transition of the same batch", async () => {
      const { storage } = await opened(open);
      const { highestSeq } = await probe(storage, []);
      const { outcomes } = await commit(storage, [
        apply(putPause("new")),
        { guards: [guard([], highestSeq)], effects: [] },
      ]);
      expect(kinds(outcomes)).toEqual(["committed", "rejected"]);
    });

    test("fails when a new path has come in after the read, as no probe could have known it", async () => {
      const { storage } = await opened(open);
      const { highestSeq } = await probe(storage, []);
      await applied(storage, putPause("new", { terms: [term("data.n", 1)] }));
      expect(await isLetThrough(storage, guard([], highestSeq))).toBe(false);
    });

    test("fails when a new path has come in between asking for paths and probing", async () => {
      const { storage } = await opened(open);
      const paths = await storage.pauses.paths(eventName);
      await applied(storage, putPause("new", { terms: [term("data.n", 1)] }));
      const raced = await probe(storage, [], { paths });
      expect(await isLetThrough(storage, guard([], raced.highestSeq))).toBe(false);
      // Read anew, a path that the event has no value for is no obstacle.
      const anew = await probe(storage, [], { paths: await storage.pauses.paths(eventName) });
      expect(await isLetThrough(storage, guard([], anew.highestSeq))).toBe(true);
    });
  });
}

/** A term that compares a path with a number or a text. */
export function term(path: string, value: number | string): IndexTerm {
  return { path, valueType: typeof value === "number" ? "number" : "string", value: String(value) };
}

/** Probes as a match does: paths first, unless the test has asked for them already. */
export async function probe(
  storage: Storage,
  probes: readonly IndexTerm[],
  changes: Partial<PauseProbe> = {},
): ReturnType<Storage["pauses"]["probe"]> {
  const paths = changes.paths ?? (await storage.pauses.paths(changes.eventName ?? eventName));
  return storage.pauses.probe({
    eventName,
    probes,
    now: after(0),
    afterSeq: 0,
    beforeSeq: null,
    limit: 100,
    ...changes,
    paths,
  });
}

async function found(
  storage: Storage,
  probes: readonly IndexTerm[],
  changes: Partial<PauseProbe> = {},
): Promise<readonly string[]> {
  const { pauses } = await probe(storage, probes, changes);
  return pauses.map((each) => each.id);
}

function guard(probes: readonly IndexTerm[], afterSeq: number): Parameters<typeof isLetThrough>[1] {
  return { kind: "noNewerPauses", eventName, probes, afterSeq };
}

function close(id: string): Effect {
  return { kind: "closePause", pauseId: asPauseId(id) };
}
