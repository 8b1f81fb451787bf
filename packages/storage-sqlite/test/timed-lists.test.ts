// Lists and counts of more runs than one request looks at.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asFunctionId, millis, ulidOf } from "@stepwright/protocol";
import type { RunPosition, Storage, TimedRunFilter } from "@stepwright/storage";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqliteStorage } from "../src/index.ts";

const start = 1_700_000_000_000;
const runsStored = 45_000;
// The oldest run, the newest, and those at which a request may end are of a function of their own.
const rare = asFunctionId("rare");
const common = asFunctionId("common");
const rareRuns = 10;

const folder = mkdtempSync(join(tmpdir(), "stepwright-storage-"));
let storage: Storage;

beforeAll(async () => {
  const file = join(folder, "main.db");
  await openSqliteStorage({ file, synchronous: "normal", now: millis(start) }).close();
  const db = new Database(file);
  const insert = db.prepare(
    `INSERT INTO runs (id, function_id, app_id, function_slug, function_version, status, trigger_name, trigger_event_id, queued_at, started_at, ended_at, version, progress)
VALUES (?, ?, 'a', 'f', 1, 'completed', 't', 'e', ?, ?, ?, 3, '{}')`,
  );
  db.transaction(() => {
    for (let number = 0; number < runsStored; number += 1) {
      const at = start + number;
      const fn = number % 10_000 === 0 || (runsStored - 1 - number) % 10_000 === 0 ? rare : common;
      // Three runs end in the same moment.
      const endedAt = start + 100_000 + Math.floor(number / 3);
      insert.run(ulidOf(millis(at), new Uint8Array(10)), fn, at, at, endedAt);
    }
  })();
  db.close();
  storage = openSqliteStorage({ file, synchronous: "normal", now: millis(start) });
});
afterAll(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

const whole = { from: millis(0), before: millis(start * 2) };
const times = ["queuedAt", "startedAt", "endedAt"] as const;
// More than an index by function is asked for, so that each run is judged.
const many = Array.from({ length: 80 }, (_, number) => asFunctionId(`unknown-${number}`));

async function read(filter: TimedRunFilter, o: { readonly direction: "asc" | "desc"; readonly limit: number }) {
  const ids: string[] = [];
  let after: RunPosition | null = null;
  let requests = 0;
  do {
    const page: Awaited<ReturnType<Storage["runs"]["byTime"]>> = await storage.runs.byTime(filter, { ...o, after });
    ids.push(...page.items.map(({ id }) => id));
    after = page.next;
    requests += 1;
  } while (after !== null);
  return { ids, requests };
}

async function count(filter: TimedRunFilter): Promise<{ readonly sum: number; readonly pieces: number }> {
  let [sum, pieces] = [0, 0];
  let cursor: string | null = null;
  do {
    const piece: Awaited<ReturnType<Storage["runs"]["countByTime"]>> = await storage.runs.countByTime(filter, cursor);
    sum += piece.count;
    pieces += 1;
    cursor = piece.nextCursor;
  } while (cursor !== null);
  return { sum, pieces };
}

test.each(times)("runs far apart are all found by %s, though no request looks at all between them", async (time) => {
  const filter = { ...whole, time, functionIds: [rare, ...many] };
  for (const direction of ["asc", "desc"] as const) {
    const { ids, requests } = await read(filter, { direction, limit: 10 });
    expect(ids).toHaveLength(rareRuns);
    expect(ids).toEqual(direction === "asc" ? ids.toSorted() : ids.toSorted().toReversed());
    expect(requests).toBeGreaterThan(2);
  }
});

test.each(times)("a long list by %s has each run once, across every request's end", async (time) => {
  const filter = { ...whole, time, functionIds: [common, ...many] };
  for (const direction of ["asc", "desc"] as const) {
    const { ids } = await read(filter, { direction, limit: 100 });
    expect(ids).toHaveLength(runsStored - rareRuns);
    expect(new Set(ids).size).toBe(runsStored - rareRuns);
  }
});

test.each(times)("runs are counted by %s in pieces that have each once", async (time) => {
  for (const functionIds of [undefined, [rare], [common], [common, ...many], [rare, ...many]]) {
    const filter = { ...whole, time, ...(functionIds === undefined ? {} : { functionIds }) };
    const expected =
      ((functionIds?.includes(common) ?? true) ? runsStored - rareRuns : 0) +
      ((functionIds?.includes(rare) ?? true) ? rareRuns : 0);
    const { sum, pieces } = await count(filter);
    expect({ functionIds, sum }).toEqual({ functionIds, sum: expected });
    if (functionIds === undefined) expect(pieces).toBeGreaterThan(2);
  }
});
