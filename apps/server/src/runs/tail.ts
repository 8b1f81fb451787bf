// `stepwright runs tail`: a line for each run that begins or ends, as it does.
import type { ApiPage, ApiRunRow } from "@stepwright/protocol";
import { followLive } from "../remote/live.ts";
import { refused, type RemoteOutcome } from "../remote/open-client.ts";
import type { RemoteTarget } from "../remote/read-words.ts";
import type { ServerAnswer, ServerClient } from "../remote/server-client.ts";
import type { Terminal } from "../remote/terminal.ts";
import { filterParameters, type RunsFilter } from "./filter.ts";
import { tailLine } from "./output.ts";
import { refuseFilter } from "./refuse-filter.ts";

/** What the server takes at once. */
const idsMax = 100;
/** Runs whose status is remembered, so that only what is new is told. The oldest are forgotten first. */
const rememberedMax = 10_000;

/** Follows until the signal: whoever gives up has seen what there was, so that is no failure. */
export async function tailRuns(
  client: ServerClient,
  filter: RunsFilter,
  { target, terminal }: { readonly target: RemoteTarget; readonly terminal: Terminal },
): Promise<RemoteOutcome> {
  const told = new Map<string, string>();
  for await (const news of followLive(client, terminal.signal)) {
    switch (news.kind) {
      case "failed":
        return refused(news);
      case "lost":
        terminal.remark("The connection is lost; it is tried again. What happens meanwhile is not shown.");
        break;
      case "reset":
        terminal.remark("More has happened at once than can be shown.");
        break;
      case "open": {
        // Asked for once without any, so that a wrong filter is told now and not with the first run.
        const checked = await readRuns(client, [], filter);
        if (checked.kind === "failed") return refuseFilter(client, checked, filter);
        break;
      }
      case "changes": {
        const ids = news.runs.filter(({ id, status }) => told.get(id) !== status).map(({ id }) => id);
        const read = await readRuns(client, ids, filter);
        // A server that is just going down is told of when its feed ends.
        for (const run of read.kind === "failed" ? [] : read.value) tell(run);
        break;
      }
    }
  }
  return { kind: "done", text: "" };

  function tell(run: ApiRunRow): void {
    if (told.get(run.id) === run.status) return;
    const [oldest] = told.keys();
    if (told.size >= rememberedMax && oldest !== undefined) told.delete(oldest);
    told.set(run.id, run.status);
    terminal.write(target.json ? `${JSON.stringify(run)}\n` : tailLine(run));
  }
}

/** Reads these runs, as far as the filter lets them through, in the order in which they were made. */
async function readRuns(
  client: ServerClient,
  ids: readonly string[],
  filter: RunsFilter,
): Promise<ServerAnswer<readonly ApiRunRow[]>> {
  const rows: ApiRunRow[] = [];
  const sorted = ids.toSorted();
  for (let at = 0; at === 0 || at < sorted.length; at += idsMax) {
    const parameters = filterParameters(filter, 0);
    parameters.set("id", sorted.slice(at, at + idsMax).join(","));
    const answer = await client.ask<ApiPage<ApiRunRow>>("GET", `/api/runs?${parameters.toString()}`);
    if (answer.kind === "failed") return answer;
    rows.push(...answer.value.items);
  }
  return { kind: "answer", value: rows };
}
