// The leases of one commit: what room there is, and what has been given out of it.
import { type Gate, type Lane, laneGroup, type LeasedItem } from "@stepwright/engine";
import type { Millis } from "@stepwright/protocol";
import type { LaneRoom } from "@stepwright/storage";

/** An item leased in this round. */
export interface Given {
  readonly item: LeasedItem;
  readonly score: number;
  /** Where it took a slot. */
  readonly gates: readonly Gate[];
}

/** The room of a commit and the items leased by it. */
export interface LeaseRound {
  readonly now: Millis;
  /** Lanes that were asked for or whose items have changed. */
  readonly touched: Set<Lane>;
  /** Lanes that were asked for. */
  readonly asked: ReadonlySet<Lane>;
  /** Room for one more item of the lane; 0 when it was not asked for. */
  roomIn(lane: Lane): number;
  /** Items of the lane in hand, with those given in this round. */
  inHand(lane: Lane): number;
  /**
   * Says whether a due item may be leased as it is put in: there is room, and nobody has waited longer, in its lane or
   * in another of its group. One insert then does what an insert and an update would.
   */
  isFree(lane: Lane, nextAt: number | null): boolean;
  give(given: Given): void;
  /** An item leased in this round has gone again, before anybody was told; null when it was not leased in this round. */
  takeBack(id: string): Given | null;
  /** The item without gates that was given last in order, if it comes after this score; null when none does. */
  lastAfter(lane: Lane, score: number): Given | null;
  /** Remembers what has been given so far; the returned function goes back to it. */
  mark(): () => void;
  /** All that was leased, lowest score first. */
  leased(): readonly LeasedItem[];
}

/** Begins a round with the room that the batch offers. `nextAt` tells whether a lane has waiting work. */
export function leaseRound(o: {
  readonly room: readonly LaneRoom[];
  readonly now: Millis;
  readonly nextAt: (lane: Lane) => number | null;
}): LeaseRound {
  const room = new Map<string, number>();
  const hand = new Map<Lane, number>();
  const waiting = new Map<string, Set<Lane>>();
  for (const { lane, max, inHand } of o.room) {
    const group = laneGroup(lane);
    room.set(group, max);
    hand.set(lane, inHand ?? 0);
    const at = o.nextAt(lane);
    if (at === null || at > o.now) continue;
    const lanes = waiting.get(group);
    if (lanes === undefined) waiting.set(group, new Set([lane]));
    else lanes.add(lane);
  }
  const given = new Map<string, Given>();

  const change = (lane: Lane, by: number): void => {
    const group = laneGroup(lane);
    room.set(group, (room.get(group) ?? 0) - by);
    hand.set(lane, (hand.get(lane) ?? 0) + by);
  };
  const othersWait = (lane: Lane): boolean => {
    const lanes = waiting.get(laneGroup(lane));
    return lanes !== undefined && (lanes.size > 1 || !lanes.has(lane));
  };

  const round: LeaseRound = {
    now: o.now,
    touched: new Set(hand.keys()),
    asked: new Set(hand.keys()),
    roomIn: (lane) => (hand.has(lane) ? Math.max(0, room.get(laneGroup(lane)) ?? 0) : 0),
    inHand: (lane) => hand.get(lane) ?? 0,
    isFree: (lane, nextAt) => round.roomIn(lane) > 0 && (nextAt === null || nextAt > o.now) && !othersWait(lane),
    give(one) {
      given.set(one.item.id, one);
      change(one.item.lane, 1);
    },
    takeBack(id) {
      const one = given.get(id);
      if (one === undefined) return null;
      given.delete(id);
      change(one.item.lane, -1);
      return one;
    },
    lastAfter(lane, score) {
      let last: Given | null = null;
      for (const one of given.values()) {
        if (one.item.lane !== lane || one.gates.length > 0 || one.score <= score) continue;
        // Of the same score, the one that was given later: it came in later.
        if (last === null || one.score >= last.score) last = one;
      }
      return last;
    },
    mark() {
      const marked = { room: [...room], hand: [...hand], given: [...given], touched: [...round.touched] };
      return () => {
        refill(room, marked.room);
        refill(hand, marked.hand);
        refill(given, marked.given);
        round.touched.clear();
        for (const lane of marked.touched) round.touched.add(lane);
      };
    },
    leased: () => [...given.values()].sort((a, b) => a.score - b.score).map((one) => one.item),
  };
  return round;
}

function refill<Key, Value>(map: Map<Key, Value>, entries: readonly (readonly [Key, Value])[]): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}
