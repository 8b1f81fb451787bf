// What the database says, read from the file beside the server and never written.
import Database from "better-sqlite3";

/** An event as it is stored: what was sent twice is stored twice, and starts runs once. */
export interface EventRow {
  readonly seq: number;
  readonly internalId: string;
  readonly id: string;
  readonly name: string;
  /** The run that a lifecycle event tells of. */
  readonly lifecycleOf: string | null;
}

/** A run as it is stored. */
export interface RunRow {
  readonly id: string;
  readonly slug: string;
  readonly status: string;
  readonly output: string | null;
  readonly error: string | null;
  readonly endedAt: number | null;
}

/** A step's stored result. */
export interface StepRow {
  readonly name: string;
  readonly memo: string;
}

/** The books. */
export interface Books {
  eventsAfter(seq: number): readonly EventRow[];
  runsOf(eventSeq: number): readonly RunRow[];
  childrenOf(runId: string): readonly RunRow[];
  stepsOf(runId: string): readonly StepRow[];
  runExists(runId: string): boolean;
  /** Tables of work and waits that still have rows, with their number. */
  leftovers(): Readonly<Record<string, number>>;
  /** How many runs there are. */
  runCount(): number;
  integrity(): string;
  close(): void;
}

const runColumns = "runs.id, function_slug AS slug, status, output, error, ended_at AS endedAt";
const workTables = ["queue_items", "pauses", "pause_terms", "set_aside_items", "flow_lines", "run_slots"] as const;

/** Opens the file; close it before a server is started on it. */
export function openBooks(file: string): Books {
  const db = new Database(file, { readonly: true, timeout: 10_000 });
  const eventsAfter = db.prepare<[number], EventRow>(
    "SELECT seq, internal_id AS internalId, id, name, lifecycle_of AS lifecycleOf FROM events WHERE seq > ? ORDER BY seq",
  );
  const runsOf = db.prepare<[number], RunRow>(
    `SELECT ${runColumns} FROM run_events JOIN runs ON runs.id = run_id WHERE event_seq = ?`,
  );
  const childrenOf = db.prepare<[string], RunRow>(`SELECT ${runColumns} FROM runs WHERE invoked_by_run_id = ?`);
  const stepsOf = db.prepare<[string], StepRow>("SELECT name, memo FROM steps WHERE run_id = ? ORDER BY position");
  const runExists = db.prepare<[string], number>("SELECT 1 FROM runs WHERE id = ?").pluck();
  const count = (table: string): number => db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0;
  return {
    eventsAfter: (seq) => eventsAfter.all(seq),
    runsOf: (seq) => runsOf.all(seq),
    childrenOf: (runId) => childrenOf.all(runId),
    stepsOf: (runId) => stepsOf.all(runId),
    runExists: (runId) => runExists.get(runId) !== undefined,
    leftovers: () =>
      Object.fromEntries(workTables.map((table) => [table, count(table)] as const).filter(([, rows]) => rows > 0)),
    runCount: () => count("runs"),
    integrity: () => String(db.pragma("integrity_check", { simple: true })),
    close: () => void db.close(),
  };
}
