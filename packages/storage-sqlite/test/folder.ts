// A folder of its own for each test, removed afterwards.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Makes a folder that lasts as long as the current test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "stepwright-storage-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
