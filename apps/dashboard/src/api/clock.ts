// The time as components see it: it moves in ticks that all of them share, and stands still while the page is hidden.
import { createContext, use, useSyncExternalStore } from "react";

interface Ticker {
  now: number;
  /** The same function for every render: a new one would end and begin the subscription each time, and each beginning looks at the time. */
  readonly follow: (listener: () => void) => () => void;
  readonly listeners: Set<() => void>;
  timer: ReturnType<typeof setInterval> | null;
}

const tickers = new Map<number, Ticker>();
const loadedAt = Date.now();

/** The time of a server whose clock stands still unless a test moves it; null: that of the world. */
let virtualNow: number | null = null;

/** What time it is for what the server tells of. */
export function currentTime(): number {
  return virtualNow ?? Date.now();
}

/** Shows this time from now on, or with null that of the world. */
export function followServerTime(now: number | null): void {
  if (now === virtualNow) return;
  virtualNow = now;
  for (const ticker of tickers.values()) tell(ticker);
}

/** What the clock shows to components in it, where it stands still: for what was saved at that time. */
export const StoppedClock = createContext<number | null>(null);

/** Follows the time in ticks of the given length; with null it stands still, for what has ended. */
export function useNow(everyMs: number | null): number {
  const stoppedAt = use(StoppedClock);
  const ticker = everyMs === null || stoppedAt !== null ? null : tickerOf(everyMs);
  const now = useSyncExternalStore(ticker?.follow ?? followNothing, () => ticker?.now ?? loadedAt);
  return stoppedAt ?? now;
}

const followNothing = () => () => undefined;

function tickerOf(everyMs: number): Ticker {
  const known = tickers.get(everyMs);
  if (known !== undefined) return known;
  const ticker: Ticker = {
    now: currentTime(),
    listeners: new Set(),
    timer: null,
    follow: (listener) => follow(ticker, everyMs, listener),
  };
  tickers.set(everyMs, ticker);
  return ticker;
}

function follow(ticker: Ticker, everyMs: number, listener: () => void): () => void {
  // Nobody has followed it for a while: its time is old.
  if (ticker.timer === null) ticker.now = currentTime();
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
  if (document.visibilityState !== "hidden") tell(ticker);
}

function tell(ticker: Ticker): void {
  ticker.now = currentTime();
  for (const listener of ticker.listeners) listener();
}
