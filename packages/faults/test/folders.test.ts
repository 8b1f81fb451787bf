// Folders that may not be written, and folders that go away under a running server.
import { chmodSync, chownSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { request } from "../src/api.ts";
import { startServerChild } from "../src/server.ts";
import { codeOf, contents, dataFolder, nobody, readiness, sendMany, sendOne, start, storedEvents } from "./scene.ts";

const timeout = 60_000;
const user = nobody === null ? {} : { uid: nobody };

/** A folder that belongs to whoever runs the server. */
function ownFolder(): string {
  const folder = dataFolder();
  chmodSync(dirname(folder), 0o755);
  if (nobody !== null) chownSync(folder, nobody, nobody);
  return folder;
}

async function filled(folder: string): Promise<void> {
  const server = await start({ dataDir: folder, ...user });
  await sendMany(server.url, 20);
  await server.child.end("SIGTERM");
}

test.each([
  { name: "a folder", damage: (folder: string) => chmodSync(folder, 0o555) },
  { name: "a database", damage: (folder: string) => chmodSync(join(folder, "main.db"), 0o444) },
  { name: "a lock", damage: (folder: string) => chmodSync(join(folder, "lock.db"), 0o000) },
  { name: "a database nobody may read,", damage: (folder: string) => chmodSync(join(folder, "main.db"), 0o000) },
])("$name that may not be written is refused at start, and left as it is", { timeout }, async ({ damage }) => {
  const folder = ownFolder();
  await filled(folder);
  const before = contents(folder);
  damage(folder);
  const refused = startServerChild({ dataDir: folder, ...user });
  expect(await refused.ended).toBe(1);
  const said = refused.lines().join("\n");
  expect(said).toContain(folder);
  expect(said).toMatch(/cannot be used .*choose a folder with room that this user can write/);
  chmodSync(folder, 0o755);
  for (const name of ["main.db", "lock.db"]) chmodSync(join(folder, name), 0o644);
  expect(contents(folder)).toEqual(before);
  await start({ dataDir: folder, ...user });
  expect(storedEvents(folder)).toEqual({ events: 20, verdict: "ok" });
});

test(
  "a folder that becomes read-only while the server runs changes nothing until the next start",
  { timeout },
  async () => {
    const folder = ownFolder();
    const server = await start({ dataDir: folder, ...user });
    await sendMany(server.url, 10);
    for (const name of ["main.db", "main.db-wal"]) chmodSync(join(folder, name), 0o444);
    chmodSync(folder, 0o555);
    await sendMany(server.url, 10);
    // Not even looking into it is allowed any more.
    chmodSync(folder, 0o000);
    await sendMany(server.url, 10);
    expect(await readiness(server.url)).toBe("ready");
    await server.child.end("SIGKILL");
    chmodSync(folder, 0o555);
    expect(await startServerChild({ dataDir: folder, ...user }).ended).toBe(1);
    chmodSync(folder, 0o755);
    for (const name of ["main.db", "main.db-wal"]) chmodSync(join(folder, name), 0o644);
    await start({ dataDir: folder, ...user });
    expect(storedEvents(folder)).toEqual({ events: 30, verdict: "ok" });
  },
);

test.each([
  { name: "removed", act: (folder: string) => rmSync(folder, { recursive: true }) },
  { name: "without its log", act: (folder: string) => rmSync(join(folder, "main.db-wal")) },
  { name: "without its database", act: (folder: string) => rmSync(join(folder, "main.db")) },
])("nothing is acknowledged into a folder that is $name", { timeout }, async ({ act }) => {
  const folder = dataFolder();
  const server = await start({ dataDir: folder });
  await sendMany(server.url, 5);
  act(folder);
  const refusal = await sendOne(server.url);
  expect(codeOf(refusal)).toBe("503 STORAGE_GONE");
  expect(Number(refusal.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await readiness(server.url)).toContain("STORAGE_GONE");
  await server.child.line(/the database is in trouble/);
  expect((await request(`${server.url}/health`)).status).toBe(200);
  expect(await server.child.end("SIGTERM")).toBe(0);
});

test(
  "a folder that was moved away and back has all that was acknowledged after the next start",
  { timeout },
  async () => {
    const folder = dataFolder();
    const server = await start({ dataDir: folder });
    await sendMany(server.url, 5);
    renameSync(folder, `${folder}-away`);
    expect(await readiness(server.url)).toContain("STORAGE_GONE");
    expect(codeOf(await sendOne(server.url))).toBe("503 STORAGE_GONE");
    renameSync(`${folder}-away`, folder);
    await server.child.end("SIGKILL");
    const again = await start({ dataDir: folder });
    await sendMany(again.url, 5);
    await again.child.end("SIGTERM");
    expect(storedEvents(folder)).toEqual({ events: 10, verdict: "ok" });
  },
);
