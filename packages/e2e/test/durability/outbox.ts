// The app's own account of what really ran: a SQLite file, written before a step returns.
import Database from "better-sqlite3";

/** One execution of a step's code. */
export interface Execution {
  readonly runId: string;
  readonly step: string;
  readonly attempt: number;
}

/** The account. */
export interface Outbox {
  record(execution: Execution): void;
  all(): readonly Execution[];
  close(): void;
}

/** Opens the account, making it if it is not there; several processes may. */
export function openOutbox(file: string): Outbox {
  const db = new Database(file);
  db.pragma("journal_mode = WAL");
  db.exec(
    "CREATE TABLE IF NOT EXISTS executions (run_id TEXT NOT NULL, step TEXT NOT NULL, attempt INTEGER NOT NULL) STRICT",
  );
  const insert = db.prepare("INSERT INTO executions (run_id, step, attempt) VALUES (@runId, @step, @attempt)");
  const list = db.prepare<[], Execution>("SELECT run_id AS runId, step, attempt FROM executions");
  return {
    record: (execution) => void insert.run(execution),
    all: () => list.all(),
    close: () => void db.close(),
  };
}
