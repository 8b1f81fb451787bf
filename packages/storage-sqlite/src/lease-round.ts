// The leases of one commit: what room there is, and what has been given out of it.
import type { Lane, LeasedItem, NewQueueItem } from "@stepwright/engine";
import type { Millis } from "@stepwright/protocol";
import type { LaneRoom } from "@stepwright/storage";
import type { QueueWrites } from "./queue.ts";

/** The room of a commit and the items leased by it. */
export interface LeaseRound {
  /** Lanes that were asked for or that got an unleased item. */
  readonly touched: Set<Lane>;
  /**
   * Says whether the item may be leased as it is put in: it is due, there is room, and nothing older waits
   * in its lane. One insert then does what an insert and an update would.
   */
  hasRoomFor(item: NewQueueItem, nextAt: number | null): boolean;
  give(item: LeasedItem): void;
  /** An item leased in this round has gone again, before anybody was told. */
  takeBack(id: string): void;
  /** Remembers what has been given so far; the returned function goes back to it. */
  mark(): () => void;
  /** Fills what room is left, oldest first, and returns all that was leased, oldest first. */
  fill(queue: QueueWrites, nextAt: (lane: Lane) => number | null): readonly LeasedItem[];
}

/** Begins a round with the room that the batch offers. */
export function leaseRound(o: { readonly room: readonly LaneRoom[]; readonly now: Millis }): LeaseRound {
  const room = new Map<Lane, number>();
  for (const lane of o.room) room.set(lane.lane, (room.get(lane.lane) ?? 0) + lane.max);
  const leased = new Map<string, LeasedItem>();

  const change = (lane: Lane, by: number): void => {
    room.set(lane, (room.get(lane) ?? 0) + by);
  };
  const isDue = (at: number | null): at is number => at !== null && at <= o.now;

  const round: LeaseRound = {
    touched: new Set(room.keys()),
    hasRoomFor: (item, nextAt) => (room.get(item.lane) ?? 0) > 0 && isDue(item.at) && !isDue(nextAt),
    give(item) {
      leased.set(item.id, item);
      change(item.lane, -1);
    },
    takeBack(id) {
      const item = leased.get(id);
      if (item === undefined) return;
      leased.delete(id);
      change(item.lane, 1);
    },
    mark() {
      const marked = { room: [...room], leased: [...leased], touched: [...round.touched] };
      return () => {
        refill(room, marked.room);
        refill(leased, marked.leased);
        round.touched.clear();
        for (const lane of marked.touched) round.touched.add(lane);
      };
    },
    fill(queue, nextAt) {
      const lease = (lane: Lane, max: number): void => {
        for (const item of queue.lease(lane, { now: o.now, max })) round.give(item);
      };
      for (const lane of room.keys()) {
        for (let last = overtaker(lane, nextAt(lane)); last !== null; last = overtaker(lane, nextAt(lane))) {
          queue.unlease(last);
          round.takeBack(last.id);
          lease(lane, 1);
        }
        const max = room.get(lane) ?? 0;
        if (max > 0 && isDue(nextAt(lane))) lease(lane, max);
      }
      return [...leased.values()].sort((a, b) => a.at - b.at);
    },
  };
  return round;

  /** The newest item that took the last room although an older one came in after it; null when the order is right. */
  function overtaker(lane: Lane, nextAt: number | null): LeasedItem | null {
    if (!isDue(nextAt) || (room.get(lane) ?? 0) > 0) return null;
    let newest: LeasedItem | null = null;
    for (const item of leased.values()) {
      if (item.lane === lane && item.at > (newest?.at ?? nextAt)) newest = item;
    }
    return newest;
  }
}

function refill<Key, Value>(map: Map<Key, Value>, entries: readonly (readonly [Key, Value])[]): void {
  map.clear();
  for (const [key, value] of entries) map.set(key, value);
}
