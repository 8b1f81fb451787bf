// Commits batch after batch until it is killed, and tells which ones were acknowledged.
// Batch `n` has one transition with an event and one with three queue items.
import { writeSync } from "node:fs";
import type { Effect } from "@stepwright/engine";
import { asEventId, asJsonText, asQueueItemId, asRunId, millis, ulidOf } from "@stepwright/protocol";
import { openSqliteStorage } from "../src/index.ts";

const [file = "", firstBatch = "", checkpointsBy = ""] = process.argv.slice(2);
const now = millis(1_700_000_000_000);
const checkpointThread = checkpointsBy === "thread" ? { code: null, addonFile: null } : undefined;
const storage = openSqliteStorage({ file, synchronous: "normal", now, checkpointThread });

for (let batch = Number(firstBatch); ; batch++) {
  await storage.commit({
    transitions: [
      { guards: [], effects: [putEvent(batch)] },
      { guards: [], effects: [1, 2, 3].map((part) => enqueue(batch, part)) },
    ],
    now,
    lease: [{ lane: "system", max: 2 }],
  });
  // Synchronous, so that the parent knows of every batch but the last.
  writeSync(1, `${batch}\n`);
}

function putEvent(batch: number): Effect {
  const entropy = new Uint8Array(10);
  new DataView(entropy.buffer).setUint32(6, batch);
  return {
    kind: "putEvent",
    event: {
      internalId: asEventId(ulidOf(now, entropy)),
      id: String(batch),
      name: "batch",
      data: asJsonText(JSON.stringify({ filler: "x".repeat(20_000) })),
      user: asJsonText("{}"),
      ts: now,
      v: null,
      meta: null,
      receivedAt: now,
      lifecycleOf: null,
    },
  };
}

function enqueue(batch: number, part: number): Effect {
  const runId = asRunId(`run-${batch}`);
  return {
    kind: "enqueue",
    item: {
      id: asQueueItemId(`${batch}:${part}`),
      lane: "system",
      at: now,
      attempt: 0,
      work: { kind: "runTimeout", runId, which: "start", from: now },
    },
  };
}
