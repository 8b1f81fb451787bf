// Does what `stepwright runs` asks for on a running server.
import type { ApiRun } from "@stepwright/protocol";
import { openClient, printed, refused, type RemoteOutcome } from "../remote/open-client.ts";
import type { Terminal } from "../remote/terminal.ts";
import { cancelAllRuns, cancelRuns } from "./cancel.ts";
import { listRuns } from "./list.ts";
import type { RunsRequest } from "./request.ts";
import { rerunRun } from "./rerun.ts";
import { runText } from "./run-text.ts";
import { tailRuns } from "./tail.ts";

/** Does it. */
export async function runRuns(request: RunsRequest, terminal: Terminal): Promise<RemoteOutcome> {
  const opened = openClient(request, terminal.env);
  if (opened.kind === "failed") return opened;
  const { client } = opened;
  const { action } = request;
  const o = { target: request, terminal };
  switch (action.kind) {
    case "list":
      return listRuns(client, action, { target: request, now: terminal.now() });
    case "get": {
      const answer = await client.ask<ApiRun>("GET", `/api/runs/${encodeURIComponent(action.runId)}`);
      if (answer.kind === "failed") return refused(answer);
      return printed({ value: answer.value, text: runText(answer.value) }, request);
    }
    case "tail":
      return tailRuns(client, action.filter, o);
    case "cancel":
      return cancelRuns(client, action.runIds, request);
    case "cancelAll":
      return cancelAllRuns(client, action, o);
    case "rerun":
      return rerunRun(client, action, o);
  }
}
