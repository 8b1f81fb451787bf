// Finds the runs that events have started, and says what became of those that started none.
import type { ApiEventDetail, ApiFate } from "@stepwright/protocol";
import type { ServerAnswer, ServerClient } from "./server-client.ts";
import { timeText } from "./table.ts";

/** What events have started. */
export interface StartedRuns {
  readonly runIds: readonly string[];
  /** A sentence about each event, or function, without a run. */
  readonly remarks: readonly string[];
}

/** Reads it: the server has answered a sender when it has made the runs. */
export async function readStartedRuns(
  client: ServerClient,
  eventIds: readonly string[],
): Promise<ServerAnswer<StartedRuns>> {
  const runIds: string[] = [];
  const remarks: string[] = [];
  for (const eventId of eventIds) {
    const answer = await client.ask<ApiEventDetail>("GET", `/api/events/${eventId}`);
    if (answer.kind === "failed") return answer;
    const { runs, fates, matches, name } = answer.value;
    runIds.push(...runs.map(({ runId }) => runId));
    remarks.push(...fates.map((fate) => `Event ${eventId} ${fateText(fate)}.`));
    if (runs.length + fates.length + matches.length === 0)
      remarks.push(`Event ${eventId} started no run: no function listens to "${name}".`);
  }
  return { kind: "answer", value: { runIds, remarks } };
}

/** What became of an event in a function, as the end of a sentence. */
export function fateText({ functionSlug, text, until, kind }: ApiFate): string {
  const time = until === null ? "" : `, ${kind === "notStarted" ? "until" : "at"} ${timeText(until)}`;
  return `started no run of ${functionSlug}${kind === "notStarted" ? "" : " yet"}: ${text}${time}`;
}
