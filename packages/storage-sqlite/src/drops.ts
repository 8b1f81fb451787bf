// Records of triggers that started nothing.
import type { Drop, DropReason } from "@stepwright/engine";
import { asFunctionId, millis } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";

const putSql = "INSERT INTO drops (event_seq, function_id, kind, reason, at) VALUES (?, ?, ?, ?, ?)";
const ofEventSql = "SELECT event_seq, function_id, reason, at FROM drops WHERE event_seq = +? ORDER BY row LIMIT 100";

interface DropRow {
  readonly event_seq: number;
  readonly function_id: string;
  readonly reason: string;
  readonly at: number;
}

/** Prepares the writing of records. */
export function dropWrites(db: Connection): (drop: Drop, eventSeq: number) => void {
  const put = db.prepare(putSql);
  return (drop, eventSeq) => {
    put.run(eventSeq, drop.functionId, drop.reason.kind, JSON.stringify(drop.reason), drop.at);
  };
}

/** Prepares the reading of the records of an event. */
export function dropReads(db: Connection): (eventSeq: number) => readonly Drop[] {
  const ofEvent = db.prepare<[number], DropRow>(ofEventSql);
  return (eventSeq) =>
    ofEvent.all(eventSeq).map((row) => ({
      event: { kind: "stored", seq: row.event_seq },
      functionId: asFunctionId(row.function_id),
      // Written by `dropWrites` from the same type.
      reason: JSON.parse(row.reason) as DropReason,
      at: millis(row.at),
    }));
}
