// A matcher that fails saves the run, and says where.
import "@stepwright/testing/vitest";
import { parseSavedRun } from "@stepwright/protocol";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestEngine } from "@stepwright/testing";
import { afterEach, expect, test, vi } from "vitest";
import { makeApp, runOfEvent } from "./report-app.ts";

const folder = join(mkdtempSync(join(tmpdir(), "stepwright-failed-")), "runs");
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const start = (options: object) => createTestEngine({ client: makeApp().inngest, ...options });

function messageOf(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("the assertion has passed");
}

test("a run that failed a matcher is saved for its test, and opened again", async () => {
  await using engine = await start({ saveFailedRunsTo: folder });
  const run = await runOfEvent(engine, "plain");
  expect(run).toHaveCompleted();
  expect(() => readdirSync(folder)).toThrow("ENOENT");
  const message = messageOf(() => expect(run).toHaveFailed());
  const [name = ""] = readdirSync(folder);
  expect(name).toMatch(
    /^shop-plain-a-run-that-failed-a-matcher-is-saved-for-its-test-and-opened-again-[\da-f]{8}\.json$/,
  );
  expect(message).toContain(
    `saved as ${join(folder, name)}; open it in the dashboard of "stepwright dev", at http://localhost:8288/open`,
  );
  expect(parseSavedRun(readFileSync(join(folder, name), "utf8"))).toMatchObject({
    kind: "saved",
    saved: { test: "a run that failed a matcher is saved for its test, and opened again", run: { id: run.id } },
  });
  // Again for the same test, it is the same file.
  messageOf(() => expect(run).toHaveFailed());
  expect(readdirSync(folder)).toEqual([name]);
});

test("the runs of an engine are saved, three at most", async () => {
  await using engine = await start({ saveFailedRunsTo: folder });
  await engine.send(Array.from({ length: 5 }, () => ({ name: "plain" })));
  await expect(expect(engine).toHaveStarted("plain", { times: 4 })).rejects.toThrow(
    /… and 2 more\n\nsaved as .*\.json, .*\.json, .*\.json; open them in the dashboard/,
  );
  expect(readdirSync(folder)).toHaveLength(3);
});

test("the folder may come from the environment, and without one nothing is saved", async () => {
  vi.stubEnv("STEPWRIGHT_FAILED_RUNS", join(folder, "from-env"));
  await using engine = await start({});
  const run = await runOfEvent(engine, "plain");
  expect(messageOf(() => expect(run).toHaveFailed())).toContain(join(folder, "from-env"));
  expect(messageOf(() => expect(run.details).toHaveFailed())).toContain(join(folder, "from-env"));
  vi.stubEnv("STEPWRIGHT_FAILED_RUNS", undefined);
  await using other = await start({});
  const unsaved = await runOfEvent(other, "plain");
  expect(messageOf(() => expect(unsaved).toHaveFailed())).not.toContain("saved");
});

test("a folder that cannot be written hides nothing", async () => {
  writeFileSync(folder, "a file");
  await using engine = await start({ saveFailedRunsTo: folder });
  const run = await runOfEvent(engine, "plain");
  const message = messageOf(() => expect(run).toHaveFailed());
  expect(message).toMatch(/^expected the run of shop-plain to have failed, but it has completed\n/);
  expect(message).toContain("could not be saved: ");
});
