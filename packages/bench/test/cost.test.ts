// What a call costs in what can be counted: commits exactly, CPU time beside the floor's with a generous bound.
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { type Bed, startBed } from "../src/bed.ts";
import { startRawApp } from "../src/raw-app.ts";
import type { SubjectKind } from "../src/subject.ts";
import { measureThroughput } from "../src/throughput.ts";
import { countCommits } from "../src/wal.ts";

const testMs = 60_000;

test("a step costs one commit, and what is around the steps at most four", { timeout: testMs }, async () => {
  const runs = 2;
  const { short, long } = await onBed("server", async (bed) => {
    await commitsOf(bed, { name: "steps-0", runs: 1 });
    return {
      short: await commitsOf(bed, { name: "steps-0", runs }),
      long: await commitsOf(bed, { name: "steps-10", runs }),
    };
  });
  expect((long - short) / runs).toBe(10);
  // The event, the call's answer, and what the lifecycle event of the end may start.
  expect(short / runs).toBeLessThanOrEqual(4);
});

test("a call costs a small multiple of the CPU time of the floor", { timeout: testMs }, async () => {
  const load = {
    event: { name: "bench/steps-20", data: {} },
    warmUpRuns: 12,
    runs: 108,
    inFlight: 64,
    unitsPerRun: 21,
  };
  const floor = await onBed("floor", (bed) => measureThroughput(bed, load));
  const server = await onBed("server", (bed) => measureThroughput(bed, load));
  // Both are still warming up at this size: far from the ratio of the report, and far from a mistake in the order of growth.
  expect((server.cpuMicros ?? Number.NaN) / (floor.cpuMicros ?? Number.NaN)).toBeLessThan(12);
  expect(server.counts).toEqual({ calls: 120 * 21, runs: 120, ended: 120 });
});

async function onBed<T>(kind: SubjectKind, work: (bed: Bed) => Promise<T>): Promise<T> {
  // The index of what is searched commits when it likes.
  const serverArgs = ["--no-search-index"];
  const bed = await startBed({ kind, synchronous: "full", profile: null, serverArgs }, startRawApp);
  try {
    return await work(bed);
  } finally {
    await bed.close();
  }
}

/** Runs a function to its end, one run after the other, and counts the commits until nothing is left to do. */
async function commitsOf(bed: Bed, { name, runs }: { readonly name: string; readonly runs: number }): Promise<number> {
  const { databaseFile } = bed.subject;
  await untilQueueEmpty(databaseFile);
  const before = countCommits(databaseFile);
  for (let run = 0; run < runs; run += 1) {
    const ended = Promise.withResolvers<void>();
    bed.app.onCall((call) => {
      if (call.isLast) ended.resolve();
    });
    await bed.send(`bench/${name}`);
    await ended.promise;
    await untilQueueEmpty(databaseFile);
  }
  const after = countCommits(databaseFile);
  if (after.round !== before.round) throw new Error("the log was begun anew meanwhile: run less");
  return after.commits - before.commits;
}

/** Looks into the database until no queue item is there: then the last commit is made. */
async function untilQueueEmpty(databaseFile: string): Promise<void> {
  const db = new Database(databaseFile, { readonly: true });
  try {
    const count = db.prepare("SELECT count(*) FROM queue_items").pluck();
    while (count.get() !== 0) await delay(5);
  } finally {
    db.close();
  }
}
