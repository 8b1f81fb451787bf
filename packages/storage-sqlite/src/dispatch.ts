// The end of a commit: who may go of those that wait.
//
// What is kept true between commits: a line stands at a gate only while that gate is closed to it, or while its lane
// has another line that only room is missing for. So a gate that opens, and room that comes, are the only reasons to look,
// and each look ends with a lease or with a line that has moved on to another gate.
//
// A gate that functions share may open in a commit that asked for the lane of one of them only. If the longest waiting
// is in a lane that was not asked for, the gate is kept for it until the next commit, which asks: whoever gave the slot
// back would otherwise take it again, for as long as its backlog lasts.
import { type Gate, laneKind, type Lane, obstacle, type Obstacle } from "@stepwright/engine";
import { millis } from "@stepwright/protocol";
import { type Gates, gatesFromText, gatesInTheWay } from "./gates.ts";
import type { Lanes } from "./lanes.ts";
import type { LeaseRound } from "./lease-round.ts";
import type { Line, Lines } from "./lines.ts";
import type { PlacedRow, QueueWrites } from "./queue.ts";

/** Lines moved and items lined up by one commit: bounds how long it holds up everybody else (about 5 ms). */
const movesMax = 500;
/** Ready items read at a time. */
const readyMax = 64;

interface Parts {
  readonly queue: QueueWrites;
  readonly lanes: Lanes;
  readonly lines: Lines;
  readonly gates: Gates;
}

/** Prepares the dispatch: leases what has room and open gates, and says whether there was more to look at than one commit should. */
export function dispatcher(parts: Parts): (round: LeaseRound) => boolean {
  return (round) => {
    for (const lane of round.asked) fillByTime(parts, round, lane);
    const pass = openPass(parts, round);
    lookAtOpened(pass);
    for (let lane = pass.next(); lane !== null; lane = pass.next()) {
      if (!leaseNext(pass, lane)) pass.exhausted.add(lane);
      lookAtOpened(pass);
    }
    for (const lane of pass.asked) overtake(parts, round, lane);
    for (const gateId of pass.kept) parts.gates.opened.add(gateId);
    return pass.movesLeft <= 0 || pass.kept.size > 0;
  };
}

/** Lanes that know no gates: due items, oldest first. */
function fillByTime({ queue, lanes }: Parts, round: LeaseRound, lane: Lane): void {
  if (laneKind(lane) === "call" || !isDue(lanes.nextAt(lane), round)) return;
  for (;;) {
    // One that took the last room although an older one came in after it.
    const at = lanes.nextAt(lane);
    if (!isDue(at, round) || round.roomIn(lane) > 0) break;
    const last = round.lastAfter(lane, at);
    if (last === null) break;
    queue.unlease(round, last);
    lease(1);
  }
  if (round.roomIn(lane) > 0) lease(round.roomIn(lane));

  function lease(max: number): void {
    queue.leaseTimed(round, lane, max);
  }
}

function isDue(at: number | null, round: LeaseRound): at is number {
  return at !== null && at <= round.now;
}

interface Pass extends Parts {
  readonly round: LeaseRound;
  /** Lanes of calls that were asked for and have work due. */
  readonly asked: readonly Lane[];
  readonly exhausted: Set<Lane>;
  readonly ready: Map<Lane, PlacedRow[]>;
  /** Gates that are kept for a lane which the next commit asks for. */
  readonly kept: Set<string>;
  /** For whom the last commit kept a gate. */
  readonly keptBefore: ReadonlyMap<string, Lane>;
  movesLeft: number;
  /** The lane of calls that may lease next: the one of its group with the fewest in hand. Null when none is left. */
  next(): Lane | null;
}

function openPass(parts: Parts, round: LeaseRound): Pass {
  const { lanes, lines, gates, queue } = parts;
  // Most commits ask for lanes in which nobody waits, which is known without a query.
  const asked = [...round.asked].filter((lane) => laneKind(lane) === "call" && isDue(lanes.nextAt(lane), round));
  for (const lane of asked) {
    for (const gateId of lines.openedBy(lane, round.now)) {
      gates.opened.add(gateId);
      lanes.changed(lane);
    }
    const timedAt = lanes.timedAt(lane);
    if (timedAt !== null && timedAt <= round.now) queue.promote(lane, { now: round.now, max: movesMax });
  }
  const keptBefore = new Map(gates.keptFor);
  gates.keptFor.clear();
  const pass: Pass = {
    ...parts,
    round,
    asked,
    exhausted: new Set(),
    ready: new Map(),
    kept: new Set(),
    keptBefore,
    movesLeft: movesMax,
    next() {
      if (pass.movesLeft <= 0) return null;
      let best: Lane | null = null;
      for (const lane of asked) {
        if (pass.exhausted.has(lane) || round.roomIn(lane) === 0) continue;
        if (best === null || round.inHand(lane) < round.inHand(best)) best = lane;
      }
      return best;
    },
  };
  return pass;
}

/**
 * An item may have been leased as it was put in although one with a lower score came in after it. Looked for last: room
 * that was given back in the same commit may have gone to another lane meanwhile.
 */
function overtake({ queue }: Parts, round: LeaseRound, lane: Lane): void {
  while (round.roomIn(lane) === 0) {
    const [first] = queue.ready(lane, 1);
    // Only among those that nothing but room is in the way of.
    if (first === undefined || first.gates !== null) return;
    const last = round.lastAfter(lane, first.score);
    if (last === null) return;
    queue.unlease(round, last);
    queue.leaseOne(round, first);
  }
}

/** Leases the best item of a lane. False when the lane has none that may go. */
function leaseNext(pass: Pass, lane: Lane): boolean {
  const { queue, lines, round } = pass;
  while (pass.movesLeft > 0) {
    const row = firstReady(pass, lane);
    const line = lines.bestForRoom(lane);
    if (line !== null && (row === null || line.headScore < row.score)) {
      if (leaseFromLine(pass, line)) return true;
      continue;
    }
    if (row === null) return false;
    pass.ready.get(lane)?.shift();
    const inTheWay = gatesInTheWay(gatesFromText(row.gates), row.generation);
    const own = inTheWay.length === 0 ? null : lines.find(lane, inTheWay);
    if (own !== null) {
      lines.join(own.line, row.score);
      queue.lineUp(row, own.line);
      pass.movesLeft -= 1;
      continue;
    }
    const at = inTheWayOf(pass, lane, inTheWay);
    if (at === null) {
      queue.leaseOne(round, row);
      return true;
    }
    queue.lineUp(row, lines.open({ lane, gates: inTheWay, at, score: row.score }));
    pass.movesLeft -= 1;
  }
  return false;
}

/** As `obstacle`; a gate that is kept for another lane is closed. */
function inTheWayOf({ gates, kept, round }: Pass, lane: Lane, all: readonly Gate[]): Obstacle | null {
  const at = obstacle(all, gates.limitsOf(lane), gates, round.now);
  if (at !== null || kept.size === 0) return at;
  const gate = all.find((one) => kept.has(one.id));
  return gate === undefined ? null : { kind: "full", gate, max: 0 };
}

function firstReady(pass: Pass, lane: Lane): PlacedRow | null {
  let rows = pass.ready.get(lane);
  if (rows === undefined || rows.length === 0) {
    rows = [...pass.queue.ready(lane, readyMax)];
    pass.ready.set(lane, rows);
  }
  return rows[0] ?? null;
}

/** Leases the head of a line, or moves the line to the gate that has closed. */
function leaseFromLine(pass: Pass, line: Line): boolean {
  const { lines, lanes, gates } = pass;
  const at = inTheWayOf(pass, line.lane, line.gates);
  // While this line stood for room, the others of its lane relied on it for a look at their gates.
  for (const gate of line.gates) gates.opened.add(gate.id);
  if (at !== null) {
    lines.stand(line, at);
    lanes.changed(line.lane);
    pass.movesLeft -= 1;
    return false;
  }
  leaseHead(pass, line);
  return true;
}

/** Looks at every gate that has opened: the best of each lane that stands there goes, or moves on, until the gate is closed again. */
function lookAtOpened(pass: Pass): void {
  const { gates, lines } = pass;
  if (!lines.any) {
    gates.opened.clear();
    return;
  }
  for (const gateId of gates.opened) {
    if (pass.movesLeft <= 0) return;
    gates.opened.delete(gateId);
    lookAt(pass, gateId);
  }
}

function lookAt(pass: Pass, gateId: string): void {
  const { gates, lines, lanes, round } = pass;
  if (pass.kept.has(gateId)) return;
  const withoutRoom = new Set<Lane>();
  while (pass.movesLeft > 0) {
    const line = firstThatMoves(pass, gateId, withoutRoom);
    if (line === null) return;
    pass.movesLeft -= 1;
    if (lineUpBefore(pass, line, gateId)) continue;
    const at = inTheWayOf(pass, line.lane, line.gates);
    if (at === null && round.roomIn(line.lane) > 0) {
      leaseHead(pass, line);
      continue;
    }
    if (at === null && keep(pass, gateId, line)) return;
    if (at === null) withoutRoom.add(line.lane);
    lines.stand(line, at);
    lanes.changed(line.lane);
    round.touched.add(line.lane);
    pass.exhausted.delete(line.lane);
  }
  // Not looked at to the end: the next commit goes on.
  gates.opened.add(gateId);
}

/** Keeps an open gate for a lane that was not asked for. False for one that could have been asked for: it has no room. */
function keep({ gates, lines, lanes, round, kept, keptBefore }: Pass, gateId: string, line: Line): boolean {
  const gate = line.gates.find((one) => one.id === gateId);
  if (gate === undefined || round.asked.has(line.lane) || keptBefore.get(gateId) === line.lane) return false;
  gates.keptFor.set(gateId, line.lane);
  lines.opensAt(line.lane, { kind: "early", gate, until: millis(0) });
  lanes.changed(line.lane);
  round.touched.add(line.lane);
  kept.add(gateId);
  return true;
}

/** The best line at the gate that the gate, or its own limit of it, no longer holds up. */
function firstThatMoves(pass: Pass, gateId: string, except: ReadonlySet<Lane>): Line | null {
  const { lines, round } = pass;
  const waiting = lines.bestAt(gateId).filter((line) => !except.has(line.lane));
  const inOrder = waiting.length < 2 ? waiting : waiting.toSorted((a, b) => a.headScore - b.headScore);
  for (const line of inOrder) {
    const at = inTheWayOf(pass, line.lane, line.gates);
    if (at === null || at.gate.id !== gateId) return line;
    // Closed to all that stand here, until a time.
    if (at.kind === "early") {
      lines.opensAt(line.lane, at);
      pass.lanes.changed(line.lane);
      round.touched.add(line.lane);
    }
  }
  return null;
}

/** A ready item that has to pass the gate too, and has waited longer than the best of the line, goes to the gate first. */
function lineUpBefore(pass: Pass, best: Line, gateId: string): boolean {
  const { queue, lines, round } = pass;
  if (round.roomIn(best.lane) === 0) return false;
  firstReady(pass, best.lane);
  const rows = pass.ready.get(best.lane) ?? [];
  for (const [at, row] of rows.entries()) {
    if (row.score >= best.headScore) return false;
    const inTheWay = gatesInTheWay(gatesFromText(row.gates), row.generation);
    const gate = inTheWay.find((one) => one.id === gateId);
    if (gate === undefined) continue;
    rows.splice(at, 1);
    const line = lines.find(best.lane, inTheWay);
    if (line !== null) lines.join(line.line, row.score);
    const open = () =>
      lines.open({ lane: best.lane, gates: inTheWay, at: { kind: "full", gate, max: 0 }, score: row.score });
    queue.lineUp(row, line?.line ?? open());
    return true;
  }
  return false;
}

function leaseHead(pass: Pass, line: Line): void {
  const head = pass.queue.headOfLine(line.line);
  if (head === null) throw new Error(`broken invariant: somebody stands in line ${line.line}`);
  pass.queue.leaseOne(pass.round, head);
}
