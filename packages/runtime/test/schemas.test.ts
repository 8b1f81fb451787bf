// Data of every schema that there ever was goes on under the server of today.
//
// The texts under `fixtures` are what servers of their time have left behind when they were killed (`every-state.ts`).
// Before a new schema is released, `STEPWRIGHT_WRITE_FIXTURE=1 pnpm test schemas` writes its text; those of released ones stay.
import { existsSync, writeFileSync } from "node:fs";
import process from "node:process";
import { asJsonText } from "@stepwright/protocol";
import { examineDatabase } from "@stepwright/storage-sqlite";
import Database from "better-sqlite3";
import { expect, it } from "vitest";
import { everyFunction, leaveEverything } from "./every-state.ts";
import { createManualClock } from "./manual-clock.ts";
import { openRuntime } from "./open-runtime.ts";
import { dumpDatabase, fixturePath, loadFixture } from "./schema-fixture.ts";
import { done, startTestApp } from "./test-app.ts";
import { tempFile } from "./temp-file.ts";

const schemas = [1, 2, 3, 4, 5, 6, 7] as const;
const minute = 60_000;

/** The SQL of all tables and indexes, whatever order their columns were added in. */
function schemaOf(file: string): readonly unknown[] {
  const db = new Database(file, { readonly: true });
  const rows = db.prepare("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name").all();
  db.close();
  return rows;
}

/** Ids of the runs that have not ended. */
function unfinishedRuns(file: string): readonly string[] {
  const db = new Database(file, { readonly: true });
  const ids = db.prepare<[], string>("SELECT id FROM runs WHERE status IN ('queued', 'running')").pluck().all();
  db.close();
  return ids;
}

it("there is data of every schema, and that of the newest is as migrations make it", async () => {
  const file = tempFile();
  const { app } = await leaveEverything(file);
  const { schema } = examineDatabase({ file, isFull: false });
  expect(schemas.at(-1)).toBe(schema.newest);
  const path = fixturePath(schema.newest);
  if (process.env["STEPWRIGHT_WRITE_FIXTURE"] === "1") writeFileSync(path, dumpDatabase(file, app.port));
  expect(schemas.filter((number) => !existsSync(fixturePath(number)))).toEqual([]);
  const loaded = tempFile();
  loadFixture({ schema: schema.newest, file: loaded, appPort: 1 });
  expect(schemaOf(loaded)).toEqual(schemaOf(file));
});

it.each(schemas)("runs of schema %i that slept, waited, retried or queued end as they would have", async (schema) => {
  const app = await startTestApp("shop", everyFunction(Promise.resolve(done())));
  const file = tempFile();
  loadFixture({ schema, file, appPort: app.port });
  const before = examineDatabase({ file, isFull: true });
  expect(before).toMatchObject({ schema: { found: schema }, findings: [] });
  const unfinished = unfinishedRuns(file);
  expect(unfinished.length).toBeGreaterThan(12);

  const clock = createManualClock();
  // Migrated, and not at work yet: the data agrees with itself as today's does.
  const prepare = () => expect(examineDatabase({ file, isFull: true }).findings).toEqual([]);
  const server = await openRuntime({ file, clock, prepare });
  app.registersAt(server.runtime);
  await server.runtime.idle();
  await server.send("test/go", { data: { key: "k" } });
  expect(await server.runtime.sendSignal("green", asJsonText('"go"'))).not.toBeNull();
  // Two naps of an hour one after the other, and starts half an hour apart.
  for (let passed = 0; passed < 180; passed += 10) {
    clock.move(10 * minute);
    await server.runtime.idle();
  }
  expect(unfinishedRuns(file)).toEqual([]);
  const { items } = await server.storage.runs.list({}, { cursor: null, limit: 100 });
  const statuses = new Set(items.filter(({ id }) => unfinished.includes(id)).map(({ status }) => status));
  expect([...statuses]).toEqual(["completed"]);
  expect(server.complaints).toEqual([]);
  const after = examineDatabase({ file, isFull: true });
  expect(after).toMatchObject({ schema: { found: after.schema.newest, newest: after.schema.newest }, findings: [] });
});
