// Events and runs in the JSON of REST v1.
import type { Run, RunStatus, StoredEvent } from "@stepwright/engine";
import {
  accountId,
  environmentId,
  parseJsonText,
  type JsonText,
  type JsonValue,
  type Millis,
} from "@stepwright/protocol";

/** An event as REST v1 shows it; absent and empty fields are left out, as its clients expect. */
export interface RestEvent {
  readonly internal_id: string;
  readonly account_id: string;
  readonly environment_id: string;
  readonly source: "";
  readonly source_id: null;
  readonly received_at: string;
  readonly id: string;
  readonly name: string;
  readonly data: JsonValue;
  readonly user?: JsonValue;
  readonly ts: number;
  readonly v?: string;
}

/** A run as REST v1 shows it. */
export interface RestRun {
  readonly run_id: string;
  readonly run_started_at: string;
  readonly function_id: string;
  readonly function_version: number;
  readonly environment_id: string;
  readonly event_id: string;
  readonly batch_id?: string;
  readonly original_run_id?: string;
  readonly cron?: string;
  readonly status: string;
  readonly ended_at: string | null;
  readonly output?: JsonValue;
}

/** Puts data into the envelope of REST v1. */
export function restEnvelope(data: unknown, now: Millis): object {
  return { data, metadata: { fetched_at: isoTime(now) } };
}

/** Presents an event; `data` is its payload as rendered. */
export function restEvent(event: StoredEvent, data: JsonText): RestEvent {
  return {
    internal_id: event.internalId,
    account_id: accountId,
    environment_id: environmentId,
    source: "",
    source_id: null,
    received_at: isoTime(event.receivedAt),
    id: event.id,
    name: event.name,
    data: parseJsonText(data),
    ...(event.user === "{}" ? {} : { user: parseJsonText(event.user) }),
    ts: event.ts,
    ...(event.v === null ? {} : { v: event.v }),
  };
}

/** Presents a run; its output is the result, the error, or for a cancelled run an empty object. */
export function restRun(run: Run): RestRun {
  const output = outputOf(run);
  return {
    run_id: run.id,
    run_started_at: isoTime(run.startedAt ?? run.queuedAt),
    function_id: run.functionId,
    function_version: run.functionVersion,
    environment_id: environmentId,
    event_id: run.triggerEventId,
    ...(run.batchId === null ? {} : { batch_id: run.batchId }),
    ...(run.originalRunId === null ? {} : { original_run_id: run.originalRunId }),
    ...(run.cron === null ? {} : { cron: run.cron }),
    status: statusWords[run.status],
    ended_at: run.endedAt === null ? null : isoTime(run.endedAt),
    ...(output === undefined ? {} : { output }),
  };
}

/** Writes a time point as RFC 3339 in UTC. */
export function isoTime(at: Millis): string {
  return new Date(at).toISOString();
}

const statusWords: Readonly<Record<RunStatus, string>> = {
  queued: "Scheduled",
  running: "Running",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
  skipped: "Skipped",
};

/** What a run came to: its result, its error, an empty object when it was cancelled; undefined while it goes on. */
export function outputOf(run: Run): JsonValue | undefined {
  switch (run.status) {
    case "queued":
    case "running":
      return undefined;
    case "completed":
      return run.output === null ? null : parseJsonText(run.output);
    case "failed": {
      // The error as the app sent it, where it sent one.
      const error = run.output ?? run.error;
      return error === null ? null : parseJsonText(error);
    }
    case "cancelled":
    case "skipped":
      return {};
  }
}
