// The search index follows what is committed, by itself and only when there is something to do.
import { storageUnavailable } from "@stepwright/protocol";
import { parseSearch, type Storage } from "@stepwright/storage";
import { examineDatabase } from "@stepwright/storage-sqlite";
import { expect, it } from "vitest";
import { sleepOnce } from "./flow.ts";
import { createManualClock } from "./manual-clock.ts";
import { addApp, openRuntime, type OpenRuntime } from "./open-runtime.ts";
import { done, type TestFunction } from "./test-app.ts";
import { tempFile } from "./temp-file.ts";

const functions: readonly TestFunction[] = [
  { name: "greet", handle: () => done("good morning") },
  { name: "fail", retries: 0, handle: () => ({ status: 500, body: { name: "Error", message: "out of paper" } }) },
  { name: "sleep", handle: sleepOnce("1h") },
];

/** Ids of the runs that are found. */
async function found(storage: Storage, text: string): Promise<readonly string[]> {
  const parsed = parseSearch(text);
  if (parsed.kind === "invalid") throw new Error(parsed.reason);
  const { items } = await storage.runs.search(parsed.query, {}, { cursor: null, limit: 50 });
  return items.map(({ id }) => id);
}

/** Counts the pieces of work on the index, and lets a test refuse them. */
function watchIndex(storage: Storage): { pieces: number; isRefused: boolean } {
  const watched = { pieces: 0, isRefused: false };
  const { catchUp } = storage.search;
  Object.assign(storage.search, {
    catchUp: (request: Parameters<typeof catchUp>[0]) => {
      watched.pieces += 1;
      return watched.isRefused
        ? Promise.reject(storageUnavailable({ reason: "database or disk is full" }))
        : catchUp(request);
    },
  });
  return watched;
}

const indexesTexts = { indexesTexts: true };

async function isIndexed({ storage }: OpenRuntime): Promise<boolean> {
  const { indexed, isCurrent } = await storage.search.catchUp({ weightMax: 1_000 });
  return indexed === 0 && isCurrent;
}

it("indexes runs and events once they are committed, and a run again when it has ended", async () => {
  const file = tempFile();
  const clock = createManualClock();
  const server = await openRuntime({ file, clock, settings: indexesTexts });
  await addApp(server, "shop", functions);
  const settled = async () => {
    const indexed = server.runtime.indexed();
    await clock.asleepUntil(clock.now() + 1);
    clock.move(250);
    await indexed;
  };
  const greeted = await server.start("test/greet", { data: { customer: "Ada" } });
  const failed = await server.start("test/fail", { data: { customer: "Bob" } });
  const asleep = await server.start("test/sleep", { data: { customer: "Cleo" } });
  await server.runtime.idle();
  await settled();
  expect(await found(server.storage, "ada morning")).toEqual([greeted]);
  expect(await found(server.storage, '"out of paper"')).toEqual([failed]);
  expect(await found(server.storage, "cleo")).toEqual([asleep]);
  expect(await isIndexed(server)).toBe(true);

  clock.move(3_600_000);
  await server.ended(asleep);
  await settled();
  expect(await isIndexed(server)).toBe(true);
  expect(examineDatabase({ file, isFull: true }).findings).toEqual([]);
  expect(server.complaints).toEqual([]);
});

it("indexes what was there before it was asked to", async () => {
  const file = tempFile();
  const before = await openRuntime({ file });
  await addApp(before, "shop", functions);
  const runs = await Promise.all(Array.from({ length: 120 }, () => before.start("test/greet")));
  await before.runtime.idle();
  await before.runtime.stop({ graceMs: 0 });
  await before.storage.close();

  const server = await openRuntime({ file, settings: indexesTexts });
  await server.runtime.indexed();
  expect(await isIndexed(server)).toBe(true);
  expect((await found(server.storage, "greet")).length).toBe(Math.min(50, runs.length));
  expect(examineDatabase({ file, isFull: true }).findings).toEqual([]);
});

it("does nothing while nothing is committed", async () => {
  const clock = createManualClock();
  let index = { pieces: 0, isRefused: false };
  const server = await openRuntime({
    clock,
    settings: indexesTexts,
    prepare: (storage) => void (index = watchIndex(storage)),
  });
  const indexed = server.runtime.indexed();
  await clock.asleepUntil(clock.now() + 1);
  clock.move(250);
  await indexed;
  const { pieces } = index;
  expect(pieces).toBeGreaterThan(0);
  expect(clock.sleepers).toBe(0);
  clock.move(24 * 3_600_000);
  await server.runtime.idle();
  expect(index.pieces).toBe(pieces);
});

it("is tried again with the next commit when the database refuses, and complains once", async () => {
  const clock = createManualClock();
  let index = { pieces: 0, isRefused: false };
  const server = await openRuntime({
    clock,
    settings: indexesTexts,
    prepare(storage) {
      index = watchIndex(storage);
      index.isRefused = true;
    },
  });
  const triedAfter = async (what: () => Promise<unknown>) => {
    const before = index.pieces;
    await what();
    await clock.asleepUntil(clock.now() + 1);
    clock.move(250);
    await server.runtime.idle();
    return index.pieces - before;
  };
  expect(await triedAfter(() => Promise.resolve())).toBe(1);
  expect(await triedAfter(() => server.send("test/nobody"))).toBe(1);
  const complaints = ["the search index could not be brought up to date"];
  expect(server.complaints).toEqual(complaints);
  index.isRefused = false;
  const indexed = server.runtime.indexed();
  await clock.asleepUntil(clock.now() + 1);
  clock.move(250);
  await indexed;
  expect(await isIndexed(server)).toBe(true);
  expect(server.complaints).toEqual(complaints);
});
