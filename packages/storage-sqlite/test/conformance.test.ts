// The contract, kept by a database in memory and by one in a file.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeStorage } from "@stepwright/storage/conformance";
import { afterAll } from "vitest";
import { openSqliteStorage } from "../src/index.ts";

describeStorage("SQLite in memory", async ({ now }) => ({
  storage: openSqliteStorage({ file: ":memory:", synchronous: "normal", now }),
  reopen: null,
}));

const root = mkdtempSync(join(tmpdir(), "stepwright-conformance-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describeStorage("SQLite in a file", async ({ now }) => {
  const file = join(mkdtempSync(join(root, "data-")), "main.db");
  const open = () => openSqliteStorage({ file, synchronous: "normal", now });
  const storage = open();
  return {
    storage,
    reopen: async () => {
      await storage.close();
      return open();
    },
  };
});
