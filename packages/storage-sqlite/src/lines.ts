// Lines of calls that wait at gates: all the calls of one lane that have to pass the same gates stand in one line,
// and only its best is looked at.
import type { Gate, Lane, Obstacle } from "@stepwright/engine";
import type { Connection } from "./connection.ts";
import { distinctSql } from "./distinct-sql.ts";
import { gatesFromText } from "./gates.ts";

const columns = "line, lane, gates, stands_at, head_score";
const findSql = `SELECT ${columns} FROM flow_lines WHERE lane = ? AND gate_ids = ?`;
const openSql = `INSERT INTO flow_lines (lane, gate_ids, gates, stands_at, head_score) VALUES (?, ?, ?, ?, ?) RETURNING line`;
const raiseSql = "UPDATE flow_lines SET head_score = ? WHERE line = ? AND head_score > ?";
const headSql = "SELECT score FROM queue_items WHERE line = +? ORDER BY score LIMIT 1";
const setHeadSql = "UPDATE flow_lines SET head_score = ? WHERE line = ?";
const closeSql = `DELETE FROM flow_lines WHERE line = ? RETURNING ${columns}`;
const standSql = "UPDATE flow_lines SET stands_at = ? WHERE line = ?";
const putTimerSql = `INSERT INTO gate_timers (gate, lane, opens_at) VALUES (?, ?, ?)
ON CONFLICT (gate) DO UPDATE SET opens_at = excluded.opens_at, lane = excluded.lane`;
const dropTimerSql = `DELETE FROM gate_timers WHERE gate = ?
AND NOT EXISTS (SELECT 1 FROM flow_lines WHERE stands_at = +gate_timers.gate) RETURNING lane`;
const takeTimersSql = "DELETE FROM gate_timers WHERE lane = ? AND opens_at <= ? RETURNING gate";
// Steps from lane to lane through the index: its cost is the number of functions that share the gate, not of lines.
const bestAtSql = `WITH RECURSIVE lanes (lane) AS (
  SELECT min(lane) FROM flow_lines WHERE stands_at = +?
  UNION ALL
  SELECT (SELECT min(lane) FROM flow_lines WHERE stands_at = +? AND lane > lanes.lane) FROM lanes WHERE lanes.lane IS NOT NULL
)
SELECT flow_lines.line, flow_lines.lane, gates, stands_at, head_score FROM lanes CROSS JOIN flow_lines ON flow_lines.line = (
  SELECT line FROM flow_lines WHERE stands_at = +? AND flow_lines.lane = lanes.lane ORDER BY head_score, line LIMIT 1
)`;
const bestForRoomSql = `SELECT ${columns} FROM flow_lines WHERE stands_at = '' AND lane = +? ORDER BY head_score, line LIMIT 1`;
const standForRoomSql = "UPDATE flow_lines SET stands_at = '' WHERE lane = ?";
const nextOpeningSql = "SELECT opens_at FROM gate_timers WHERE lane = +? ORDER BY opens_at LIMIT 1";
const countSql = "SELECT count(*) FROM flow_lines";
const standingSql = `SELECT value FROM (${distinctSql("flow_lines", "stands_at")}) WHERE value <> ''`;

/** What a line stands at when all its gates are open and its lane has no room. */
export const roomOnly = "";

interface LineRow {
  readonly line: number;
  readonly lane: Lane;
  readonly gates: string;
  readonly stands_at: string;
  readonly head_score: number;
}

/** A line that somebody stands in. */
export interface Line {
  readonly line: number;
  readonly lane: Lane;
  readonly gates: readonly Gate[];
  /** Id of the first closed gate, or `roomOnly`. */
  readonly standsAt: string;
  readonly headScore: number;
}

/** The lines. */
export interface Lines {
  /** False when nobody stands anywhere, which is known without asking. */
  readonly any: boolean;
  find(lane: Lane, gates: readonly Gate[]): Line | null;
  /** Opens a line at an obstacle for its first member. */
  open(o: {
    readonly lane: Lane;
    readonly gates: readonly Gate[];
    readonly at: Obstacle;
    readonly score: number;
  }): number;
  /** Somebody with this score joins. */
  join(line: number, score: number): void;
  /** Somebody left: sets the new head. Returns the line if it was the last one, which closes it. */
  left(line: number): Line | null;
  /** Forgets when these gates open, unless somebody stands there. Tells the lanes that had such a time. */
  forgetTimes(gates: readonly Gate[]): readonly Lane[];
  /** Moves a line to an obstacle; null: only room is missing. */
  stand(line: Pick<Line, "line" | "lane">, at: Obstacle | null): void;
  /** A gate that paces starts opens by itself at a time. */
  opensAt(lane: Lane, at: Extract<Obstacle, { kind: "early" }>): void;
  /** The best line at the gate of each lane. */
  bestAt(gateId: string): readonly Line[];
  /** The best line of the lane that only room is missing for. */
  bestForRoom(lane: Lane): Line | null;
  /** The gates of the lane that have opened by now; each is told once. */
  openedBy(lane: Lane, now: number): readonly string[];
  /** All lines of the lane are looked at again when it has room. */
  standForRoom(lane: Lane): void;
  /** When a line of the lane may be leased from: 0 when only room is missing; null when no time says so. */
  nextAt(lane: Lane): number | null;
  /** Counts again: a transaction was rolled back, or a part of one. */
  forget(): void;
}

/** The gates at which somebody stands. */
export function standingGates(db: Connection): readonly string[] {
  return db.prepare<[], string>(standingSql).pluck().all();
}

/** Prepares the lines. */
export function openLines(db: Connection): Lines {
  const find = db.prepare<[string, string], LineRow>(findSql);
  const open = db.prepare<[string, string, string, string, number], number>(openSql).pluck();
  const raise = db.prepare(raiseSql);
  const head = db.prepare<[number], number>(headSql).pluck();
  const setHead = db.prepare(setHeadSql);
  const close = db.prepare<[number], LineRow>(closeSql);
  const stand = db.prepare(standSql);
  const bestAt = db.prepare<[string, string, string], LineRow>(bestAtSql);
  const bestForRoom = db.prepare<[string], LineRow>(bestForRoomSql);
  const putTimer = db.prepare(putTimerSql);
  const dropTimer = db.prepare<[string], Lane>(dropTimerSql).pluck();
  const takeTimers = db.prepare<[string, number], string>(takeTimersSql).pluck();
  const standForRoom = db.prepare(standForRoomSql);
  const nextOpening = db.prepare<[string], number>(nextOpeningSql).pluck();
  const countAll = db.prepare<[], number>(countSql).pluck();
  let count = countAll.get() ?? 0;
  const opensAt: Lines["opensAt"] = (lane, at) => {
    putTimer.run(at.gate.id, lane, at.until);
  };

  return {
    get any() {
      return count > 0;
    },
    find(lane, gates) {
      if (count === 0) return null;
      const row = find.get(lane, gateIdsOf(gates));
      return row === undefined ? null : lineFromRow(row);
    },
    open(o) {
      count += 1;
      const made = open.get(o.lane, gateIdsOf(o.gates), JSON.stringify(o.gates), o.at.gate.id, o.score);
      if (o.at.kind === "early") opensAt(o.lane, o.at);
      if (made === undefined) throw new Error("broken invariant: an insert returns its row");
      return made;
    },
    join(line, score) {
      raise.run(score, line, score);
    },
    left(line) {
      const score = head.get(line);
      if (score !== undefined) {
        setHead.run(score, line);
        return null;
      }
      const row = close.get(line);
      if (row === undefined) return null;
      count -= 1;
      return lineFromRow(row);
    },
    forgetTimes: (gates) => gates.flatMap((gate) => dropTimer.all(gate.id)),
    stand(line, at) {
      stand.run(at === null ? roomOnly : at.gate.id, line.line);
      if (at?.kind === "early") opensAt(line.lane, at);
    },
    opensAt,
    bestAt: (gateId) => (count === 0 ? [] : bestAt.all(gateId, gateId, gateId).map(lineFromRow)),
    bestForRoom(lane) {
      if (count === 0) return null;
      const row = bestForRoom.get(lane);
      return row === undefined ? null : lineFromRow(row);
    },
    openedBy: (lane, now) => (count === 0 ? [] : takeTimers.all(lane, now)),
    standForRoom(lane) {
      if (count > 0) standForRoom.run(lane);
    },
    nextAt(lane) {
      if (count === 0) return null;
      return bestForRoom.get(lane) === undefined ? (nextOpening.get(lane) ?? null) : 0;
    },
    forget() {
      count = countAll.get() ?? 0;
    },
  };
}

function gateIdsOf(gates: readonly Gate[]): string {
  return gates.map((gate) => gate.id).join("\n");
}

function lineFromRow(row: LineRow): Line {
  return {
    line: row.line,
    lane: row.lane,
    gates: gatesFromText(row.gates),
    standsAt: row.stands_at,
    headScore: row.head_score,
  };
}
