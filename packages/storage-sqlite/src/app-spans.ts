// Spans that the code of apps exports, kept with their run.
import type { AppSpan, Effect } from "@stepwright/engine";
import { asJsonText, asStepId, millis, type RunId } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";
import { timeOrNull } from "./time-or-null.ts";

// A run that was removed meanwhile has no spans.
const putSql = `INSERT INTO app_spans (run_id, id, parent_id, name, status, started_at, ended_at, step_id, called_at, detail)
SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM runs WHERE id = ?
ON CONFLICT (run_id, id) DO UPDATE SET parent_id = excluded.parent_id, name = excluded.name, status = excluded.status,
  started_at = excluded.started_at, ended_at = excluded.ended_at, step_id = excluded.step_id, called_at = excluded.called_at,
  detail = excluded.detail`;
const bytesSql = "octet_length(name) + octet_length(detail)";
const knownSql = `SELECT ${bytesSql} FROM app_spans WHERE run_id = ? AND id = ?`;
const useSql = `SELECT count(*) AS count, ifnull(sum(${bytesSql}), 0) AS bytes FROM app_spans WHERE run_id = ?`;
const ofRunSql = "SELECT * FROM app_spans WHERE run_id = ? ORDER BY row";

interface AppSpanRow {
  readonly id: string;
  readonly parent_id: string | null;
  readonly name: string;
  readonly status: AppSpan["status"];
  readonly started_at: number;
  readonly ended_at: number;
  readonly step_id: string | null;
  readonly called_at: number | null;
  readonly detail: string;
}

interface Use {
  readonly count: number;
  readonly bytes: number;
}

/** Keeps spans. */
export type AppSpanWrite = (effect: Extract<Effect, { readonly kind: "putAppSpans" }>) => void;

/** Prepares the write of spans. */
export function appSpanWrites(db: Connection): AppSpanWrite {
  const put = db.prepare(putSql);
  const known = db.prepare<[string, string], number>(knownSql).pluck();
  const use = db.prepare<[string], Use>(useSql);
  return ({ runId, spans, limits }) => {
    let { count, bytes } = use.get(runId) ?? nothing;
    for (const span of spans) {
      const before = known.get(runId, span.id);
      const after = {
        count: count + (before === undefined ? 1 : 0),
        bytes: bytes - (before ?? 0) + Buffer.byteLength(span.name) + Buffer.byteLength(span.detail),
      };
      if (after.count > limits.countMax || after.bytes > limits.bytesMax) continue;
      ({ count, bytes } = after);
      put.run(
        span.id,
        span.parentId,
        span.name,
        span.status,
        span.startedAt,
        span.endedAt,
        span.stepId,
        span.calledAt,
        span.detail,
        runId,
      );
    }
  };
}

const nothing: Use = { count: 0, bytes: 0 };

/** Reads spans. */
export interface AppSpanReads {
  /** In the order they were first stored. */
  ofRun(runId: RunId): readonly AppSpan[];
  use(runId: RunId): Use;
}

/** Prepares the reads of spans. */
export function appSpanReads(db: Connection): AppSpanReads {
  const ofRun = db.prepare<[string], AppSpanRow>(ofRunSql);
  const use = db.prepare<[string], Use>(useSql);
  return {
    ofRun: (runId) => ofRun.all(runId).map(spanFromRow),
    use: (runId) => use.get(runId) ?? nothing,
  };
}

function spanFromRow(row: AppSpanRow): AppSpan {
  return {
    id: row.id,
    parentId: row.parent_id,
    name: row.name,
    status: row.status,
    startedAt: millis(row.started_at),
    endedAt: millis(row.ended_at),
    stepId: row.step_id === null ? null : asStepId(row.step_id),
    calledAt: timeOrNull(row.called_at),
    detail: asJsonText(row.detail),
  };
}
