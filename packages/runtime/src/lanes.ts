// Lanes: how much work of each kind is in hand, and when each has work next.
// One time per lane is all that is kept in memory; the items themselves stay in the database until they are leased.
import type { Effect, Lane, LeasedItem, Transition } from "@stepwright/engine";
import type { Millis } from "@stepwright/protocol";
import type { CommitResult, LaneRoom, LaneState } from "@stepwright/storage";

/** The book of lanes. */
export interface Lanes {
  /** Lanes with room that are due, or that these transitions enqueue into. */
  roomFor(transitions: readonly Transition[], now: Millis): readonly LaneRoom[];
  /** Notes leased items and next times. */
  accept(result: Pick<CommitResult, "leased" | "lanes">): void;
  /** An item in hand is done with. */
  release(lane: Lane): void;
  note(states: readonly LaneState[]): void;
  hasDue(now: Millis): boolean;
  /** When a lane with room has work next; null when none has. */
  nextAt(): Millis | null;
  readonly itemsInHand: number;
  /** Takes no more leases. */
  close(): void;
}

interface LaneBook {
  inHand: number;
  nextAt: Millis | null;
}

/** Makes the book. `maxOf` limits the items in hand per lane; `onLeased` gets each leased item. */
export function createLanes(options: {
  readonly maxOf: (lane: Lane) => number;
  readonly onLeased: (item: LeasedItem) => void;
}): Lanes {
  const books = new Map<Lane, LaneBook>();
  let itemsInHand = 0;
  let isClosed = false;

  const bookOf = (lane: Lane): LaneBook => {
    let book = books.get(lane);
    if (book === undefined) {
      book = { inHand: 0, nextAt: null };
      books.set(lane, book);
    }
    return book;
  };
  const roomOf = (lane: Lane): number => Math.max(0, options.maxOf(lane) - bookOf(lane).inHand);
  const isDue = (lane: Lane, book: LaneBook, now: Millis) =>
    book.nextAt !== null && book.nextAt <= now && roomOf(lane) > 0;

  return {
    roomFor(transitions, now) {
      if (isClosed) return [];
      const wanted = new Set<Lane>();
      for (const transition of transitions) collectLanes(transition, wanted);
      for (const [lane, book] of books) if (isDue(lane, book, now)) wanted.add(lane);
      return [...wanted].map((lane) => ({ lane, max: roomOf(lane) })).filter((room) => room.max > 0);
    },
    accept(result) {
      this.note(result.lanes);
      for (const item of result.leased) {
        bookOf(item.lane).inHand += 1;
        itemsInHand += 1;
      }
      for (const item of result.leased) options.onLeased(item);
    },
    release(lane) {
      bookOf(lane).inHand -= 1;
      itemsInHand -= 1;
    },
    note(states) {
      for (const state of states) bookOf(state.lane).nextAt = state.nextAt;
    },
    hasDue(now) {
      if (isClosed) return false;
      for (const [lane, book] of books) if (isDue(lane, book, now)) return true;
      return false;
    },
    nextAt() {
      let next: Millis | null = null;
      if (isClosed) return next;
      for (const [lane, book] of books) {
        if (book.nextAt !== null && roomOf(lane) > 0 && (next === null || book.nextAt < next)) next = book.nextAt;
      }
      return next;
    },
    get itemsInHand() {
      return itemsInHand;
    },
    close() {
      isClosed = true;
    },
  };
}

function collectLanes(transition: Transition, into: Set<Lane>): void {
  for (const effect of transition.effects) {
    const lane = laneOf(effect);
    if (lane !== null) into.add(lane);
  }
  for (const child of transition.children ?? []) collectLanes(child, into);
}

function laneOf(effect: Effect): Lane | null {
  switch (effect.kind) {
    case "enqueue":
    case "resolvePause":
    case "replaceWork":
      return effect.item.lane;
    default:
      return null;
  }
}
