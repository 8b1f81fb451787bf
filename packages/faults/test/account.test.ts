// The account itself: the books and the ledger of a round without faults are falsified in one place, and it says where.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { takeAccount } from "../src/account.ts";
import { type Line, readLedger } from "../src/apps/ledger.ts";
import { openBed } from "../src/bed.ts";
import { openBooks } from "../src/books.ts";
import { chanceOf } from "../src/chance.ts";
import { makeEvents, sendAll, type SentEvent } from "../src/load.ts";
import { untilQuiet } from "../src/round.ts";

const folder = mkdtempSync(join(tmpdir(), "stepwright-account-"));
let sent: readonly SentEvent[] = [];
let lines: readonly Line[] = [];

beforeAll(async () => {
  const bed = await openBed(folder, { apps: ["raw"] });
  sent = makeEvents(chanceOf(1, 0), { app: "raw", prefix: "a" });
  await sendAll(bed, "raw", sent);
  await untilQuiet(bed);
  ({ lines } = readLedger(bed.ledgerFile, 0));
  await (await bed.server()).child.end("SIGTERM");
  await bed.close();
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Takes the account of a copy after `sql` was run on it. */
function accountAfter(sql: string, ledger: readonly Line[] = lines) {
  const file = join(mkdtempSync(join(folder, "copy-")), "main.db");
  cpSync(join(folder, "data", "main.db"), file);
  const db = new Database(file);
  db.exec(sql);
  db.close();
  const books = openBooks(file);
  try {
    return takeAccount({ app: "raw", sent, rows: books.eventsAfter(0), lines: ledger, books });
  } finally {
    books.close();
  }
}

const runOf = (slug: string): string => `(SELECT id FROM runs WHERE function_slug = '${slug}' LIMIT 1)`;
const stepOf = (slug: string, step: string): string => `run_id = ${runOf(slug)} AND name = '${step}'`;

test("what was not falsified is in order, and nothing was repeated", () => {
  const account = accountAfter("");
  expect(account.faults).toEqual([]);
  expect(account).toMatchObject({ repeated: 0, acknowledged: sent.filter((one) => one.isAcknowledged).length });
});

test.each([
  ["a lost event", "DELETE FROM events WHERE id = 'a-3'", /event a-3 was acknowledged, and is not stored/],
  ["a lost run", `DELETE FROM runs WHERE id = ${runOf("raw-sequence")}`, /was acknowledged and has 0 runs, not one/],
  [
    "a second run of an event",
    `INSERT INTO run_events SELECT r.id, 9, e.event_seq FROM run_events e, runs r
     WHERE e.run_id = ${runOf("raw-sequence")} AND r.id = ${runOf("raw-flaky")}`,
    /has 2 runs, not one/,
  ],
  [
    "a run that did not end",
    `UPDATE runs SET status = 'running' WHERE id = ${runOf("raw-flaky")}`,
    /it is running, not/,
  ],
  [
    "a wrong output",
    `UPDATE runs SET output = '{}' WHERE id = ${runOf("raw-sequence")}`,
    /its output is not of the stored/,
  ],
  ["a lost step", `DELETE FROM steps WHERE ${stepOf("raw-sequence", "two")}`, /it has results of the steps one, three/],
  [
    "a result that nobody returned",
    `UPDATE steps SET memo = '{"data":"forged"}' WHERE ${stepOf("raw-sequence", "three")}`,
    /the result forged of step three is stored, and no execution returned it/,
  ],
  [
    "a result that a later step did not see",
    `UPDATE steps SET memo = '{"data":"forged"}' WHERE ${stepOf("raw-sequence", "one")}`,
    /step two used .* of one, and forged is stored/,
  ],
  [
    "a lifecycle event too few",
    `DELETE FROM events WHERE lifecycle_of = ${runOf("raw-failing")} AND name = 'inngest/function.failed'`,
    /its lifecycle events are inngest\/function.finished, not/,
  ],
  [
    "a lifecycle event too many",
    `INSERT INTO events SELECT max(seq) + 1, 'x', 'x', 'inngest/function.finished', 1, NULL, '{}', 0, NULL, NULL, 0, ${runOf("raw-late")} FROM events`,
    /its lifecycle events are inngest\/function.finished,inngest\/function.finished, not/,
  ],
  [
    "a wait that was left behind",
    `INSERT INTO set_aside_items VALUES ('x', 'system', 0, 'call', NULL, '{}', 'forged', 0)`,
    /there are rows: \[\["set_aside_items",1\]\]/,
  ],
])("%s is noticed", (_name, sql, sentence) => {
  expect(accountAfter(sql).faults.join("\n")).toMatch(sentence);
});

test("a sleep that ended early is noticed", () => {
  const early = lines.map((line) =>
    line.kind === "step" && line.step === "after" ? { ...line, at: line.at - 900 } : line,
  );
  expect(accountAfter("", early).faults.join("\n")).toMatch(/it slept \d+ ms, not 1000/);
});

test("a call too many at once is noticed, and one whose connection is gone is none", () => {
  const enter = (call: string, at: number): Line => ({ kind: "enter", call, runId: "", at });
  const leave = (call: string, at: number, how: "answered" | "gone"): Line => ({ kind: "leave", call, at, how });
  const three = [enter("1.a", 1), enter("1.b", 2), enter("1.c", 3)];
  const faultsWith = (more: readonly Line[]) => accountAfter("", [...lines, ...more]).faults;
  expect(faultsWith([...three, leave("1.a", 9, "answered")]).join()).toMatch(
    /3 calls of raw-limited were in flight at once/,
  );
  expect(faultsWith([...three, leave("1.a", 9, "gone")])).toEqual([]);
  expect(faultsWith([enter("1.a", 1), enter("1.b", 2), enter("2.c", 3)])).toEqual([]);
});

test("a run that was called and never stored is noticed, and repeats are counted", () => {
  const extra: Line = {
    kind: "step",
    runId: "ghost",
    step: "one",
    token: "t",
    attempt: 0,
    at: 0,
    threw: false,
    seen: {},
  };
  expect(accountAfter("", [...lines, extra]).faults).toEqual([
    "a step of run ghost was executed, and the run is not stored",
  ]);
  const [first] = lines;
  expect(accountAfter("", [...lines, ...(first === undefined ? [] : [first])]).repeated).toBe(1);
});
