// The one connection over which the server pushes changes. While it is down the page asks
// every few seconds instead; while the page is hidden nothing happens at all.
import type { ApiLiveMessage } from "@stepwright/protocol";
import { createStore, type Store } from "./store.ts";

/** How updates arrive: pushed, by asking, or not at all while nobody looks. */
export type LiveState = "connecting" | "live" | "polling" | "paused";

/** The feed. */
export interface LiveFeed {
  readonly state: Store<LiveState>;
  subscribe(listener: (message: ApiLiveMessage) => void): () => void;
  /** Connects for as long as the page is visible; returns what ends it. */
  start(): () => void;
  /** Connects afresh at once, e.g. after a login. */
  reconnect(): void;
}

const pollMs = 5_000;

/** Makes the feed; `url` is the server-sent events endpoint. */
export function createLiveFeed(url: string): LiveFeed {
  const state = createStore<LiveState>("connecting");
  const listeners = new Set<(message: ApiLiveMessage) => void>();
  let source: EventSource | null = null;
  let poll: ReturnType<typeof setInterval> | null = null;
  let hasBeenOpen = false;

  function emit(message: ApiLiveMessage): void {
    for (const listener of listeners) listener(message);
  }

  function connect(): void {
    source?.close();
    source = new EventSource(url);
    source.onopen = () => {
      stopPolling();
      state.set("live");
      // What happened while there was no connection is not known.
      if (hasBeenOpen) emit({ kind: "reset" });
      hasBeenOpen = true;
    };
    source.onmessage = (event: MessageEvent<string>) => emit(JSON.parse(event.data) as ApiLiveMessage);
    source.onerror = startPolling;
  }

  function startPolling(): void {
    state.set("polling");
    poll ??= setInterval(() => {
      emit({ kind: "reset" });
      // A browser reconnects by itself after a break, but not after an error status.
      if (source?.readyState === EventSource.CLOSED) connect();
    }, pollMs);
  }

  function stopPolling(): void {
    if (poll !== null) clearInterval(poll);
    poll = null;
  }

  function disconnect(): void {
    stopPolling();
    source?.close();
    source = null;
  }

  function followVisibility(): void {
    if (document.visibilityState === "hidden") {
      disconnect();
      state.set("paused");
    } else if (source === null) {
      state.set("connecting");
      connect();
    }
  }

  return {
    state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    start() {
      followVisibility();
      document.addEventListener("visibilitychange", followVisibility);
      return () => {
        document.removeEventListener("visibilitychange", followVisibility);
        disconnect();
      };
    },
    reconnect() {
      disconnect();
      followVisibility();
    },
  };
}

/** The feed of this page. */
export const liveFeed = createLiveFeed("/api/live");
