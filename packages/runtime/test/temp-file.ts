// A place for a database file that is gone after the test.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Path of a database file that does not exist yet, in a folder of its own. */
export function tempFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "stepwright-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "main.db");
}
