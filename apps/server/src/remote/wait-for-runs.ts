// Waits until runs have ended, told by the live feed.
import type { ApiRun, ApiRunStatus } from "@stepwright/protocol";
import { followLive, type LiveNews } from "./live.ts";
import type { ServerAnswer, ServerClient, ServerFailure } from "./server-client.ts";

/** How waiting has ended. */
export type WaitedForRuns =
  | ServerFailure
  | {
      /** `interrupted`: the person gave up. `timeout`: it took too long. */
      readonly kind: "ended" | "timeout" | "interrupted";
      /** Runs that have ended, in the order in which they were asked for. */
      readonly runs: readonly ApiRun[];
      readonly unfinished: readonly string[];
    };

/** How to wait. */
export interface WaitOptions {
  readonly signal: AbortSignal;
  /** Null: for good. */
  readonly timeoutMs: number | null;
}

/** Waits. */
export async function waitForRuns(
  client: ServerClient,
  runIds: readonly string[],
  { signal, timeoutMs }: WaitOptions,
): Promise<WaitedForRuns> {
  const ended = new Map<string, ApiRun>();
  const stop = new AbortController();
  const signals = [signal, stop.signal, ...(timeoutMs === null ? [] : [AbortSignal.timeout(timeoutMs)])];
  const pending = (): readonly string[] => runIds.filter((id) => !ended.has(id));
  try {
    // Without any, nothing has to be heard.
    for await (const news of runIds.length === 0 ? [] : followLive(client, AbortSignal.any(signals))) {
      if (news.kind === "failed") return news;
      const failure = await look(news, pending());
      if (failure !== null) return failure;
      if (pending().length === 0) break;
    }
  } finally {
    stop.abort();
  }
  const kind = pending().length === 0 ? "ended" : signal.aborted ? "interrupted" : "timeout";
  return { kind, runs: runIds.flatMap((id) => ended.get(id) ?? []), unfinished: pending() };

  /** Reads the runs that may have ended; returns why they cannot be read. */
  async function look(news: LiveNews, ids: readonly string[]): Promise<ServerFailure | null> {
    for (const id of mayHaveEnded(news, ids)) {
      const answer: ServerAnswer<ApiRun> = await client.ask<ApiRun>("GET", `/api/runs/${id}`);
      // A server that is just being started again is waited for, like the run.
      if (answer.kind === "failed" && answer.code !== "SERVER_UNREACHABLE") return answer;
      if (answer.kind === "answer" && isEnded(answer.value.status)) ended.set(id, answer.value);
    }
    return null;
  }
}

function mayHaveEnded(news: LiveNews, ids: readonly string[]): readonly string[] {
  switch (news.kind) {
    case "open":
    case "reset":
      return ids;
    case "changes": {
      const changed = new Set(news.runs.filter(({ status }) => isEnded(status)).map(({ id }) => id));
      return ids.filter((id) => changed.has(id));
    }
    case "lost":
    case "failed":
      return [];
  }
}

/** Says whether a status is one that never changes any more. */
export function isEnded(status: ApiRunStatus): boolean {
  return status !== "queued" && status !== "running";
}
