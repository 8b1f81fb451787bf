// How much of what is sent to us may be in hand at once: request bodies, the requests they belong to, and answers nobody reads.
import { serverBusy } from "@stepwright/protocol";
import { progressShare, retryAfterSeconds, unsentBytesMax } from "./limits.ts";

/**
 * What a request brings: `new` work, or the `progress` of a call in flight.
 *
 * Progress has room of its own beyond what new work may take: it is stored and gone, and lets the call end that holds memory
 * here and in the app.
 */
export type IntakeKind = "new" | "progress";

/** One request's share of the room. */
export interface Ticket {
  /** More of the body has arrived; throws SERVER_BUSY when there is no room for it. */
  grow(bytes: number): void;
  /** The body has these events; throws SERVER_BUSY when its sender has too many in hand. */
  carry(events: number): void;
  /** The request is done with; idempotent. */
  leave(): void;
}

/** A request that wants in. */
export interface Entry {
  readonly kind: IntakeKind;
  /**
   * The length that its sender gives for the body, 0 when it gives none. It is looked at and not reserved: whoever
   * announces much and sends nothing takes no room from others.
   */
  readonly announced: number;
  /** Whose share of the room it takes; null when it takes nobody's. */
  readonly sender: string | null;
}

/** The room for requests. */
export interface Intake {
  /** Lets a request in before its body is read; throws SERVER_BUSY when there is no room. */
  enter(entry: Entry): Ticket;
  /** Throws SERVER_BUSY while answers that nobody reads fill the room for them. */
  checkUnsent(): void;
  /** Counts an answer on its way out; the returned function says that it is gone. */
  unsent(bytes: number): () => void;
}

/** How large the room is. */
export interface RoomSize {
  readonly bytes: number;
  readonly requests: number;
  /** Only senders have a share of it: events in all are counted where they wait for the database. */
  readonly events: number;
  /** How much of each one sender may have, from 0 to 1. */
  readonly senderShare: number;
}

/** Makes the room. */
export function createIntake(size: RoomSize): Intake {
  const all = nothingTaken();
  const senders = new Map<string, Taken>();
  let unsentBytes = 0;
  const accountOf = (sender: string): Taken => {
    const account = senders.get(sender) ?? nothingTaken();
    senders.set(sender, account);
    return account;
  };
  return {
    enter({ kind, announced, sender }) {
      const share = kind === "progress" ? progressShare : 1;
      const own = nothingTaken();
      const account = sender === null ? null : accountOf(sender);
      const ledgers = account === null ? [own, all] : [own, all, account];
      const refuse = (what: keyof Taken, more: number): void => {
        if (what !== "events") refuseBeyond({ taken: all, what, more, max: size[what] * share, of: "" });
        // What is alone is let in however large: a limit that it could never pass would be another one.
        if (account === null || account.requests === own.requests) return;
        refuseBeyond({ taken: account, what, more, max: size[what] * size.senderShare, of: " of one event key" });
      };
      const take = (what: keyof Taken, more: number): void => {
        for (const taken of ledgers) taken[what] += more;
      };
      refuse("requests", 1);
      refuse("bytes", announced);
      take("requests", 1);
      let isIn = true;
      const more = (what: keyof Taken, count: number): void => {
        refuse(what, count);
        if (isIn) take(what, count);
      };
      return {
        grow: (bytes) => more("bytes", bytes),
        carry: (events) => more("events", events),
        leave() {
          if (!isIn) return;
          isIn = false;
          for (const what of ["requests", "bytes", "events"] as const) take(what, -own[what]);
        },
      };
    },
    checkUnsent() {
      if (unsentBytes > unsentBytesMax)
        throw serverBusy({ what: "bytes of unread answers", max: unsentBytesMax, seconds: retryAfterSeconds });
    },
    unsent(more) {
      unsentBytes += more;
      let isOut = false;
      return () => {
        if (isOut) return;
        isOut = true;
        unsentBytes -= more;
      };
    },
  };
}

/** What is in hand. */
interface Taken {
  requests: number;
  bytes: number;
  events: number;
}

const nothingTaken = (): Taken => ({ requests: 0, bytes: 0, events: 0 });

const words: Readonly<Record<keyof Taken, string>> = {
  requests: "requests",
  bytes: "bytes of request bodies",
  events: "events",
};

function refuseBeyond(o: {
  readonly taken: Taken;
  readonly what: keyof Taken;
  readonly more: number;
  readonly max: number;
  /** Whose room it is. */
  readonly of: string;
}): void {
  if (o.taken[o.what] + o.more <= o.max) return;
  throw serverBusy({ what: `${words[o.what]}${o.of}`, max: Math.floor(o.max), seconds: retryAfterSeconds });
}
