// Events: one row each, in the order of the sequence.
import type { NewEvent, RunStatus, StoredEvent } from "@stepwright/engine";
import {
  asEventId,
  asJsonText,
  asRunId,
  asStepId,
  type EventId,
  millis,
  type RunId,
  type StepId,
} from "@stepwright/protocol";
import type { EventMatch } from "@stepwright/storage";
import type { Connection } from "./connection.ts";
import type { Sequence } from "./sequence.ts";

/** The columns of an event, in the order of `EventRow`. */
export const eventColumns =
  "events.seq, events.internal_id, events.id, events.name, events.data, events.user, events.ts, events.v, events.meta, events.received_at, events.lifecycle_of";

const insertSql = `INSERT INTO events (seq, internal_id, id, name, is_internal, data, user, ts, v, meta, received_at, lifecycle_of)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const insertMatchSql = "INSERT INTO event_matches (event_seq, run_id, step_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
const matchesSql = `SELECT runs.id, runs.function_slug, runs.status, step_id FROM event_matches
CROSS JOIN runs ON runs.id = event_matches.run_id WHERE event_seq = +? ORDER BY run_id, step_id LIMIT 100`;
const getSql = `SELECT ${eventColumns} FROM events WHERE seq = ?`;
const byInternalIdSql = `SELECT ${eventColumns} FROM events WHERE internal_id = +? ORDER BY seq LIMIT 1`;
const ofRunSql = `SELECT ${eventColumns} FROM run_events JOIN events ON events.seq = run_events.event_seq
WHERE run_events.run_id = +? ORDER BY run_events.position`;

/** An event row as SQLite gives it. */
export interface EventRow {
  readonly seq: number;
  readonly internal_id: string;
  readonly id: string;
  readonly name: string;
  readonly data: string | null;
  readonly user: string;
  readonly ts: number;
  readonly v: string | null;
  readonly meta: string | null;
  readonly received_at: number;
  readonly lifecycle_of: string | null;
}

/** Writes events. */
export interface EventWrites {
  /** Stores the event and returns its sequence number. */
  put(event: NewEvent): number;
  /** Remembers that the event ended a wait of the run, or cancelled it (no step). */
  putMatch(seq: number, match: { readonly runId: RunId; readonly stepId: StepId | null }): void;
}

/** Prepares the writes of events. */
export function eventWrites(db: Connection, sequence: Sequence): EventWrites {
  const insert = db.prepare(insertSql);
  const insertMatch = db.prepare(insertMatchSql);
  return {
    putMatch(seq, { runId, stepId }) {
      insertMatch.run(seq, runId, stepId ?? "");
    },
    put(event) {
      const seq = sequence.next();
      insert.run(
        seq,
        event.internalId,
        event.id,
        event.name,
        isInternalName(event.name) ? 1 : 0,
        event.data,
        event.user,
        event.ts,
        event.v,
        event.meta,
        event.receivedAt,
        event.lifecycleOf,
      );
      return seq;
    },
  };
}

/** Reads single events. */
export interface EventGets {
  get(seq: number): StoredEvent | null;
  byInternalId(id: EventId): StoredEvent | null;
  /** The events of a run, in order. */
  ofRun(runId: RunId): readonly StoredEvent[];
  /** Runs that the event went on with or cancelled. */
  matches(seq: number): readonly EventMatch[];
}

interface MatchRow {
  readonly id: string;
  readonly function_slug: string;
  readonly status: RunStatus;
  readonly step_id: string;
}

/** Prepares the reads of single events. */
export function eventGets(db: Connection): EventGets {
  const get = db.prepare<[number], EventRow>(getSql);
  const byInternalId = db.prepare<[string], EventRow>(byInternalIdSql);
  const ofRun = db.prepare<[string], EventRow>(ofRunSql);
  const matches = db.prepare<[number], MatchRow>(matchesSql);
  return {
    get: (seq) => eventOrNull(get.get(seq)),
    byInternalId: (id) => eventOrNull(byInternalId.get(id)),
    ofRun: (runId) => ofRun.all(runId).map(eventFromRow),
    matches: (seq) =>
      matches.all(seq).map((row) => ({
        runId: asRunId(row.id),
        functionSlug: row.function_slug,
        status: row.status,
        stepId: row.step_id === "" ? null : asStepId(row.step_id),
      })),
  };
}

/** Says whether the engine itself made events of this name. */
export function isInternalName(name: string): boolean {
  return name.startsWith("inngest/");
}

/** Turns a row into an event. */
export function eventFromRow(row: EventRow): StoredEvent {
  return {
    seq: row.seq,
    internalId: asEventId(row.internal_id),
    id: row.id,
    name: row.name,
    data: row.data === null ? null : asJsonText(row.data),
    user: asJsonText(row.user),
    ts: millis(row.ts),
    v: row.v,
    meta: row.meta === null ? null : asJsonText(row.meta),
    receivedAt: millis(row.received_at),
    lifecycleOf: row.lifecycle_of === null ? null : asRunId(row.lifecycle_of),
  };
}

function eventOrNull(row: EventRow | undefined): StoredEvent | null {
  return row === undefined ? null : eventFromRow(row);
}
