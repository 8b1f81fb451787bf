// Gates of flow control: the slots that are taken, the pace of starts, and which gates have opened in this commit.
//
// A slot of a call is the lease of its item and nothing else: it is counted in memory and never stored, so it cannot
// leak. Slots of runs and paces outlive a boot and have rows.
import {
  chargeStart,
  functionOfLane,
  type Gate,
  type GateBook,
  gateLimits,
  type GateLimits,
  type Lane,
} from "@stepwright/engine";
import type { FunctionId, RunId } from "@stepwright/protocol";
import type { Connection } from "./connection.ts";
import { readObject } from "./read-json.ts";
import { configFromText } from "./registry.ts";

const leasedGatesSql = "SELECT gates FROM queue_items WHERE lease_epoch IS NOT NULL AND gates IS NOT NULL";
const configSql = "SELECT config FROM functions WHERE id = ?";
const slotsSql = "SELECT count(*) FROM run_slots WHERE gate = ?";
const takeSlotSql = "INSERT INTO run_slots (gate, run_id) VALUES (?, ?) ON CONFLICT DO NOTHING";
const freeSlotsSql = "DELETE FROM run_slots WHERE run_id = ? RETURNING gate";
const paceSql = "SELECT arrival_at FROM paces WHERE gate = ?";
const putPaceSql = `INSERT INTO paces (gate, arrival_at) VALUES (?, ?)
ON CONFLICT (gate) DO UPDATE SET arrival_at = excluded.arrival_at`;
const forgetPacesSql =
  "DELETE FROM paces WHERE gate IN (SELECT gate FROM paces WHERE arrival_at < ? ORDER BY arrival_at LIMIT 2)";

/** Gates of runs whose count is remembered: a limit of thousands is counted once, not at every start. */
const countedMax = 10_000;

/** The gates as one commit sees and changes them. */
export interface Gates extends GateBook {
  /** The limits of the lane's function as they are now. */
  limitsOf(lane: Lane): GateLimits | undefined;
  /** A theoretical arrival time by name; null when there is none. */
  arrival(id: string): number | null;
  setArrival(id: string, arrivalAt: number, now: number): void;
  /** Takes a slot at each gate, and charges the pace of a start. */
  take(gates: readonly Gate[], o: { readonly lane: Lane; readonly runId: RunId | null; readonly now: number }): void;
  /** Gives back the slots of a call; those of its run stay taken. */
  giveBack(gates: readonly Gate[]): void;
  /** Gives back the slots of a run that has ended. */
  endRun(runId: RunId): void;
  /** The function has another configuration. */
  forgetLimits(functionId: FunctionId): void;
  /** Gates at which a slot was given back, to be looked at before the commit ends. */
  readonly opened: Set<string>;
  /** Open gates that the last commit kept, and for which lane: it is passed over if the next one does not ask for it either. */
  readonly keptFor: Map<string, Lane>;
  /** Remembers what is counted; the returned function goes back to it. */
  mark(): () => void;
  /** Counts again: a transaction was rolled back. */
  forget(): void;
}

/** Prepares the gates. `standing` names the gates at which somebody stands: after a boot each has to be looked at. */
export function openGates(db: Connection, standing: () => readonly string[]): Gates {
  const leasedGates = db.prepare<[], string>(leasedGatesSql).pluck();
  const config = db.prepare<[string], string>(configSql).pluck();
  const slots = db.prepare<[string], number>(slotsSql).pluck();
  const takeSlot = db.prepare(takeSlotSql);
  const freeSlots = db.prepare<[string], string>(freeSlotsSql).pluck();
  const pace = db.prepare<[string], number>(paceSql).pluck();
  const putPace = db.prepare(putPaceSql);
  const forgetPaces = db.prepare(forgetPacesSql);
  let taken = new Map<string, number>();
  let counted = new Map<string, number>();
  let opened = new Set(standing());
  const keptFor = new Map<string, Lane>();
  const limits = new Map<FunctionId, GateLimits>();

  const change = (gate: Gate, by: number): void => {
    const count = (taken.get(gate.id) ?? 0) + by;
    if (count > 0) taken.set(gate.id, count);
    else taken.delete(gate.id);
  };
  const limitsOf = (lane: Lane): GateLimits | undefined => {
    const functionId = functionOfLane(lane);
    if (functionId === null) return undefined;
    const known = limits.get(functionId);
    if (known !== undefined) return known;
    const text = config.get(functionId);
    const readable = text === undefined ? null : configFromText(text);
    const read = readable === null ? noLimits : gateLimits(readable);
    limits.set(functionId, read);
    return read;
  };
  const runsAt = (gateId: string): number => {
    const known = counted.get(gateId);
    if (known !== undefined) return known;
    if (counted.size >= countedMax) counted.clear();
    const count = slots.get(gateId) ?? 0;
    counted.set(gateId, count);
    return count;
  };
  const countRun = (gateId: string, by: number): void => {
    const known = counted.get(gateId);
    if (known !== undefined) counted.set(gateId, known + by);
  };
  const arrival = (id: string): number | null => pace.get(id) ?? null;
  const setArrival = (id: string, arrivalAt: number, now: number): void => {
    putPace.run(id, arrivalAt);
    // Two go for each that comes, so what has passed never piles up.
    forgetPaces.run(now);
  };
  const takeOne = (gate: Gate, o: Parameters<Gates["take"]>[1]): void => {
    switch (gate.kind) {
      case "calls":
        change(gate, 1);
        return;
      case "runs":
        if (o.runId !== null && takeSlot.run(gate.id, o.runId).changes === 1) countRun(gate.id, 1);
        return;
      case "starts": {
        const limit = limitsOf(o.lane)?.get(gate.limitId);
        if (limit?.kind !== "pace") return;
        setArrival(gate.id, chargeStart(limit.pace, arrival(gate.id), o.now), o.now);
      }
    }
  };

  return {
    limitsOf,
    taken: (gate) => (gate.kind === "runs" ? runsAt(gate.id) : (taken.get(gate.id) ?? 0)),
    arrivalAt: (gate) => arrival(gate.id),
    arrival,
    setArrival,
    take(gates, o) {
      for (const gate of gates) takeOne(gate, o);
    },
    giveBack(gates) {
      for (const gate of gates) {
        if (gate.kind !== "calls") continue;
        change(gate, -1);
        opened.add(gate.id);
      }
    },
    endRun(runId) {
      for (const gateId of freeSlots.all(runId)) {
        countRun(gateId, -1);
        opened.add(gateId);
      }
    },
    forgetLimits(functionId) {
      limits.delete(functionId);
    },
    get opened() {
      return opened;
    },
    keptFor,
    mark() {
      const marked = { taken: new Map(taken), counted: new Map(counted), opened: new Set(opened) };
      return () => {
        ({ taken, counted, opened } = marked);
      };
    },
    forget() {
      taken = new Map();
      for (const text of leasedGates.all()) {
        for (const gate of gatesFromText(text)) if (gate.kind === "calls") change(gate, 1);
      }
      counted = new Map();
      keptFor.clear();
      limits.clear();
      // Which of them have been looked at is undone as well.
      opened = new Set([...opened, ...standing()]);
    },
  };
}

const noLimits: GateLimits = new Map();

/** Reads the gates of a row; null means none. */
export function gatesFromText(text: string | null): readonly Gate[] {
  // Written by `gatesText` from the same type. What cannot be read stands in nobody's way.
  const read = text === null ? null : readObject(text);
  return Array.isArray(read) ? (read as readonly Gate[]) : [];
}

/** Writes the gates of a row. */
export function gatesText(gates: readonly Gate[]): string | null {
  return gates.length === 0 ? null : JSON.stringify(gates);
}

/** The gates that are in the way of a dispatch: those of a start are passed once, the slots of its run stay taken. */
export function gatesInTheWay(gates: readonly Gate[], generation: number): readonly Gate[] {
  return generation === 0 ? gates : gates.filter((gate) => gate.kind === "calls");
}
