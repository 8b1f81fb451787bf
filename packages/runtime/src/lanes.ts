// Lanes: how much work of each kind is in hand, and when each has work next.
// One time per lane is all that is kept in memory; the items themselves stay in the database until they are leased.
import {
  callLane,
  type Effect,
  isEnded,
  type Lane,
  laneGroup,
  type LeasedItem,
  type Transition,
} from "@stepwright/engine";
import type { Millis } from "@stepwright/protocol";
import type { CommitResult, LaneRoom, LaneState } from "@stepwright/storage";

/** The book of lanes. */
export interface Lanes {
  /** Lanes with room that are due, or that these transitions may bring work into. */
  roomFor(transitions: readonly Transition[], now: Millis): readonly LaneRoom[];
  /** Notes leased items, next times, and whether the store had more to look at. */
  accept(result: Pick<CommitResult, "leased" | "lanes" | "hasMore">): void;
  /** An item in hand is done with. */
  release(lane: Lane): void;
  note(states: readonly LaneState[]): void;
  hasDue(now: Millis): boolean;
  /** When a lane with room has work next; null when none has. */
  nextAt(): Millis | null;
  readonly itemsInHand: number;
  /** Lanes with work in hand or to come. */
  readonly known: number;
  /** Takes no more leases. */
  close(): void;
}

interface LaneBook {
  readonly group: string;
  inHand: number;
  nextAt: Millis | null;
}

/**
 * Makes the book. `maxOf` limits the items in hand per group of lanes; nothing is leased from lanes that are held;
 * `onLeased` gets each leased item.
 */
export function createLanes(options: {
  readonly maxOf: (lane: Lane) => number;
  readonly isHeld: (lane: Lane) => boolean;
  readonly onLeased: (item: LeasedItem) => void;
}): Lanes {
  const books = new Map<Lane, LaneBook>();
  const groups = new Map<string, number>();
  let itemsInHand = 0;
  let isClosed = false;
  let hasMore = false;

  const bookOf = (lane: Lane): LaneBook => {
    let book = books.get(lane);
    if (book === undefined) {
      book = { group: laneGroup(lane), inHand: 0, nextAt: null };
      books.set(lane, book);
    }
    return book;
  };
  const change = (lane: Lane, by: number): void => {
    const book = bookOf(lane);
    book.inHand += by;
    groups.set(book.group, (groups.get(book.group) ?? 0) + by);
    itemsInHand += by;
    forgetIdle(lane, book);
  };
  /** What a lane with no work says is what an unknown one says. */
  const forgetIdle = (lane: Lane, book: LaneBook): void => {
    if (book.inHand === 0 && book.nextAt === null) books.delete(lane);
  };
  const roomOf = (lane: Lane, book: LaneBook): number =>
    options.isHeld(lane) ? 0 : Math.max(0, options.maxOf(lane) - (groups.get(book.group) ?? 0));
  const isDue = (lane: Lane, book: LaneBook, now: Millis) =>
    book.nextAt !== null && book.nextAt <= now && roomOf(lane, book) > 0;

  return {
    roomFor(transitions, now) {
      if (isClosed) return [];
      const wanted = new Set<Lane>();
      for (const transition of transitions) collectLanes(transition, wanted);
      for (const [lane, book] of books) if (isDue(lane, book, now)) wanted.add(lane);
      return [...wanted].flatMap((lane) => {
        const book = bookOf(lane);
        const max = roomOf(lane, book);
        forgetIdle(lane, book);
        return max > 0 ? [{ lane, max, inHand: book.inHand }] : [];
      });
    },
    accept(result) {
      this.note(result.lanes);
      ({ hasMore } = result);
      for (const item of result.leased) change(item.lane, 1);
      for (const item of result.leased) options.onLeased(item);
    },
    release(lane) {
      change(lane, -1);
    },
    note(states) {
      for (const state of states) {
        const book = bookOf(state.lane);
        book.nextAt = state.nextAt;
        forgetIdle(state.lane, book);
      }
    },
    hasDue(now) {
      if (isClosed) return false;
      if (hasMore) return true;
      for (const [lane, book] of books) if (isDue(lane, book, now)) return true;
      return false;
    },
    nextAt() {
      let next: Millis | null = null;
      if (isClosed) return next;
      for (const [lane, book] of books) {
        if (book.nextAt !== null && roomOf(lane, book) > 0 && (next === null || book.nextAt < next)) next = book.nextAt;
      }
      return next;
    },
    get itemsInHand() {
      return itemsInHand;
    },
    get known() {
      return books.size;
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
    if (effect.kind === "admit") collectLanes(effect.admission.start.transition, into);
  }
  for (const child of transition.children ?? []) collectLanes(child, into);
}

function laneOf(effect: Effect): Lane | null {
  switch (effect.kind) {
    case "enqueue":
    case "enqueueIfAwaited":
    case "resolvePause":
    case "replaceWork":
      return effect.item.lane;
    case "updateRun":
      // What it gives back, another run of the function may be waiting for.
      return isEnded(effect.run.status) ? callLane(effect.run) : null;
    default:
      return null;
  }
}
