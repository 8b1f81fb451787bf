// `stepwright runs list`: a page of runs, as long as it is wanted.
import type { ApiPage, ApiRunRow } from "@stepwright/protocol";
import { printed, type RemoteOutcome } from "../remote/open-client.ts";
import type { RemoteTarget } from "../remote/read-words.ts";
import type { ServerAnswer, ServerClient } from "../remote/server-client.ts";
import { filterFlagsText, filterParameters } from "./filter.ts";
import { runsTable } from "./output.ts";
import { refuseFilter } from "./refuse-filter.ts";
import type { RunsAction } from "./request.ts";

type ListAction = Extract<RunsAction, { kind: "list" }>;

/** What the server gives at once. */
const pageRowsMax = 100;

/** Lists them. */
export async function listRuns(
  client: ServerClient,
  action: ListAction,
  o: { readonly target: RemoteTarget; readonly now: number },
): Promise<RemoteOutcome> {
  const answer = await readPages(client, action, o.now);
  if (answer.kind === "failed") return refuseFilter(client, answer, action.filter);
  const page = answer.value;
  const remarks = [...moreText(page, action), ...gapsText(page)];
  return { ...printed({ value: page, text: runsTable(page.items) }, o.target), ...(o.target.json ? {} : { remarks }) };
}

/** Goes from page to page: one of a search may be short, and there is more all the same. */
async function readPages(
  client: ServerClient,
  { filter, limit, after }: ListAction,
  now: number,
): Promise<ServerAnswer<ApiPage<ApiRunRow>>> {
  const items: ApiRunRow[] = [];
  const parameters = filterParameters(filter, now);
  for (let cursor = after; ;) {
    parameters.set("limit", String(Math.min(limit - items.length, pageRowsMax)));
    if (cursor !== null) parameters.set("cursor", cursor);
    const answer: ServerAnswer<ApiPage<ApiRunRow>> = await client.ask("GET", `/api/runs?${parameters.toString()}`);
    if (answer.kind === "failed") return answer;
    items.push(...answer.value.items);
    cursor = answer.value.nextCursor;
    if (cursor === null || items.length >= limit) return { kind: "answer", value: { ...answer.value, items } };
  }
}

function moreText({ nextCursor }: ApiPage<ApiRunRow>, { filter, limit }: ListAction): readonly string[] {
  if (nextCursor === null) return [];
  return [`There are more: stepwright runs list${filterFlagsText(filter)} --limit ${limit} --after ${nextCursor}`];
}

function gapsText({ search }: ApiPage<ApiRunRow>): readonly string[] {
  if (search === undefined) return [];
  const { notIndexed, tooShort } = search;
  return [
    ...(notIndexed === 0 ? [] : [`About ${notIndexed} runs are not indexed yet, and were not searched.`]),
    ...(tooShort === null ? [] : [`Too many words begin with "${tooShort}"; only some of them were looked for.`]),
  ];
}
