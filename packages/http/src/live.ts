// Tells every open page what changed, at most once per 50 ms, and never lets a slow page grow a queue.
import { millis, type ApiLiveMessage, type ApiRunStatus, type Millis } from "@stepwright/protocol";
import type { Clock, LiveChange, LiveFeed } from "@stepwright/runtime";
import { liveBufferBytesMax, liveCoalesceMs, liveHeartbeatMs, liveRunsMax, liveStuckMs } from "./limits.ts";

/** The part of a response stream that the feed writes to. */
export interface LiveStream {
  write(text: string): boolean;
  end(): void;
  destroy(): void;
  /** Bytes that wait for the reader. */
  readonly writableLength: number;
  once(event: "drain" | "close", listener: () => void): unknown;
}

/** The feed of all pages. */
export interface LiveHub {
  readonly clients: number;
  /** Serves a stream until it closes. */
  add(stream: LiveStream): void;
  /** Ends all streams, and those that come later. */
  close(): void;
}

interface Client {
  readonly stream: LiveStream;
  /** Since when it is behind: from a full buffer until it is empty again. Null when it is not. */
  behindSince: Millis | null;
}

/** Makes the hub. It listens to the feed and keeps a timer only while a page is open. `onDropped` hears of pages that had stopped reading. */
export function createLiveHub(o: {
  readonly feed: LiveFeed;
  readonly clock: Clock;
  readonly onDropped: (behindMs: number) => void;
}): LiveHub {
  const clients = new Set<Client>();
  let pending: PendingChange | null = null;
  let lastSentAt: Millis = millis(0);
  let isClosed = false;
  let work: { readonly stopper: AbortController; readonly unsubscribe: () => void } | null = null;

  function onChange(change: LiveChange): void {
    if (pending === null) {
      pending = emptyChange();
      void sendWhenDue(work?.stopper.signal);
    }
    merge(pending, change);
  }

  async function sendWhenDue(signal: AbortSignal | undefined): Promise<void> {
    if (signal === undefined) return;
    const sinceLastMs = Math.max(0, o.clock.now() - lastSentAt);
    await o.clock.sleep(liveCoalesceMs - sinceLastMs, signal);
    if (signal.aborted || pending === null) return;
    const message = messageOf(pending);
    pending = null;
    lastSentAt = o.clock.now();
    const text = dataLine(message);
    for (const client of clients) send(client, text);
  }

  function send(client: Client, text: string): void {
    if (client.behindSince !== null) return;
    client.stream.write(text);
    if (client.stream.writableLength <= liveBufferBytesMax) return;
    // What it missed is not kept: once it has read the rest, one `reset` makes it read everything afresh.
    client.behindSince = o.clock.now();
    client.stream.once("drain", () => {
      client.behindSince = null;
      send(client, dataLine({ kind: "reset" }));
    });
  }

  async function beat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await o.clock.sleep(liveHeartbeatMs, signal);
      if (signal.aborted) return;
      for (const client of clients) if (!dropStuck(client)) send(client, ": still here\n\n");
    }
  }

  /** A page that reads nothing for so long is gone, or means to hold the connection and its buffer. */
  function dropStuck({ stream, behindSince }: Client): boolean {
    const behindMs = behindSince === null ? 0 : o.clock.now() - behindSince;
    if (behindMs < liveStuckMs) return false;
    stream.destroy();
    o.onDropped(behindMs);
    return true;
  }

  function start(): void {
    const stopper = new AbortController();
    work = { stopper, unsubscribe: o.feed.subscribe(onChange) };
    void beat(stopper.signal);
  }

  function stop(): void {
    work?.unsubscribe();
    work?.stopper.abort();
    work = null;
    pending = null;
  }

  return {
    get clients() {
      return clients.size;
    },
    add(stream) {
      // A server that closes still answers what comes over its open connections; a stream would keep it from its end.
      if (isClosed) {
        stream.end();
        return;
      }
      const client: Client = { stream, behindSince: null };
      clients.add(client);
      if (work === null) start();
      stream.once("close", () => {
        clients.delete(client);
        if (clients.size === 0) stop();
      });
      // Opens the stream for the reader, and says how soon to come back after a break.
      send(client, "retry: 1000\n\n");
    },
    close() {
      isClosed = true;
      for (const { stream } of clients) stream.end();
      clients.clear();
      stop();
    },
  };
}

interface PendingChange {
  readonly runs: Map<string, ApiRunStatus>;
  hasNewEvents: boolean;
  haveAppsChanged: boolean;
}

function emptyChange(): PendingChange {
  return { runs: new Map(), hasNewEvents: false, haveAppsChanged: false };
}

function merge(pending: PendingChange, change: LiveChange): void {
  for (const { id, status } of change.runs) if (pending.runs.size <= liveRunsMax) pending.runs.set(id, status);
  pending.hasNewEvents ||= change.hasNewEvents;
  pending.haveAppsChanged ||= change.haveAppsChanged;
}

function messageOf({ runs, hasNewEvents, haveAppsChanged }: PendingChange): ApiLiveMessage {
  if (runs.size > liveRunsMax) return { kind: "reset" };
  return { kind: "changes", runs: [...runs].map(([id, status]) => ({ id, status })), hasNewEvents, haveAppsChanged };
}

function dataLine(message: ApiLiveMessage): string {
  return `data: ${JSON.stringify(message)}\n\n`;
}
