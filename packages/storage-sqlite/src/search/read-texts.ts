// Reads what of runs and events can be searched for.
import { eventDocument, runDocument, type RunText } from "@stepwright/storage";
import type { Connection } from "../connection.ts";
import type { RunStatus } from "@stepwright/engine";

/** Characters read of one text: what is longer is cut off in the document as well, and has more syntax than values. */
const textMax = 32_768;
/** Events read of a run: a batch may have a hundred times as many, and the first fill the document. */
const eventsPerRunMax = 20;
/** Spans looked at for errors, and errors kept. */
const spansPerRunMax = 200;
const failuresPerRunMax = 10;

const cut = (column: string): string => `substr(${column}, 1, ${textMax}) AS ${column}`;
const runColumns = `row, id, function_id, app_id, function_slug, status, trigger_name, ${cut("output")}, ${cut("error")}`;
const eventColumns = `seq AS row, id, internal_id AS internalId, name, is_internal, ${cut("data")}`;

const runSql = `SELECT ${runColumns} FROM runs WHERE row = ?`;
const runsAfterSql = `SELECT ${runColumns} FROM runs WHERE row > ? ORDER BY row LIMIT +?`;
const runsBeforeSql = `SELECT ${runColumns} FROM runs WHERE row < ? ORDER BY row DESC LIMIT +?`;
const eventsAfterSql = `SELECT ${eventColumns}, lifecycle_of FROM events WHERE seq > ? ORDER BY seq LIMIT +?`;
const eventsBeforeSql = `SELECT ${eventColumns}, lifecycle_of FROM events WHERE seq < ? ORDER BY seq DESC LIMIT +?`;
const eventSql = `SELECT ${eventColumns}, lifecycle_of FROM events WHERE seq = ?`;
const eventsOfRunSql = `SELECT ${eventColumns} FROM run_events CROSS JOIN events ON events.seq = run_events.event_seq
WHERE run_events.run_id = +? ORDER BY run_events.position LIMIT ${eventsPerRunMax}`;
const failuresSql = `SELECT DISTINCT error FROM (SELECT ${cut("error")} FROM spans WHERE run_id = ? LIMIT ${spansPerRunMax})
WHERE error IS NOT NULL LIMIT ${failuresPerRunMax}`;

/** A run as far as it is searched. */
export interface RunTextRow {
  readonly row: number;
  readonly id: string;
  readonly function_id: string;
  readonly app_id: string;
  readonly function_slug: string;
  readonly status: RunStatus;
  readonly trigger_name: string;
  readonly output: string | null;
  readonly error: string | null;
}

/** An event as far as it is searched. */
export interface EventTextRow {
  readonly row: number;
  readonly id: string;
  readonly internalId: string;
  readonly name: string;
  readonly is_internal: 0 | 1;
  readonly data: string | null;
  /** The payload of an event with a run here is made when it is read, and says what the run says. */
  readonly lifecycle_of: string | null;
}

/** The words of a row, and the ids of ours that belong to it. */
export interface Document {
  readonly words: readonly string[];
  readonly ids: readonly string[];
}

/** Rows with a text, by their numbers. */
export interface TextReads<Row> {
  get(row: number): Row | undefined;
  after(row: number, limit: number): readonly Row[];
  /** The highest first. */
  before(row: number, limit: number): readonly Row[];
  document(row: Row): Document;
}

/** Prepares the texts of runs. */
export function runTexts(db: Connection): TextReads<RunTextRow> {
  const get = db.prepare<[number], RunTextRow>(runSql);
  const after = db.prepare<[number, number], RunTextRow>(runsAfterSql);
  const before = db.prepare<[number, number], RunTextRow>(runsBeforeSql);
  const events = db.prepare<[string], Omit<EventTextRow, "lifecycle_of">>(eventsOfRunSql);
  const failures = db.prepare<[string], string>(failuresSql).pluck();
  return {
    get: (row) => get.get(row),
    after: (row, limit) => after.all(row, limit),
    before: (row, limit) => before.all(row, limit),
    document(run) {
      const started = events.all(run.id);
      const text: RunText = {
        functionSlug: run.function_slug,
        output: run.output,
        error: run.error,
        failures: failures.all(run.id),
        events: started,
      };
      return { words: runDocument(text), ids: [run.id, ...started.map((event) => event.internalId)] };
    },
  };
}

/** Prepares the texts of events. */
export function eventTexts(db: Connection): TextReads<EventTextRow> {
  const get = db.prepare<[number], EventTextRow>(eventSql);
  const after = db.prepare<[number, number], EventTextRow>(eventsAfterSql);
  const before = db.prepare<[number, number], EventTextRow>(eventsBeforeSql);
  return {
    get: (row) => get.get(row),
    after: (row, limit) => after.all(row, limit),
    before: (row, limit) => before.all(row, limit),
    document: (event) => ({ words: eventDocument(event), ids: [event.internalId] }),
  };
}
