// Says how fresh the page is.
import type { ReactNode } from "react";
import { liveFeed, type LiveState } from "../api/live-feed.ts";
import { useStore } from "../api/store.ts";

const words: Readonly<Record<LiveState, { readonly word: string; readonly title: string; readonly dot: string }>> = {
  connecting: { word: "Connecting", title: "Connecting to the server", dot: "border border-edge" },
  live: { word: "Live", title: "Changes are pushed as they happen", dot: "bg-good-bar" },
  polling: {
    word: "Reconnecting",
    title: "The connection is down; the page asks every 5 seconds",
    dot: "border-2 border-bad-bar",
  },
  paused: { word: "Paused", title: "Nothing is updated while the page is hidden", dot: "border border-edge" },
};

/** The state of the connection. */
export function LiveMark(): ReactNode {
  const { word, title, dot } = words[useStore(liveFeed.state)];
  return (
    <span className="flex items-center gap-1.5 text-xs text-muted" title={title}>
      <span aria-hidden className={`size-2 rounded-full ${dot}`} />
      <span className="max-sm:sr-only">{word}</span>
    </span>
  );
}
