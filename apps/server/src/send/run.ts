// Does what `stepwright send` asks for on a running server.
import type { ApiSent } from "@stepwright/protocol";
import { openClient, printed, refused, type RemoteOutcome } from "../remote/open-client.ts";
import { exitCodeOf, resultOf, resultText, unfinishedRemarks } from "../remote/run-result.ts";
import type { ServerClient } from "../remote/server-client.ts";
import { readStartedRuns } from "../remote/started-runs.ts";
import type { Terminal } from "../remote/terminal.ts";
import { waitForRuns } from "../remote/wait-for-runs.ts";
import { readEventsToSend } from "./read-events.ts";
import type { SendRequest } from "./request.ts";

/** Does it. */
export async function runSend(request: SendRequest, terminal: Terminal): Promise<RemoteOutcome> {
  const opened = openClient(request, terminal.env);
  if (opened.kind === "failed") return opened;
  const { client } = opened;
  const events = await readEventsToSend(request.events, terminal);
  if (events.kind === "failed") return refused(events);
  const sent = await client.ask<ApiSent>("POST", "/api/events", events.value);
  if (sent.kind === "failed") return refused(sent);
  const { ids } = sent.value;
  if (request.wait === null) return printed({ value: { ids }, text: idsText(ids) }, request);
  return waitFor(ids, { client, request, terminal });
}

async function waitFor(
  ids: readonly string[],
  o: { readonly client: ServerClient; readonly request: SendRequest; readonly terminal: Terminal },
): Promise<RemoteOutcome> {
  const { client, request, terminal } = o;
  // Now, and not with the results: whoever gives up, or reads on, has them.
  if (!request.json) terminal.write(idsText(ids));
  const started = await readStartedRuns(client, ids);
  if (started.kind === "failed") return refused(started);
  const { runIds, remarks } = started.value;
  const timeoutMs = request.wait?.timeoutMs ?? null;
  const waited = await waitForRuns(client, runIds, { signal: terminal.signal, timeoutMs });
  if (waited.kind === "failed") return refused(waited);
  const { runs, unfinished } = waited;
  const value = { ids, runs: runs.map(resultOf), unfinished };
  return {
    ...printed({ value, text: runs.map(resultText).join("") }, request),
    remarks: [...remarks, ...unfinishedRemarks(waited)],
    exitCode: exitCodeOf(waited),
  };
}

function idsText(ids: readonly string[]): string {
  return ids.map((id) => `${id}\n`).join("");
}
