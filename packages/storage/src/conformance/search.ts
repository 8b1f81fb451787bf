// Search: what was stored is found by its words, the same before it is indexed and after.
import type { Effect, Run } from "@stepwright/engine";
import { asEventId, asFunctionId, asJsonText, millis } from "@stepwright/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseSearch, type SearchQuery } from "../search/parse-search.ts";
import type { EventFilter, RunFilter, Storage } from "../storage.ts";
import { after, event, run, runId, span, ulid } from "./samples.ts";
import { applied, opened, type OpenStorage } from "./subject.ts";

const hour = 3_600_000;
const first = { cursor: null, limit: 50 };

function queryOf(text: string): SearchQuery {
  const parsed = parseSearch(text);
  if (parsed.kind === "invalid") throw new Error(parsed.reason);
  return parsed.query;
}

/** A run that was started by an event with this data. */
function started(number: number, data: unknown, changes: Partial<Run> = {}, id = `event-${number}`): Effect[] {
  return [
    { kind: "putEvent", event: event(number, { data: asJsonText(JSON.stringify(data)), id }) },
    {
      kind: "createRun",
      run: run(number, { status: "completed", ...changes }),
      events: [{ kind: "inTransition", index: 0 }],
      idempotencyKey: null,
      keyExpiresAt: null,
    },
  ];
}

const failed = (message: string, name = "Error"): Partial<Run> => ({
  status: "failed",
  error: asJsonText(JSON.stringify({ error: name, message, name, stack: `${name}: ${message}\n  at warehouse.ts` })),
});

const runIds = (numbers: readonly number[]) => numbers.map((number) => runId(number));

async function runsOf(storage: Storage, text: string, filter: RunFilter = {}): Promise<readonly string[]> {
  const { items } = await storage.runs.search(queryOf(text), filter, first);
  return items.map(({ id }) => id);
}

async function eventsOf(storage: Storage, text: string, filter: EventFilter = {}): Promise<readonly string[]> {
  const { items } = await storage.events.search(queryOf(text), filter, first);
  return items.map((item) => item.event.internalId);
}

/** Brings the index up to date, in pieces; returns how many rows were indexed. */
async function catchUp(storage: Storage, weightMax = 20): Promise<number> {
  for (let total = 0; ;) {
    const { indexed, isCurrent } = await storage.search.catchUp({ weightMax });
    total += indexed;
    if (isCurrent) return total;
  }
}

/** Asserts before anything is indexed, and once everything is. */
async function twice(storage: Storage, check: () => Promise<void>): Promise<void> {
  await check();
  expect(await catchUp(storage)).toBeGreaterThan(0);
  await check();
}

/** Describes the search. */
export function describeSearch(open: OpenStorage): void {
  describe("search", () => {
    test("a run is found by its function, its output, its error and what its steps failed with", async () => {
      const { storage } = await opened(open);
      await applied(storage, ...started(1, {}, { output: asJsonText('{"parcel":"green"}') }));
      await applied(storage, ...started(2, {}, failed("card was declined", "PaymentError")));
      await applied(storage, ...started(3, {}, { functionSlug: "shop-refund" }));
      await applied(storage, ...started(4, {}), {
        kind: "putSpan",
        span: span("s", {
          runId: runId(4),
          status: "failed",
          endedAt: after(1),
          error: asJsonText('{"message":"socket hang up"}'),
        }),
      });
      await twice(storage, async () => {
        expect(await runsOf(storage, "green")).toEqual(runIds([1]));
        expect(await runsOf(storage, "declined")).toEqual(runIds([2]));
        expect(await runsOf(storage, "PaymentError")).toEqual(runIds([2]));
        expect(await runsOf(storage, "refund")).toEqual(runIds([3]));
        expect(await runsOf(storage, '"socket hang up"')).toEqual(runIds([4]));
        expect(await runsOf(storage, "warehouse")).toEqual([]);
        expect(await runsOf(storage, "parcel")).toEqual([]);
        expect(await runsOf(storage, "nowhere")).toEqual([]);
      });
    });

    test("runs and events are found by the values of the payload, at any depth, and not by its syntax", async () => {
      const { storage } = await opened(open);
      const data = { order: { lines: [{ sku: "blue-chair", count: 17 }], isGift: true }, note: 'say "hi"\nto Jürgen' };
      await applied(storage, ...started(1, data));
      await applied(storage, ...started(2, { order: null }));
      await twice(storage, async () => {
        for (const text of ["chair", "blue-chair", "17", '"say hi"', "jurgen", "Jürgen", "hi to"]) {
          expect([text, await runsOf(storage, text)]).toEqual([text, runIds([1])]);
          expect([text, await eventsOf(storage, text)]).toEqual([text, [ulid(1)]]);
        }
        for (const text of ["sku", "lines", "true", "null"]) {
          expect([text, await runsOf(storage, `"${text}"`)]).toEqual([text, []]);
          expect([text, await eventsOf(storage, `"${text}"`)]).toEqual([text, []]);
        }
      });
    });

    test("all words must be there, phrases in order, and the last word may go on", async () => {
      const { storage } = await opened(open);
      await applied(storage, ...started(1, { note: "leave it at the back door" }));
      await applied(storage, ...started(2, { note: "the door is at the back" }));
      await twice(storage, async () => {
        expect(await runsOf(storage, "door back")).toEqual(runIds([2, 1]));
        expect(await runsOf(storage, "back leave")).toEqual(runIds([1]));
        expect(await runsOf(storage, '"back door"')).toEqual(runIds([1]));
        expect(await runsOf(storage, '"at the back')).toEqual(runIds([2, 1]));
        expect(await runsOf(storage, "lea")).toEqual(runIds([1]));
        expect(await runsOf(storage, "lea door")).toEqual([]);
        expect(await runsOf(storage, "lea* doo")).toEqual(runIds([1]));
        expect(await runsOf(storage, '"lea"')).toEqual([]);
        expect(await runsOf(storage, '"back do"*')).toEqual(runIds([1]));
      });
    });

    test("emails, order numbers and words of any script are found whole and by their parts", async () => {
      const { storage } = await opened(open);
      await applied(storage, ...started(1, { email: "Alice.Smith@example.com", order: "ord_123-x" }));
      await applied(storage, ...started(2, { email: "smith@example.org", order: "ord_1234-y" }));
      await applied(storage, ...started(3, { note: "注文の確認に失敗しました", name: "ЁЛКА", word: "주문하신" }));
      await twice(storage, async () => {
        expect(await runsOf(storage, "alice.smith@example.com")).toEqual(runIds([1]));
        expect(await runsOf(storage, "smith@example")).toEqual(runIds([2, 1]));
        expect(await runsOf(storage, "ord_123-x")).toEqual(runIds([1]));
        expect(await runsOf(storage, "ord_12")).toEqual(runIds([2, 1]));
        expect(await runsOf(storage, '"ord_123"')).toEqual(runIds([1]));
        for (const text of ["失敗", "елка", "주문"])
          expect([text, await runsOf(storage, text)]).toEqual([text, runIds([3])]);
      });
    });

    test("an id that is pasted whole finds its run and its event, with other words or without", async () => {
      const { storage } = await opened(open);
      await applied(storage, ...started(1, { word: "apple" }));
      await applied(storage, ...started(2, { word: "pear" }, {}, "order-2"));
      const eventId = ulid(900);
      const other = event(900, { data: asJsonText('{"word":"plum"}'), internalId: asEventId(eventId) });
      await applied(
        storage,
        { kind: "putEvent", event: other },
        {
          kind: "createRun",
          run: run(3),
          events: [{ kind: "inTransition", index: 0 }],
          idempotencyKey: null,
          keyExpiresAt: null,
        },
      );
      await twice(storage, async () => {
        expect(await runsOf(storage, runId(2).toLowerCase())).toEqual(runIds([2]));
        expect(await runsOf(storage, `${runId(2)} pear`)).toEqual(runIds([2]));
        expect(await runsOf(storage, `${runId(2)} apple`)).toEqual([]);
        expect(await runsOf(storage, runId(2), { statuses: ["failed"] })).toEqual([]);
        expect(await runsOf(storage, eventId)).toEqual(runIds([3]));
        expect(await eventsOf(storage, eventId)).toEqual([eventId]);
        expect(await runsOf(storage, "order-2")).toEqual(runIds([2]));
        expect(await eventsOf(storage, "order-2")).toEqual([ulid(2)]);
        expect(await runsOf(storage, ulid(77))).toEqual([]);
      });
    });

    test("a search goes with every filter of the list", async () => {
      const { storage } = await opened(open);
      const other = asFunctionId("44444444-4444-5444-8444-444444444444");
      const at = after(10 * hour);
      await applied(storage, ...started(1, { word: "apple" }));
      await applied(storage, ...started(2, { word: "apple" }, failed("bruised")));
      await applied(storage, ...started(3, { word: "apple" }, { functionId: other }));
      await applied(storage, ...started(4, { word: "apple" }, { triggerName: "shop/other", status: "running" }));
      await applied(storage, ...started(5, { word: "apple" }, { queuedAt: at, status: "queued" }));
      const late = runId(5, at);
      await twice(storage, async () => {
        expect(await runsOf(storage, "apple")).toEqual([late, ...runIds([4, 3, 2, 1])]);
        expect(await runsOf(storage, "apple", { statuses: ["failed"] })).toEqual(runIds([2]));
        expect(await runsOf(storage, "apple", { statuses: ["failed", "running"] })).toEqual(runIds([4, 2]));
        expect(await runsOf(storage, "apple", { statuses: ["queued"] })).toEqual([late]);
        expect(await runsOf(storage, "apple", { statuses: [] })).toEqual([]);
        expect(await runsOf(storage, "apple", { functionId: other })).toEqual(runIds([3]));
        expect(await runsOf(storage, "apple", { triggerName: "shop/other" })).toEqual(runIds([4]));
        expect(await runsOf(storage, "apple", { queuedFrom: at })).toEqual([late]);
        expect(await runsOf(storage, "apple", { queuedBefore: at })).toEqual(runIds([4, 3, 2, 1]));
      });
    });

    test("events are searched with every filter of their list, and our own only if they are asked for", async () => {
      const { storage } = await opened(open);
      const put = (number: number, changes: Parameters<typeof event>[1]): Effect => ({
        kind: "putEvent",
        event: event(number, { data: asJsonText('{"word":"apple"}'), ...changes }),
      });
      await applied(storage, put(1, {}));
      await applied(storage, put(2, { name: "shop/other" }));
      await applied(storage, put(3, { name: "inngest/function.invoked" }));
      await applied(storage, put(4, { name: "inngest/function.finished", data: null, lifecycleOf: runId(1) }));
      await applied(storage, put(5, { receivedAt: after(10 * hour) }));
      await twice(storage, async () => {
        expect(await eventsOf(storage, "apple")).toEqual([ulid(5), ulid(2), ulid(1)]);
        expect(await eventsOf(storage, "apple", { includeInternal: true })).toEqual([5, 3, 2, 1].map((n) => ulid(n)));
        expect(await eventsOf(storage, "other")).toEqual([ulid(2)]);
        expect(await eventsOf(storage, "apple", { name: "shop/other" })).toEqual([ulid(2)]);
        expect(await eventsOf(storage, "function", { includeInternal: true })).toEqual([ulid(3)]);
        expect(await eventsOf(storage, "apple", { receivedFrom: after(10 * hour) })).toEqual([ulid(5)]);
        expect(await eventsOf(storage, "apple", { receivedBefore: after(hour) })).toEqual([ulid(2), ulid(1)]);
      });
    });

    test("pages of a search follow each other without a gap, across what is indexed and what is not", async () => {
      const { storage } = await opened(open);
      for (let number = 1; number <= 7; number += 1) await applied(storage, ...started(number, { word: "apple" }));
      await catchUp(storage);
      for (let number = 8; number <= 12; number += 1) await applied(storage, ...started(number, { word: "apple" }));
      const pages: (readonly string[])[] = [];
      for (let cursor: string | null = null; ;) {
        const page: Awaited<ReturnType<Storage["runs"]["search"]>> = await storage.runs.search(
          queryOf("apple"),
          {},
          { cursor, limit: 3 },
        );
        pages.push(page.items.map(({ id }) => id));
        cursor = page.nextCursor;
        if (cursor === null) break;
      }
      expect(pages).toEqual(
        [
          [12, 11, 10],
          [9, 8, 7],
          [6, 5, 4],
          [3, 2, 1],
        ].map((numbers) => runIds(numbers)),
      );
      const events = await storage.events.search(queryOf("apple"), {}, { cursor: null, limit: 5 });
      const rest = await storage.events.search(queryOf("apple"), {}, { cursor: events.nextCursor, limit: 50 });
      expect([...events.items, ...rest.items].map((item) => item.event.id)).toEqual(
        [12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((number) => `event-${number}`),
      );
      expect(rest.nextCursor).toBeNull();
    });

    test("a run that ends after it was indexed is found by its end, at once and once it is indexed again", async () => {
      const { storage, reopen } = await opened(open);
      await applied(storage, ...started(1, { word: "apple" }, { status: "running" }));
      await applied(storage, ...started(2, { word: "apple" }, { status: "running" }));
      await catchUp(storage);
      await applied(storage, {
        kind: "updateRun",
        run: run(1, { ...failed("bruised"), endedAt: after(1), version: 2 }),
      });
      const check = async (store: Storage) => {
        expect(await runsOf(store, "bruised")).toEqual(runIds([1]));
        expect(await runsOf(store, "apple", { statuses: ["failed"] })).toEqual(runIds([1]));
        expect(await runsOf(store, "apple", { statuses: ["running"] })).toEqual(runIds([2]));
      };
      await check(storage);
      expect(await catchUp(storage)).toBe(1);
      await check(storage);
      expect(await catchUp(storage)).toBe(0);
      if (reopen === null) return;
      // What a crash forgets is found by looking at what was open.
      await applied(storage, {
        kind: "updateRun",
        run: run(2, { ...failed("rotten"), endedAt: after(1), version: 2 }),
      });
      const again = await reopen();
      expect(await catchUp(again)).toBe(1);
      expect(await runsOf(again, "rotten")).toEqual(runIds([2]));
      await again.close();
    });

    test("a run that is given to another function is found under it", async () => {
      const { storage } = await opened(open);
      const other = asFunctionId("44444444-4444-5444-8444-444444444444");
      await applied(storage, ...started(1, { word: "apple" }, { status: "queued" }));
      await catchUp(storage);
      const moved = run(1, { functionId: other, functionSlug: "shop-later" });
      await applied(storage, { kind: "moveRun", run: moved });
      await twice(storage, async () => {
        expect(await runsOf(storage, "apple", { functionId: other })).toEqual(runIds([1]));
        expect(await runsOf(storage, "later")).toEqual(runIds([1]));
        expect(await runsOf(storage, "pack")).toEqual([]);
      });
    });

    test("the index goes on where it was after a boot", async () => {
      const { storage, reopen } = await opened(open);
      for (let number = 1; number <= 30; number += 1)
        await applied(storage, ...started(number, { word: `w${number}` }));
      const before = await storage.search.catchUp({ weightMax: 20 });
      expect(before.isCurrent).toBe(false);
      const again = reopen === null ? storage : await reopen();
      expect(before.indexed + (await catchUp(again))).toBe(60);
      expect(await runsOf(again, "w3")).toEqual(runIds([30, 3]));
      await again.close();
    });

    test("what a sweep removes is found no more, and what takes its number is", async () => {
      const { storage } = await opened(open);
      const ended = { endedAt: after(1) };
      await applied(storage, ...started(1, { word: "apple" }, ended));
      await applied(storage, ...started(2, { word: "apple" }, ended));
      await applied(storage, { kind: "putEvent", event: event(3) });
      await catchUp(storage);
      const before = after(100 * hour);
      await storage.retention.sweep({
        expired: { kind: "runs", status: "completed", before },
        cursor: null,
        weightMax: 1_000,
      });
      await storage.retention.sweep({ expired: { kind: "events", before }, cursor: null, weightMax: 1_000 });
      expect(await runsOf(storage, "apple")).toEqual([]);
      expect(await eventsOf(storage, "apple")).toEqual([]);
      await applied(storage, ...started(4, { word: "pear" }));
      await twice(storage, async () => {
        expect(await runsOf(storage, "apple")).toEqual([]);
        expect(await runsOf(storage, "pear")).toEqual(runIds([4]));
        expect(await eventsOf(storage, "pear")).toEqual([ulid(4)]);
      });
    });

    test("a search says when not everything was looked at", async () => {
      const { storage } = await opened(open);
      const count = 600;
      const all = Array.from({ length: count }, (_, index) => index + 1);
      await applied(storage, ...all.map((number): Effect => ({ kind: "putEvent", event: event(number) })));
      const search = (text: string) => storage.events.search(queryOf(text), {}, first);
      expect(await search("placed")).toMatchObject({ notIndexed: count - 500, tooShort: null });
      expect((await search("placed")).items).toHaveLength(50);
      expect((await search('"event 7"')).items).toEqual([]);
      await catchUp(storage);
      expect(await search("placed")).toMatchObject({ notIndexed: 0, tooShort: null });
      expect((await search('"event 7"')).items).toHaveLength(1);
      expect(await search("event-1")).toMatchObject({ tooShort: "1" });
      expect((await search("event-1")).items).not.toEqual([]);
      expect(await search("event-59")).toMatchObject({ tooShort: null });
      expect((await search("event-59")).items).toHaveLength(11);
    });

    test("a filter that the index does not know ends a page early, and the next goes on from there", async () => {
      const { storage } = await opened(open);
      const rows = 5_050;
      const make = (number: number): Effect => ({
        kind: "createRun",
        run: run(number, { status: number === 1 ? "queued" : "running" }),
        events: [],
        idempotencyKey: null,
        keyExpiresAt: null,
      });
      await applied(storage, ...Array.from({ length: rows }, (_, index) => make(index + 1)));
      await catchUp(storage, 5_000);
      const queued = (cursor: string | null) =>
        storage.runs.search(queryOf("pack"), { statuses: ["queued"] }, { cursor, limit: 50 });
      const page = await queued(null);
      expect(page.items).toEqual([]);
      expect(page.nextCursor).not.toBeNull();
      const next = await queued(page.nextCursor);
      expect(next.items.map(({ id }) => id)).toEqual(runIds([1]));
      expect(next.nextCursor).toBeNull();
    });

    test("the index finds what reading one by one finds", async () => {
      const word = fc.constantFrom(
        "a",
        "ab",
        "abc",
        "é",
        "E",
        "失",
        "ß",
        "ǅ",
        "१२",
        "x_y",
        "n't",
        "😀",
        "İ",
        "ﬁ",
        "-",
        "\u0000",
      );
      const text = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(" "));
      await fc.assert(
        fc.asyncProperty(
          fc.array(text, { minLength: 1, maxLength: 12 }),
          text,
          fc.boolean(),
          async (texts, wanted, isPhrase) => {
            const query = parseSearch(isPhrase ? `"${wanted}"` : wanted);
            if (query.kind === "invalid") return;
            const { storage } = await open({ now: millis(0) });
            for (const [index, note] of texts.entries()) await applied(storage, ...started(index + 1, { note }));
            const before = await storage.runs.search(query.query, {}, first);
            await catchUp(storage);
            expect(await storage.runs.search(query.query, {}, first)).toEqual(before);
            await storage.close();
          },
        ),
        { numRuns: 60 },
      );
    });
  });
}
