// Runs in the words of this API.
import { createHash } from "node:crypto";
import { eventNames, type Run, type RunStatus } from "@stepwright/engine";
import type { EventId, JsonText } from "@stepwright/protocol";
import type { Context } from "./context.ts";

/** A run's status as the schema has it. */
export function statusWord(status: RunStatus): string {
  return status.toUpperCase();
}

/** The statuses by the words of the schema. */
export function statusOf(word: string): RunStatus {
  return word.toLowerCase() as RunStatus;
}

/** What a failed run has failed with, as the app sent it where it did; null for other runs. */
export function errorText(run: Run): JsonText | null {
  return run.status === "failed" ? (run.output ?? run.error) : null;
}

/** The result of a completed run or the error of a failed one; null for others. */
export function outputText(run: Run): JsonText | null {
  return run.status === "completed" ? run.output : errorText(run);
}

/** An id of a span: the same for the same names, and as long as tracing has them. */
export function spanHexId(...names: readonly string[]): string {
  return createHash("sha256").update(names.join("\0")).digest("hex").slice(0, 16);
}

/** Internal ids of the events that started a run, in order. Only a batch has more than one, and costs a read. */
export async function triggerIdsOf(run: Run, { eventsOf }: Context): Promise<readonly EventId[]> {
  if (run.batchId === null) return [run.triggerEventId];
  return (await eventsOf(run.id)).map((event) => event.internalId);
}

/** Whether a run was deferred by another. */
export function isDeferred(run: Run): boolean {
  return run.triggerName === eventNames.deferred;
}
