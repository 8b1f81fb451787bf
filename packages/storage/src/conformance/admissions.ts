// Admissions: starts that the commit itself decides about, on rows that others of the same commit change.
import {
  type FunctionRecord,
  type Invoker,
  startFunction,
  type StartOrigin,
  type Transition,
} from "@stepwright/engine";
import {
  asEventId,
  asJsonText,
  asStepId,
  type FunctionConfig,
  type Millis,
  parseJsonText,
  type RunId,
} from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import type { Storage } from "../storage.ts";
import { after, apply, createRun, event, fn, lane, pause, run, runId, start, ulid } from "./samples.ts";
import { applied, childrenOf, commit, kinds, opened, type OpenStorage } from "./subject.ts";

const second = 1_000;
const rateLimit = { limit: 1, periodMs: 60 * second, key: null };
const debounce = { periodMs: 5 * second, timeoutMs: null, key: null };
const batch = { maxSize: 10, timeoutMs: 10 * second, key: null, if: null };

function limited(config: Partial<FunctionConfig>): FunctionRecord {
  return fn({ config: { ...fn().config, ...config } });
}

/** An event that starts the function, as a child of its own transition. Runs and windows get ids by its number. */
function sent(
  number: number,
  config: Partial<FunctionConfig>,
  o: {
    readonly now?: Millis;
    readonly ts?: Millis;
    readonly id?: string;
    readonly key?: string | null;
    readonly invokedBy?: Invoker;
    readonly origin?: StartOrigin;
  } = {},
): Transition {
  let made = 0;
  const ts = o.ts ?? o.now ?? start;
  const stored = event(number, { ts, ...(o.id === undefined ? {} : { internalId: asEventId(o.id) }) });
  const { transition } = startFunction({
    origin: o.origin ?? "event",
    fn: limited(config),
    trigger: {
      ref: { kind: "inTransition", index: 0 },
      internalId: stored.internalId,
      name: stored.name,
      ts,
      value: parseJsonText(asJsonText('{"data":{}}')),
      length: 100,
    },
    idempotencyKey: o.key === undefined ? `key-${number}` : o.key,
    cron: null,
    invokedBy: o.invokedBy ?? null,
    originalRunId: null,
    now: o.now ?? start,
    newId: () => ulid(number * 1_000 + made++),
  });
  return { guards: [], effects: [{ kind: "putEvent", event: stored }], children: [transition] };
}

/** As many events of one request, in one commit. */
function many(count: number, config: Partial<FunctionConfig>): readonly Transition[] {
  return Array.from({ length: count }, (_, index) => sent(index + 1, config));
}

/** Seqs of the events that these transitions have put, in order. */
function seqsOf(outcomes: Awaited<ReturnType<typeof commit>>["outcomes"]): readonly number[] {
  return outcomes.flatMap((outcome) => (outcome.kind === "committed" ? outcome.eventSeqs : []));
}

async function statuses(storage: Storage): Promise<readonly string[]> {
  const { items } = await storage.runs.list({}, { cursor: null, limit: 100 });
  return items.map((one) => one.status).toReversed();
}

/** Kinds of the drops of each event. */
async function dropsOf(storage: Storage, seqs: readonly number[]): Promise<readonly (readonly string[])[]> {
  const found = await Promise.all(seqs.map((seq) => storage.flow.ofEvent(seq)));
  return found.map(({ drops }) => drops.map((drop) => drop.reason.kind));
}

/** Runs as the admissions of each transition have left them. */
function admitted(outcomes: Awaited<ReturnType<typeof commit>>["outcomes"]) {
  return outcomes.flatMap((outcome) => {
    const [child] = childrenOf(outcome);
    return child?.kind === "committed" ? [child.admitted.map((one) => one.status)] : [];
  });
}

const ended = (id: RunId, number: number, flow: ReturnType<typeof run>["flow"]) =>
  apply({ kind: "updateRun", run: { ...run(number), id, flow, status: "completed", endedAt: start, version: 2 } });

/** Describes admissions. */
export function describeAdmissions(open: OpenStorage): void {
  describe("an admission under a rate limit", () => {
    test("of 64 events of one commit lets as many through as the limit, and records the others", async () => {
      const { storage } = await opened(open);
      const config = { rateLimit: { limit: 20, periodMs: 60 * second, key: null } };
      const { outcomes } = await commit(storage, many(64, config));
      expect(await statuses(storage)).toEqual(["queued", "queued", "queued"]);
      const drops = await dropsOf(storage, seqsOf(outcomes));
      expect(drops).toEqual(drops.map((_, index) => (index < 3 ? [] : ["rateLimited"])));
      expect(admitted(outcomes)).toEqual(drops.map((_, index) => (index < 3 ? ["queued"] : [])));
    });

    test("knows in a later commit and after a boot what was let through", async () => {
      const { storage, reopen } = await opened(open);
      await commit(storage, [sent(1, { rateLimit })]);
      await commit(storage, [sent(2, { rateLimit }, { now: after(60 * second - 1) })]);
      expect(await statuses(storage)).toEqual(["queued"]);
      const again = reopen === null ? storage : await reopen();
      const { outcomes } = await commit(again, [sent(3, { rateLimit }, { now: after(60 * second - 1) })], {
        now: after(60 * second - 1),
      });
      expect(await dropsOf(again, seqsOf(outcomes))).toEqual([["rateLimited"]]);
      await commit(again, [sent(4, { rateLimit }, { now: after(60 * second) })], { now: after(60 * second) });
      expect(await statuses(again)).toEqual(["queued", "queued"]);
    });

    test("is turned down as a repetition in the commit of the first and later", async () => {
      const { storage, reopen } = await opened(open);
      const config = { rateLimit: { limit: 100, periodMs: 60 * second, key: null } };
      const repeated = (number: number) => sent(number, config, { key: "same" });
      const { outcomes } = await commit(storage, [repeated(1), repeated(2)]);
      expect(await dropsOf(storage, seqsOf(outcomes))).toEqual([[], ["duplicate"]]);
      const again = reopen === null ? storage : await reopen();
      const later = await commit(again, [repeated(3)]);
      expect(await dropsOf(again, seqsOf(later.outcomes))).toEqual([["duplicate"]]);
      expect(await statuses(again)).toEqual(["queued"]);
    });
  });

  describe("an admission to a debounce", () => {
    test("of 64 events of one commit leaves one window with the last, and records the others", async () => {
      const { storage } = await opened(open);
      const { outcomes } = await commit(storage, many(64, { debounce }));
      const seqs = seqsOf(outcomes);
      const drops = await dropsOf(storage, seqs);
      expect(drops).toEqual(drops.map((_, index) => (index < 63 ? ["debounced"] : [])));
      const [window] = (await storage.flow.ofEvent(seqs.at(-1) ?? 0)).windows;
      expect(window).toMatchObject({
        functionId: limited({}).id,
        key: null,
        event: { kind: "stored", seq: seqs.at(-1) },
        eventId: ulid(64),
        eventTs: start,
        firstAt: start,
        firesAt: after(5 * second),
        invokedBy: null,
      });
      expect(await storage.queue.depth()).toMatchObject({ due: 0, future: 1 });
      expect(await statuses(storage)).toEqual([]);
      expect(await storage.flow.gathering(limited({}).id)).toEqual({ windows: 1, batchedEvents: 0 });
    });

    test("puts off its one item with every event, and a new window has one of its own", async () => {
      const { storage, reopen } = await opened(open);
      const room = [{ lane: "system", max: 10 }] as const;
      await commit(storage, [sent(1, { debounce })]);
      const at = (ms: number, ...transitions: readonly Transition[]) =>
        commit(storage, transitions, { now: after(ms), lease: room });
      await at(3 * second, sent(2, { debounce }, { now: after(3 * second) }));
      expect((await at(8 * second - 1)).leased).toEqual([]);
      const { leased } = await at(8 * second);
      expect(leased).toMatchObject([{ work: { kind: "debounce", functionId: limited({}).id } }]);
      // The one that is due has not been worked on yet: what comes now is no part of it.
      const next = await at(8 * second, sent(3, { debounce }, { now: after(8 * second) }));
      const again = reopen === null ? storage : await reopen();
      const [seq] = seqsOf(next.outcomes);
      expect((await again.flow.ofEvent(seq ?? 0)).windows).toMatchObject([{ firesAt: after(13 * second) }]);
      expect((await again.flow.ofEvent((seq ?? 0) - 1)).windows).toMatchObject([{ firesAt: after(8 * second) }]);
    });

    test("knows a repeated request in the same commit and after a boot, and waits no longer for it", async () => {
      const { storage, reopen } = await opened(open);
      const same = (number: number, now: Millis) => sent(number, { debounce }, { id: ulid(7), now });
      const { outcomes } = await commit(storage, [same(1, start), same(2, start)]);
      const again = reopen === null ? storage : await reopen();
      const later = await commit(again, [same(3, after(second))], { now: after(second) });
      const seqs = [...seqsOf(outcomes), ...seqsOf(later.outcomes)];
      expect(await dropsOf(again, seqs)).toEqual([[], ["duplicate"], ["duplicate"]]);
      expect((await again.flow.ofEvent(seqs[0] ?? 0)).windows).toMatchObject([{ firesAt: after(5 * second) }]);
    });

    test("keeps an event with a later ts, whoever comes after it", async () => {
      const { storage } = await opened(open);
      const { outcomes } = await commit(
        storage,
        [5, 10, 9].map((ts, index) => sent(index + 1, { debounce }, { ts: after(ts) })),
      );
      const seqs = seqsOf(outcomes);
      expect(await dropsOf(storage, seqs)).toEqual([["debounced"], [], ["outOfOrder"]]);
      expect((await storage.flow.ofEvent(seqs[1] ?? 0)).windows).toHaveLength(1);
    });

    test("is over when its window is removed", async () => {
      const { storage } = await opened(open);
      const { outcomes } = await commit(storage, [sent(1, { debounce })]);
      const [seq] = seqsOf(outcomes);
      const [window] = (await storage.flow.ofEvent(seq ?? 0)).windows;
      const windowId = window?.id ?? "";
      expect(await storage.flow.window(windowId)).toEqual(window);
      await applied(storage, { kind: "removeWindow", windowId });
      expect(await storage.flow.window(windowId)).toBeNull();
      expect((await storage.flow.ofEvent(seq ?? 0)).windows).toEqual([]);
    });

    test("remembers who invoked, and answers whoever was replaced in the commit that does it", async () => {
      const { storage } = await opened(open);
      const by = (step: string): Invoker => ({ runId: runId(1), stepId: asStepId(step) });
      await applied(storage, createRun(1));
      const wait = (step: string) =>
        apply({
          kind: "putPause",
          pause: pause(`${runId(1)}:${step}`, { kind: "invoke", stepId: asStepId(step), eventName: null }),
        });
      const { outcomes } = await commit(storage, [
        wait("a"),
        wait("b"),
        sent(1, { debounce }, { invokedBy: by("a") }),
        sent(2, { debounce }, { invokedBy: by("b") }),
      ]);
      expect((await storage.pauses.byRun(runId(1))).map((one) => one.stepId)).toEqual(["b"]);
      expect(await storage.runs.items(runId(1))).toMatchObject([{ kind: "resume", stepId: "a" }]);
      const seqs = seqsOf(outcomes);
      expect((await storage.flow.ofEvent(seqs[1] ?? 0)).windows).toMatchObject([{ invokedBy: by("b") }]);
    });
  });

  describe("an admission to a batch", () => {
    test("of 64 events of one commit fills one batch after the other, in order", async () => {
      const { storage } = await opened(open);
      const { outcomes } = await commit(storage, many(64, { batch }));
      const seqs = seqsOf(outcomes);
      const batches = await Promise.all(seqs.map(async (seq) => (await storage.flow.ofEvent(seq)).batches));
      const ids = [...new Set(batches.flat().map((one) => one.id))];
      expect(ids).toHaveLength(7);
      const found = await Promise.all(ids.map((id) => storage.flow.batch(id)));
      expect(found.map((one) => [one?.batch.count, one?.batch.isClosed])).toEqual([
        ...[1, 2, 3, 4, 5, 6].map(() => [10, true]),
        [4, false],
      ]);
      expect(
        found.flatMap((one) => one?.events.map(({ event: ref }) => (ref.kind === "stored" ? ref.seq : -1)) ?? []),
      ).toEqual(seqs);
      // Six are due now, one when its time comes.
      expect(await storage.queue.depth()).toMatchObject({ due: 6, future: 1 });
      expect(await storage.flow.gathering(limited({}).id)).toEqual({ windows: 0, batchedEvents: 64 });
    });

    test("is found again by a later commit and after a boot, until it is full or its time has come", async () => {
      const { storage, reopen } = await opened(open);
      const first = await commit(storage, [sent(1, { batch })]);
      const again = reopen === null ? storage : await reopen();
      const [seq] = seqsOf(first.outcomes);
      const at = (number: number, ms: number) =>
        commit(again, [sent(number, { batch }, { now: after(ms) })], { now: after(ms) });
      await at(2, 10 * second - 1);
      await at(3, 10 * second);
      const [open1] = (await again.flow.ofEvent(seq ?? 0)).batches;
      expect(open1).toMatchObject({
        key: null,
        count: 2,
        bytes: 200,
        firstAt: start,
        closesAt: after(10 * second),
        isClosed: false,
      });
      expect((await again.flow.batch(open1?.id ?? ""))?.events).toHaveLength(2);
    });

    test("absorbs what was put in already, in the same commit and later", async () => {
      const { storage, reopen } = await opened(open);
      const same = (number: number) => sent(number, { batch }, { id: ulid(7) });
      const { outcomes } = await commit(storage, [same(1), same(2)]);
      const again = reopen === null ? storage : await reopen();
      const later = await commit(again, [same(3)]);
      expect(await dropsOf(again, [...seqsOf(outcomes), ...seqsOf(later.outcomes)])).toEqual([
        [],
        ["duplicate"],
        ["duplicate"],
      ]);
    });

    test("is started only by whoever has read all of it", async () => {
      const { storage } = await opened(open);
      const { outcomes } = await commit(storage, [sent(1, { batch }), sent(2, { batch })]);
      const [one] = (await storage.flow.ofEvent(seqsOf(outcomes)[0] ?? 0)).batches;
      const batchId = one?.id ?? "";
      const ends = (count: number): Transition => ({
        guards: [{ kind: "batchSize", batchId, count }],
        effects: [{ kind: "removeBatch", batchId }],
      });
      const tried = await commit(storage, [ends(1), ends(3), ends(2), ends(2)]);
      expect(kinds(tried.outcomes)).toEqual(["rejected", "rejected", "committed", "rejected"]);
      expect(await storage.flow.batch(batchId)).toBeNull();
      expect((await storage.flow.ofEvent(seqsOf(outcomes)[0] ?? 0)).batches).toEqual([]);
      expect(await storage.flow.gathering(limited({}).id)).toEqual({ windows: 0, batchedEvents: 0 });
    });
  });

  describe("an admission of a singleton", () => {
    const skip = { singleton: { key: null, mode: "skip" as const } };
    const cancel = { singleton: { key: null, mode: "cancel" as const } };

    test("of 64 events of one commit makes one run and skips the others, each with a run that says so", async () => {
      const { storage } = await opened(open);
      const { outcomes, leased } = await commit(storage, many(64, skip), { lease: [{ lane, max: 100 }] });
      expect(admitted(outcomes)).toEqual(outcomes.map((_, index) => [index === 0 ? "queued" : "skipped"]));
      expect(leased).toHaveLength(1);
      expect(await storage.runs.countByStatus()).toMatchObject({ queued: 1, skipped: 63 });
    });

    test("of 64 events of one commit cancels each for the next, and the last goes on", async () => {
      const { storage } = await opened(open);
      const { outcomes, leased } = await commit(storage, many(64, cancel), { lease: [{ lane, max: 100 }] });
      expect(admitted(outcomes)).toEqual(
        outcomes.map((_, index) => (index === 0 ? ["queued"] : ["cancelled", "queued"])),
      );
      expect(leased).toMatchObject([{ work: { kind: "call" } }]);
      expect(await storage.runs.countByStatus()).toMatchObject({ queued: 1, cancelled: 63 });
      // Two lifecycle events of each.
      expect((await storage.queue.depth()).due).toBe(2 * 63);
    });

    test.each([
      ["skip", skip],
      ["cancel", cancel],
    ])(
      "in mode %s finds the lock free when the run that had it has ended, and held after a boot",
      async (mode, config) => {
        const { storage, reopen } = await opened(open);
        await commit(storage, [sent(1, config)]);
        const again = reopen === null ? storage : await reopen();
        const held = await commit(again, [sent(2, config)]);
        expect(admitted(held.outcomes)).toEqual([mode === "skip" ? ["skipped"] : ["cancelled", "queued"]]);
        const { items } = await again.runs.list({ statuses: ["queued"] }, { cursor: null, limit: 10 });
        const [holder] = items;
        if (holder === undefined) throw new Error("a run goes on");
        const freed = await commit(again, [
          apply({ kind: "updateRun", run: { ...holder, status: "completed", endedAt: start, version: 2 } }),
          sent(3, config),
        ]);
        expect(admitted(freed.outcomes.slice(1))).toEqual([["queued"]]);
      },
    );

    test("is not freed by the end of a run that has lost it", async () => {
      const { storage } = await opened(open);
      const first = await commit(storage, [sent(1, cancel)]);
      await commit(storage, [sent(2, cancel)]);
      const [loser] = await storage.runs.startedBy(asEventId(ulid(1)));
      if (loser === undefined) throw new Error("the first event started a run");
      expect(kinds(first.outcomes)).toEqual(["committed"]);
      // As a second writer would that comes too late.
      await commit(storage, [ended(loser.id, 1, loser.flow)]);
      const { outcomes } = await commit(storage, [sent(3, skip)]);
      expect(admitted(outcomes)).toEqual([["skipped"]]);
    });
  });

  test("a lock belongs to the run that took it last, and is free when that has ended", async () => {
    const { storage } = await opened(open);
    const skip = { singleton: { key: null, mode: "skip" as const } };
    await commit(storage, [sent(1, skip)]);
    const [first] = await storage.runs.startedBy(asEventId(ulid(1)));
    const flow = first?.flow ?? null;
    if (first === undefined || flow === null || flow.lock === null) throw new Error("the run has a lock");
    await applied(storage, createRun(50, { flow }), { kind: "takeLock", id: flow.lock, runId: runId(50) });
    await commit(storage, [ended(first.id, 1, flow)]);
    const held = await commit(storage, [sent(2, skip)]);
    await commit(storage, [ended(runId(50), 50, flow)]);
    const free = await commit(storage, [sent(3, skip)]);
    expect([admitted(held.outcomes), admitted(free.outcomes)]).toEqual([[["skipped"]], [["queued"]]]);
  });

  describe("an admission that cannot be applied", () => {
    test.each([
      ["a debounce", { debounce }],
      ["a batch", { batch }],
      ["a rate limit", { rateLimit }],
      ["a singleton", { singleton: { key: null, mode: "cancel" as const } }],
    ])("leaves no trace in %s, and the next one finds it as it was", async (_, config) => {
      const { storage } = await opened(open);
      const broken = sent(1, config);
      const [child] = broken.children ?? [];
      const impossible: Transition = {
        guards: [],
        effects: [...(child?.effects ?? []), { kind: "updateRun", run: run(99) }],
      };
      const { outcomes } = await commit(storage, [{ ...broken, children: [impossible] }, sent(2, config)]);
      expect(kinds(outcomes)).toEqual(["committed", "committed"]);
      expect(kinds(childrenOf(outcomes[0]))).toEqual(["failed"]);
      const [lost, kept] = await Promise.all(seqsOf(outcomes).map((seq) => storage.flow.ofEvent(seq)));
      expect(lost).toEqual({ windows: [], batches: [], drops: [], matches: [] });
      expect(kept?.drops).toEqual([]);
      const waiting = (kept?.windows.length ?? 0) + (kept?.batches.length ?? 0);
      expect(waiting + (await statuses(storage)).length).toBe(1);
      expect(kept?.batches[0]?.count ?? 1).toBe(1);
    });
  });

  test("what became of an event is told per function, in order and with its reason", async () => {
    const { storage } = await opened(open);
    const [seq] = await applied(storage, { kind: "putEvent", event: event(1) });
    const drop = (at: Millis) => ({
      kind: "recordDrop" as const,
      drop: {
        event: { kind: "stored" as const, seq: seq ?? 0 },
        functionId: limited({}).id,
        reason: { kind: "rateLimited" as const, key: "u7", until: after(5) },
        at,
      },
    });
    await applied(storage, drop(after(2)), drop(after(1)));
    expect((await storage.flow.ofEvent(seq ?? 0)).drops).toEqual([drop(after(2)).drop, drop(after(1)).drop]);
    expect(await storage.flow.ofEvent((seq ?? 0) + 1)).toEqual({
      windows: [],
      batches: [],
      drops: [],
      matches: [],
    });
  });

  test("a key that was put is taken until it expires", async () => {
    const { storage } = await opened(open);
    await applied(storage, { kind: "putKey", key: "k", expiresAt: after(100) });
    const guarded = (now: Millis): Transition => ({ guards: [{ kind: "keyFree", key: "k", now }], effects: [] });
    const { outcomes } = await commit(storage, [guarded(after(99)), guarded(after(100))]);
    expect(kinds(outcomes)).toEqual(["rejected", "committed"]);
  });
}
