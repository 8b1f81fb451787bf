// Commits batch after batch until it is killed, and tells which ones were acknowledged.
// Batch `n` has one event and three runs, each with a queue item, in transitions of their own.
import { writeSync } from "node:fs";
import type { Transition } from "@stepwright/engine";
import { asEventId, asJsonText, asRunId, asQueueItemId, millis, ulidOf } from "@stepwright/protocol";
import { initialProgress } from "@stepwright/engine";
import { openSqliteStorage } from "../src/index.ts";
import { runsPerBatch } from "./crash-batch.ts";

const [file = "", firstBatch = "0"] = process.argv.slice(2);
const now = millis(1_700_000_000_000);
const storage = openSqliteStorage({ file, synchronous: "normal", now });

function id(number: number): string {
  const entropy = new Uint8Array(10);
  new DataView(entropy.buffer).setUint32(6, number);
  return ulidOf(now, entropy);
}

function start(number: number): Transition {
  const runId = asRunId(id(number));
  return {
    guards: [],
    effects: [
      {
        kind: "createRun",
        run: {
          id: runId, functionId: "f" as never, appId: "a" as never, functionSlug: "f", functionVersion: 1, status: "queued",
          triggerName: "e", triggerEventId: asEventId(id(number)), cron: null, batchId: null, originalRunId: null, invokedBy: null,
          queuedAt: now, startedAt: null, endedAt: null, output: null, error: null, version: 1, progress: initialProgress,
        },
        events: [{ kind: "inTransition", index: 0 }],
        idempotencyKey: null,
        keyExpiresAt: null,
      },
      { kind: "enqueue", item: { id: asQueueItemId(runId), lane: "system", at: now, attempt: 0, work: { kind: "runTimeout", runId, which: "start" } } },
    ],
  };
}
