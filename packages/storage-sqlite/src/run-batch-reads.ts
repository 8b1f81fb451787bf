// What belongs to several runs at once: one statement where a list would ask for each of its rows.
import type { Run, StoredEvent } from "@stepwright/engine";
import { asEventId, asRunId, type EventId, type RunId } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";
import { eventColumns, eventFromRow, type EventRow } from "./events.ts";
import { listedRun, type RunRow } from "./run-row.ts";

// The list of ids comes first: from it each row is looked up by its index.
const byIdsSql = "SELECT runs.* FROM json_each(?) AS wanted CROSS JOIN runs ON runs.id = wanted.value";
const eventsOfSql = `SELECT run_events.run_id, ${eventColumns} FROM json_each(?) AS wanted
CROSS JOIN run_events ON run_events.run_id = wanted.value CROSS JOIN events ON events.seq = run_events.event_seq`;
const endsOfSql = `SELECT lifecycle_of, internal_id FROM json_each(?) AS wanted
CROSS JOIN events INDEXED BY events_lifecycle ON events.lifecycle_of = wanted.value WHERE events.name = 'inngest/function.finished'`;

/** Reads of several runs. */
export interface RunBatchReads {
  byIds(ids: readonly RunId[]): readonly Run[];
  eventsOf(ids: readonly RunId[]): ReadonlyMap<RunId, readonly StoredEvent[]>;
  endsOf(ids: readonly RunId[]): ReadonlyMap<RunId, EventId>;
}

/** Prepares the reads. */
export function runBatchReads(db: Connection): RunBatchReads {
  const byIds = db.prepare<[string], RunRow>(byIdsSql);
  const eventsOf = db.prepare<[string], EventRow & { readonly run_id: string }>(eventsOfSql);
  const endsOf = db.prepare<[string], { lifecycle_of: string; internal_id: string }>(endsOfSql);
  return {
    byIds: (ids) => byIds.all(textOf(ids)).map(listedRun),
    eventsOf(ids) {
      const found = new Map<RunId, StoredEvent[]>();
      // The rows of one run come in the order of their positions: they are the key that they are found by.
      for (const row of eventsOf.all(textOf(ids))) {
        const runId = asRunId(row.run_id);
        const events = found.get(runId) ?? [];
        events.push(eventFromRow(row));
        found.set(runId, events);
      }
      return found;
    },
    endsOf: (ids) =>
      new Map(endsOf.all(textOf(ids)).map((row) => [asRunId(row.lifecycle_of), asEventId(row.internal_id)] as const)),
  };
}

function textOf(ids: readonly RunId[]): string {
  return JSON.stringify([...new Set(ids)]);
}
