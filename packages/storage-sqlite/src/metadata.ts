// Metadata of runs and steps: one row per kind and target.
import { changedMetadata, type Effect, type MetadataTarget, type RunMetadata } from "@stepwright/engine";
import { asJsonText, millis, type RunId } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";

const getSql = `SELECT "values" FROM run_metadata WHERE run_id = ? AND target = ? AND kind = ?`;
// A run that was removed meanwhile has no metadata.
const putSql = `INSERT INTO run_metadata (run_id, target, kind, "values", updated_at)
SELECT id, ?, ?, ?, ? FROM runs WHERE id = ?
ON CONFLICT (run_id, target, kind) DO UPDATE SET "values" = excluded."values", updated_at = excluded.updated_at`;
const bytesSql = `SELECT ifnull(sum(octet_length("values")), 0) FROM run_metadata WHERE run_id = ?`;
const removeSql = "DELETE FROM run_metadata WHERE run_id = ? AND target = ? AND kind = ?";
const ofRunSql = `SELECT target, kind, "values", updated_at FROM run_metadata WHERE run_id = ? ORDER BY target, kind`;

interface MetadataRow {
  readonly target: string;
  readonly kind: string;
  readonly values: string;
  readonly updated_at: number;
}

/** Changes metadata. */
export type MetadataWrite = (change: Extract<Effect, { readonly kind: "changeMetadata" }>) => void;

/** Prepares the change of metadata. */
export function metadataWrites(db: Connection): MetadataWrite {
  const get = db.prepare<[string, string, string], string>(getSql).pluck();
  const put = db.prepare(putSql);
  const bytes = db.prepare<[string], number>(bytesSql).pluck();
  const remove = db.prepare(removeSql);
  return ({ runId, change, bytesMax, at }) => {
    const target = textOf(change.target);
    const before = get.get(runId, target, change.kind);
    const after = changedMetadata(before === undefined ? null : asJsonText(before), change);
    if (after === null) remove.run(runId, target, change.kind);
    else if (isRoom(bytes.get(runId) ?? 0, { before: before ?? "", after, bytesMax }))
      put.run(target, change.kind, after, at, runId);
  };
}

function isRoom(
  known: number,
  o: { readonly before: string; readonly after: string; readonly bytesMax: number },
): boolean {
  return known - Buffer.byteLength(o.before) + Buffer.byteLength(o.after) <= o.bytesMax;
}

/** Prepares the read of a run's metadata. */
export function metadataReads(db: Connection): (runId: RunId) => readonly RunMetadata[] {
  const ofRun = db.prepare<[string], MetadataRow>(ofRunSql);
  return (runId) =>
    ofRun.all(runId).map((row) => ({
      // Written by `textOf` from the same type.
      target: targetOf(JSON.parse(row.target) as readonly [string | null, number | null, string | null]),
      kind: row.kind,
      values: asJsonText(row.values),
      updatedAt: millis(row.updated_at),
    }));
}

function textOf({ stepId, attempt, spanId }: MetadataTarget): string {
  return JSON.stringify([stepId, attempt, spanId]);
}

function targetOf([stepId, attempt, spanId]: readonly [string | null, number | null, string | null]): MetadataTarget {
  return { stepId, attempt, spanId };
}
