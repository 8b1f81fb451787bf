// The time as components see it: it moves in ticks that all of them share, and stands still while the page is hidden.
import { useSyncExternalStore } from "react";

interface Ticker {
  now: number;
  readonly listeners: Set<() => void>;
  timer: ReturnType<typeof setInterval> | null;
}

const tickers = new Map<number, Ticker>();
const loadedAt = Date.now();

/** Follows the time in ticks of the given length; with null it stands still, for what has ended. */
export function useNow(everyMs: number | null): number {
  return useSyncExternalStore(
    (listener) => (everyMs === null ? () => undefined : follow(tickerOf(everyMs), everyMs, listener)),
    () => (everyMs === null ? loadedAt : tickerOf(everyMs).now),
  );
}

function tickerOf(everyMs: number): Ticker {
  const ticker = tickers.get(everyMs) ?? { now: Date.now(), listeners: new Set(), timer: null };
  tickers.set(everyMs, ticker);
  return ticker;
}

function follow(ticker: Ticker, everyMs: number, listener: () => void): () => void {
  // Nobody has followed it for a while: its time is old.
  if (ticker.timer === null) ticker.now = Date.now();
  ticker.listeners.add(listener);
  ticker.timer ??= setInterval(() => tick(ticker), everyMs);
  return () => {
    ticker.listeners.delete(listener);
    if (ticker.listeners.size > 0 || ticker.timer === null) return;
    clearInterval(ticker.timer);
    ticker.timer = null;
  };
}

function tick(ticker: Ticker): void {
  if (document.visibilityState === "hidden") return;
  ticker.now = Date.now();
  for (const listener of [...ticker.listeners]) listener();
}
