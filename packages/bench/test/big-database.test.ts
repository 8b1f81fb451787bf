// A database that was built has the rows that a server writes for the same events.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { startBed } from "../src/bed.ts";
import { buildDatabase, eventOf, isCancelled } from "../src/big-database/build-database.ts";
import { startRawApp } from "../src/raw-app.ts";
import { readApi, untilQuiet } from "../src/server-api.ts";
import type { Subject } from "../src/subject.ts";

const runs = 100;
const testMs = 60_000;

/** Tables with rows of runs, and what differs from one database to the other in any case. */
const tables: Readonly<Record<string, readonly string[]>> = {
  events: ["seq"],
  // A first call that takes longer than a moment makes its run `running` in a version of its own.
  runs: ["row", "version"],
  run_events: ["event_seq"],
  steps: ["row"],
  // Calls that share a millisecond begin in any order.
  spans: ["row"],
  queue_items: ["row"],
  pauses: ["seq"],
  pause_terms: ["seq", "value"],
  counters: [],
};

test("what was built differs from what a server wrote in nothing but ids and times", { timeout: testMs }, async () => {
  const built = freshFolder();
  await buildDatabase({ folder: built, runs });
  const served = freshFolder();
  await serve(served);
  for (const [table, ignored] of Object.entries(tables)) {
    const rows = rowsOf(built, table, ignored);
    expect(rows).not.toEqual([]);
    expect({ table, rows }).toEqual({ table, rows: rowsOf(served, table, ignored) });
  }
});

/** Sends the same events to a server and cancels the same runs. */
async function serve(dataDir: string): Promise<void> {
  const bed = await startBed({ kind: "server", synchronous: "normal", profile: null, dataDir }, startRawApp);
  try {
    await bed.sendAll(Array.from({ length: runs }, (_, number) => eventOf(number)));
    const events = new Set(Array.from({ length: runs }, (_, number) => eventOf(number).name));
    for (const name of events) await untilQuiet(bed.subject, name.replace("/", "-"));
    for (const runId of await waitingRuns(bed.subject)) await cancelIfWanted(bed.subject, runId);
    await untilQuiet(bed.subject, "bench-wait");
  } finally {
    await bed.close();
  }
}

async function waitingRuns(subject: Subject): Promise<readonly string[]> {
  const page = (await readApi(subject, "/api/runs?function=bench-wait&status=running")) as {
    readonly items: readonly { readonly id: string }[];
  };
  return page.items.map(({ id }) => id);
}

async function cancelIfWanted(subject: Subject, runId: string): Promise<void> {
  const run = (await readApi(subject, `/api/runs/${runId}`)) as {
    readonly events: readonly { readonly data: { readonly key: number } }[];
  };
  if (!isCancelled(run.events[0]?.data.key ?? -1)) return;
  const headers = { authorization: `Bearer ${subject.signingKeyHash}` };
  const answer = await fetch(`${subject.url}/api/runs/${runId}/cancel`, { method: "POST", headers });
  expect(answer.status).toBe(200);
}

/** The rows with what identifies and dates them blotted out, sorted. */
function rowsOf(folder: string, table: string, ignored: readonly string[]): readonly string[] {
  const db = new Database(join(folder, "main.db"), { readonly: true });
  try {
    return (
      db
        .prepare(`SELECT * FROM ${table}`)
        .all()
        // How far an index of words is says nothing of the runs.
        .filter((row) => !("name" in (row as object) && String((row as { name: unknown }).name).startsWith("search.")))
        .map((row) => blot(Object.entries(row as object).filter(([column]) => !ignored.includes(column))))
        .toSorted()
    );
  } finally {
    db.close();
  }
}

function blot(row: readonly (readonly [string, unknown])[]): string {
  return JSON.stringify(Object.fromEntries(row))
    .replaceAll(/[0-9A-HJKMNP-TV-Z]{26}/g, "<ulid>")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<uuid>")
    .replaceAll(/\b1[78]\d{11}\b/g, "<time>");
}

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bench-built-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
