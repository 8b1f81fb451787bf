// A server killed in the middle of committing: what was acknowledged is there, and no batch is there in part.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { asRunId, millis } from "@stepwright/protocol";
import type { Storage } from "@stepwright/storage";
import { expect, test } from "vitest";
import { openSqliteStorage } from "../src/index.ts";
import { testFolder } from "./folder.ts";

const now = millis(1_700_000_000_000);
const crashes = 4;

/** Who checkpoints, and after how many batches more each process is killed: 140 are a checkpoint. */
const checkpoints = [
  { by: "writer", batchesMore: 40 },
  { by: "thread", batchesMore: 150 },
] as const;

test.each(checkpoints)(
  "after a SIGKILL every acknowledged batch is there, and each is whole: checkpoints by the $by",
  { timeout: 60_000 },
  async ({ by, batchesMore }) => {
    const file = join(testFolder(), "main.db");
    let next = 0;
    for (let crash = 0; crash < crashes; crash++) {
      // Killed after another number of batches each time, so not always in the same place.
      const acknowledged = await commitUntilKilled({ file, firstBatch: next, batches: 15 + crash * batchesMore, by });
      const storage = openSqliteStorage({ file, synchronous: "normal", now });
      const stored = await storedBatches(storage);
      expect(stored.length).toBeGreaterThanOrEqual(acknowledged + 1);
      expect(stored).toEqual(stored.map((_, index) => index));
      for (const batch of stored) expect(await storage.runs.items(asRunId(`run-${batch}`))).toHaveLength(3);
      expect(await storage.runs.items(asRunId(`run-${stored.length}`))).toEqual([]);
      // What the killed process had leased is due again.
      expect(await storage.queue.depth()).toEqual({ due: stored.length * 3, future: 0, setAside: 0 });
      await storage.close();
      next = stored.length;
    }
  },
);

/** Returns the number of the last batch that the process told of before it was killed. */
async function commitUntilKilled(o: {
  file: string;
  firstBatch: number;
  batches: number;
  by: string;
}): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      "--conditions=@stepwright/source",
      join(import.meta.dirname, "crash-child.ts"),
      o.file,
      String(o.firstBatch),
      o.by,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (Number(output.trimEnd().split("\n").at(-1)) >= o.firstBatch + o.batches) child.kill("SIGKILL");
  });
  const [, signal] = (await once(child, "close")) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
  // A line that was cut off was not acknowledged.
  return Number(output.slice(0, output.lastIndexOf("\n")).split("\n").at(-1));
}

async function storedBatches(storage: Storage): Promise<readonly number[]> {
  const batches: number[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Storage["events"]["list"]>> = await storage.events.list(
      { name: "batch" },
      { cursor, limit: 100 },
    );
    batches.push(...page.items.map((row) => Number(row.event.id)));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return batches.toSorted((a, b) => a - b);
}
