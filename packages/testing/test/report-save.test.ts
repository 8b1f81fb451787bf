// Runs as files.
import { parseSavedRun } from "@stepwright/protocol";
import { saveRun } from "@stepwright/testing";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { endedRun, runOfEvent, startShop } from "./report-app.ts";

const folder = mkdtempSync(join(tmpdir(), "stepwright-saved-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("every kind of run is read from its file as it was", async () => {
  await using engine = await startShop();
  await engine.queue.pause(engine.app.plain);
  const runs = [
    await runOfEvent(engine, "single"),
    await runOfEvent(engine, "single"),
    await runOfEvent(engine, "plain"),
    await runOfEvent(engine, "content/submitted", { contentId: "c1" }),
    await runOfEvent(engine, "signal"),
    await runOfEvent(engine, "flaky"),
    await endedRun(engine, "parent", { fails: true }),
    await endedRun(engine, "broken"),
    await endedRun(engine, "long"),
  ];
  for (const run of runs) {
    const file = saveRun(run, join(folder, "all"), { now: engine.clock.now() });
    const read = parseSavedRun(readFileSync(file, "utf8"));
    const savedAt = run.details.endedAt ?? engine.clock.now();
    expect(read).toMatchObject({ kind: "saved", saved: { test: null, run: run.details } });
    expect(read.kind === "saved" && read.saved.savedAt).toBeGreaterThanOrEqual(savedAt);
  }
  // Written beside and renamed: nothing else is left.
  expect(readdirSync(join(folder, "all")).filter((name) => !name.endsWith(".json"))).toEqual([]);
  expect(new Set(readdirSync(join(folder, "all"))).size).toBe(runs.length);
});

test("a file is given by its name, or named after the function and the test in a folder", async () => {
  await using engine = await startShop();
  const run = await endedRun(engine, "plain");
  expect(saveRun(run, join(folder, "deep", "mine.json"))).toBe(join(folder, "deep", "mine.json"));
  expect(basename(saveRun(run.details, folder))).toBe(`shop-plain-${run.id}.json`);
  const named = (test: string, testFile?: string) =>
    basename(saveRun(run, folder, testFile === undefined ? { test } : { test, testFile }));
  expect(named("orders > are paid / once?")).toMatch(/^shop-plain-orders-are-paid-once-[\da-f]{8}\.json$/);
  expect(named("../../etc/passwd")).toMatch(/^shop-plain-etc-passwd-[\da-f]{8}\.json$/);
  // Saved again for the same test it is the same file; for a test of that name in another file it is another one.
  expect(named("a", "a.test.ts")).toBe(named("a", "a.test.ts"));
  expect(named("a", "a.test.ts")).not.toBe(named("a", "b.test.ts"));
  expect(Buffer.byteLength(named("名前".repeat(200)))).toBeLessThan(255);
});
