// Removes what has been kept for long enough: a sweep now and then, in pieces that leave the rest of the server its time.
import { type Expired, expiredBy, type RetentionPolicy } from "@stepwright/engine";
import { millis } from "@stepwright/protocol";
import type { RemovedRows } from "@stepwright/storage";
import { firstSweepMs, sweepIntervalMs, sweepPauseBusyMs, sweepPauseMs, sweepWeightMax } from "./limits.ts";
import type { RetentionStatus } from "./runtime.ts";
import type { Shell } from "./shell.ts";

/** The sweeps. */
export interface Retention {
  /** The first sweep comes a little later: a server that has just started has better things to do. */
  start(): void;
  /** Begins a sweep now, unless one is going on; false when there is nothing that is ever removed. */
  sweepNow(): boolean;
  stop(): void;
  status(): RetentionStatus;
}

/** Makes the sweeps. Without a policy there are none. */
export function createRetention(
  { ports, settings, log }: Shell,
  { isBusy, commitsBegun }: { readonly isBusy: () => boolean; readonly commitsBegun: () => number },
): Retention {
  const { clock, storage } = ports;
  const policy = settings.retention;
  const end = new AbortController();
  let wake = new AbortController();
  let status: RetentionStatus = {
    policy,
    isSweeping: false,
    nextSweepAt: null,
    lastSweep: null,
    removed: nothing,
  };

  const sleep = (ms: number) => clock.sleep(ms, end.signal);

  /** Lets whatever waits have its turn, and takes a step back when there was something. */
  const giveWay = async () => {
    const before = commitsBegun();
    await sleep(sweepPauseMs);
    if (isBusy() || commitsBegun() !== before) await sleep(sweepPauseBusyMs);
  };

  const sweepKind = async (expired: Expired, add: (removed: RemovedRows) => void) => {
    let cursor: string | null = null;
    do {
      const piece = await storage.retention.sweep({ expired, cursor, weightMax: sweepWeightMax });
      add(piece.removed);
      cursor = piece.cursor;
      if (cursor !== null) await giveWay();
    } while (cursor !== null && !end.signal.aborted);
  };

  const sweep = async (kept: RetentionPolicy) => {
    const startedAt = clock.now();
    let removed = nothing;
    status = { ...status, isSweeping: true, nextSweepAt: null };
    for (const expired of expiredBy(kept, startedAt)) {
      if (end.signal.aborted) break;
      await sweepKind(expired, (rows) => {
        removed = sum(removed, rows);
        status = { ...status, removed: sum(status.removed, rows) };
      });
    }
    const endedAt = clock.now();
    status = { ...status, lastSweep: { startedAt, endedAt, removed } };
    if (Object.values(removed).some((count) => count > 0))
      log.info({ ...removed, durationMs: endedAt - startedAt }, "old data removed");
  };

  const sweepQuietly = async (kept: RetentionPolicy) => {
    try {
      await sweep(kept);
    } catch (error) {
      // What was removed is removed; the next sweep goes on with the rest.
      if (!end.signal.aborted) log.warn({ err: error }, "old data could not be removed");
    }
    status = { ...status, isSweeping: false };
  };

  const run = async (kept: RetentionPolicy) => {
    for (let pauseMs = firstSweepMs; ; pauseMs = sweepIntervalMs) {
      status = { ...status, nextSweepAt: millis(clock.now() + pauseMs) };
      wake = new AbortController();
      await clock.sleep(pauseMs, AbortSignal.any([end.signal, wake.signal]));
      if (end.signal.aborted) return;
      await sweepQuietly(kept);
    }
  };

  return {
    start() {
      if (policy !== null) void run(policy);
    },
    sweepNow() {
      // While one is going on nobody sleeps on it.
      wake.abort();
      return policy !== null;
    },
    stop: () => end.abort(),
    status: () => status,
  };
}

const nothing: RemovedRows = { runs: 0, steps: 0, spans: 0, events: 0, keys: 0 };

function sum(a: RemovedRows, b: RemovedRows): RemovedRows {
  return {
    runs: a.runs + b.runs,
    steps: a.steps + b.steps,
    spans: a.spans + b.spans,
    events: a.events + b.events,
    keys: a.keys + b.keys,
  };
}
