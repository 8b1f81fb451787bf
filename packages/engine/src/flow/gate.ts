// Gates: what a call has to pass before it may go out. The store holds who stands at which gate;
// what a gate is, and when it is open, is decided here.
import { type Millis, millis } from "@stepwright/protocol";
import { startAllowedAt, type ThrottleLimit } from "./throttle.ts";

/**
 * One limit that a run's calls are under, with the key it was evaluated to when the run was made.
 *
 * - `calls`: a slot for each call in flight (semantics.md §4.1).
 * - `runs`: a slot from the first call to the end of the run (§4.2).
 * - `starts`: the pace of first calls (§4.3).
 */
export interface Gate {
  readonly kind: "calls" | "runs" | "starts";
  /** Whoever has the same id shares the slots or the pace. */
  readonly id: string;
  /** Which limit of the function says how much: the number is read when it is needed, so a changed one applies at once. */
  readonly limitId: string;
  /** The evaluated key, shortened for people; null for a limit without one. */
  readonly key: string | null;
}

/** How much a gate lets through. */
export type GateLimit =
  | { readonly kind: "slots"; readonly max: number }
  | { readonly kind: "pace"; readonly pace: ThrottleLimit };

/** The limits of one function by `Gate.limitId`. A gate whose limit is gone is open. */
export type GateLimits = ReadonlyMap<string, GateLimit>;

/** Why a call cannot go out now. */
export type Obstacle =
  | { readonly kind: "full"; readonly gate: Gate; readonly max: number }
  /** The pace lets the next one through at this time. */
  | { readonly kind: "early"; readonly gate: Gate; readonly until: Millis };

/** What the store knows of the gates at this moment. */
export interface GateBook {
  /** Slots taken at a gate. */
  taken(gate: Gate): number;
  /** Theoretical arrival time of the next start; null when there was none. */
  arrivalAt(gate: Gate): number | null;
}

/** The first gate in the way of a call; null when all are open. */
export function obstacle(
  gates: readonly Gate[],
  limits: GateLimits | undefined,
  book: GateBook,
  now: Millis,
): Obstacle | null {
  for (const gate of gates) {
    const limit = limits?.get(gate.limitId);
    if (limit === undefined) continue;
    switch (limit.kind) {
      case "slots":
        if (book.taken(gate) >= limit.max) return { kind: "full", gate, max: limit.max };
        break;
      case "pace": {
        const allowedAt = startAllowedAt(limit.pace, book.arrivalAt(gate));
        // Timers never fire early: the first whole millisecond at which it is allowed.
        if (allowedAt > now) return { kind: "early", gate, until: millis(Math.ceil(allowedAt)) };
        break;
      }
    }
  }
  return null;
}
