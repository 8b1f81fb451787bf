// Spans: what the dashboard draws a run from.
import { type Run, type Span, type SpanKind } from "@stepwright/engine";
import {
  asJsonText,
  asRunId,
  asStepId,
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonText,
  millis,
  parseJsonText,
  type RunId,
} from "@stepwright/protocol";
import type { Connection } from "./connection.ts";
import { timeOrNull } from "./time-or-null.ts";

const putSql = `INSERT INTO spans (run_id, id, kind, step_id, name, op, attempt, status, queued_at, started_at, ended_at, error, detail)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (run_id, id) DO UPDATE SET kind = excluded.kind, step_id = excluded.step_id, name = excluded.name,
  op = excluded.op, attempt = excluded.attempt, status = excluded.status, queued_at = excluded.queued_at,
  started_at = excluded.started_at, ended_at = excluded.ended_at, error = excluded.error, detail = excluded.detail`;
const openDetailSql = "SELECT detail FROM spans WHERE run_id = ? AND id = ? AND ended_at IS NULL";
const endSql = "UPDATE spans SET status = ?, ended_at = ?, error = ?, detail = ? WHERE run_id = ? AND id = ?";
const endAllSql = "UPDATE spans SET status = ?, ended_at = ? WHERE run_id = ? AND ended_at IS NULL";
const ofRunSql = "SELECT * FROM spans WHERE run_id = ?";

interface SpanRow {
  readonly row: number;
  readonly run_id: string;
  readonly id: string;
  readonly kind: SpanKind;
  readonly step_id: string | null;
  readonly name: string;
  readonly op: string;
  readonly attempt: number;
  readonly status: Span["status"];
  readonly queued_at: number;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly error: string | null;
  readonly detail: string;
}

/** How an open span ends. */
export interface SpanEnd {
  readonly runId: RunId;
  readonly spanId: string;
  readonly status: Span["status"];
  readonly endedAt: number;
  readonly error: JsonText | null;
  readonly detail: JsonText;
}

/** Writes spans. */
export interface SpanWrites {
  /** Stores the span; one with the same id is replaced. */
  put(span: Span): void;
  /** Ends a span if it is open; the details are merged key by key. */
  end(end: SpanEnd): void;
  /** Ends whatever an ended run has left open. */
  endAll(run: Run): void;
}

/** Prepares the writes of spans. */
export function spanWrites(db: Connection): SpanWrites {
  const put = db.prepare(putSql);
  const openDetail = db.prepare<[string, string], string>(openDetailSql).pluck();
  const end = db.prepare(endSql);
  const endAll = db.prepare(endAllSql);
  return {
    put(span) {
      put.run(
        span.runId,
        span.id,
        span.kind,
        span.stepId,
        span.name,
        span.op,
        span.attempt,
        span.status,
        span.queuedAt,
        span.startedAt,
        span.endedAt,
        span.error,
        span.detail,
      );
    },
    end(o) {
      const detail = openDetail.get(o.runId, o.spanId);
      if (detail === undefined) return;
      end.run(o.status, o.endedAt, o.error, mergeDetail(asJsonText(detail), o.detail), o.runId, o.spanId);
    },
    endAll(run) {
      endAll.run(run.status === "completed" ? "completed" : "cancelled", run.endedAt, run.id);
    },
  };
}

/** Reads spans. */
export interface SpanReads {
  /** In the order they began. */
  ofRun(runId: RunId): readonly Span[];
}

/** Prepares the reads of spans. */
export function spanReads(db: Connection): SpanReads {
  const ofRun = db.prepare<[string], SpanRow>(ofRunSql);
  return {
    ofRun: (runId) =>
      ofRun
        .all(runId)
        .sort((a, b) => a.started_at - b.started_at || a.row - b.row)
        .map(spanFromRow),
  };
}

function spanFromRow(row: SpanRow): Span {
  return {
    runId: asRunId(row.run_id),
    id: row.id,
    kind: row.kind,
    stepId: row.step_id === null ? null : asStepId(row.step_id),
    name: row.name,
    op: row.op,
    attempt: row.attempt,
    status: row.status,
    queuedAt: millis(row.queued_at),
    startedAt: millis(row.started_at),
    endedAt: timeOrNull(row.ended_at),
    error: row.error === null ? null : asJsonText(row.error),
    detail: asJsonText(row.detail),
  };
}

function mergeDetail(stored: JsonText, added: JsonText): JsonText {
  if (added === "{}") return stored;
  return canonicalJson({ ...objectOf(stored), ...objectOf(added) });
}

function objectOf(text: JsonText): JsonObject {
  const value = parseJsonText(text);
  return isJsonObject(value) ? value : {};
}
