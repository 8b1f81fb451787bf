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
  /** The request is done with; idempotent. */
  leave(): void;
}

/** The room for requests. */
export interface Intake {
  /**
   * Lets a request in before its body is read; throws SERVER_BUSY when there is no room.
   *
   * `announced` is the length the sender gives, 0 when it gives none. It is looked at and not reserved: whoever announces
   * much and sends nothing takes no room from others.
   */
  enter(kind: IntakeKind, announced: number): Ticket;
  /** Throws SERVER_BUSY while answers that nobody reads fill the room for them. */
  checkUnsent(): void;
  /** Counts an answer on its way out; the returned function says that it is gone. */
  unsent(bytes: number): () => void;
}

/** Makes the room. */
export function createIntake(o: { readonly bytesMax: number; readonly requestsMax: number }): Intake {
  let bytes = 0;
  let requests = 0;
  let unsentBytes = 0;
  const shareOf = (kind: IntakeKind): number => (kind === "progress" ? progressShare : 1);
  const refuseBytes = (kind: IntakeKind, more: number): void => {
    if (bytes + more > o.bytesMax * shareOf(kind))
      throw serverBusy({ what: "bytes of request bodies", max: o.bytesMax, seconds: retryAfterSeconds });
  };
  return {
    enter(kind, announced) {
      if (requests >= o.requestsMax * shareOf(kind))
        throw serverBusy({ what: "requests", max: o.requestsMax, seconds: retryAfterSeconds });
      refuseBytes(kind, announced);
      requests += 1;
      let own = 0;
      let isIn = true;
      return {
        grow(more) {
          refuseBytes(kind, more);
          if (!isIn) return;
          own += more;
          bytes += more;
        },
        leave() {
          if (!isIn) return;
          isIn = false;
          requests -= 1;
          bytes -= own;
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
