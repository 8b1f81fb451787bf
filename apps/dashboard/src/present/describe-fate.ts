// Says what became of an event in a function that it started no run of, or not yet.
import type { ApiFate } from "@stepwright/protocol";
import { capitalized, linkedText, type LinkedPart } from "./linked-text.ts";
import type { StatusLook } from "./status.ts";

const looks: Readonly<Record<ApiFate["kind"], StatusLook>> = {
  debouncing: { word: "Debouncing", tone: "waiting", shape: "hourglass" },
  batching: { word: "Batching", tone: "waiting", shape: "hourglass" },
  notStarted: { word: "Not started", tone: "quiet", shape: "dash" },
};

/** A fate as the page shows it. */
export interface FateView {
  readonly look: StatusLook;
  readonly parts: readonly LinkedPart[];
  /** What happens then, to be followed by the time; null when no time is known or it is past. */
  readonly next: { readonly what: string; readonly at: number } | null;
}

/** Describes a fate. */
export function describeFate({ kind, text, until }: ApiFate, now: number): FateView {
  return {
    look: looks[kind],
    parts: linkedText(capitalized(text)),
    next: until === null || until <= now ? null : { what: nextOf(kind), at: until },
  };
}

function nextOf(kind: ApiFate["kind"]): string {
  switch (kind) {
    case "debouncing":
      return "Starts";
    case "batching":
      return "Starts at the latest";
    case "notStarted":
      return "The next one is let through";
  }
}
