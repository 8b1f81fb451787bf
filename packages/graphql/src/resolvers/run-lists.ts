// `runs`: pages of runs by time, status, function and app, and searches among them.
import type { Run } from "@stepwright/engine";
import { asAppId, asFunctionId, millis, type Millis } from "@stepwright/protocol";
import type { TimedRunFilter } from "@stepwright/storage";
import type { Context } from "../context.ts";
import { breathe } from "../lists/breathe.ts";
import { countAll } from "../lists/count.ts";
import { type Edge, pageInfo, pageSize, readCursor, writeCursor } from "../lists/cursor.ts";
import { findRuns, readSearch, type Search } from "../lists/search.ts";
import { placeJson, placeOf, type RunOrder, type RunPlace, type RunTime, walkRuns } from "../lists/walk-runs.ts";
import { runsPage, searchedRunsMax, storePageMax } from "../limits.ts";
import type { Resolve, TypeResolvers } from "../resolver.ts";
import { isDeferred, statusOf } from "../run-words.ts";

type TimeWord = "QUEUED_AT" | "STARTED_AT" | "ENDED_AT";

interface RunsArgs {
  readonly first: number;
  readonly after?: string | null;
  readonly orderBy: readonly { readonly field: TimeWord; readonly direction: "ASC" | "DESC" }[];
  readonly filter: {
    readonly from: Millis;
    readonly until?: Millis | null;
    readonly timeField?: TimeWord | null;
    readonly status?: readonly string[] | null;
    readonly functionIDs?: readonly string[] | null;
    readonly appIDs?: readonly string[] | null;
    readonly isDeferred?: boolean | null;
    readonly query?: string | null;
  };
}

/** A list of runs before any of it is read. */
interface RunList {
  readonly filter: TimedRunFilter;
  readonly order: RunOrder;
  readonly isDeferred: boolean | null;
  readonly search: Search | null;
}

const times: Readonly<Record<TimeWord, RunTime>> = {
  QUEUED_AT: "queuedAt",
  STARTED_AT: "startedAt",
  ENDED_AT: "endedAt",
};

/** Runs that were skipped have done nothing; a list has them only when they are asked for. */
const shownStatuses: readonly string[] = ["QUEUED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"];

const runs: Resolve<unknown, RunsArgs> = async (_, args, context) => {
  const list = readList(args, context);
  const from = placeOf(readCursor(args.after), list.order) ?? { part: 0, after: null };
  const { edges, rest } = await readPage(list, { from, size: pageSize(args.first, runsPage) }, context);
  return {
    edges,
    pageInfo: pageInfo(edges, {
      hasNextPage: rest !== null,
      hasPreviousPage: false,
      // Where a search has stopped looking is behind its last run.
      ...(rest === null ? {} : { endCursor: writeCursor(placeJson(rest, list.order)) }),
    }),
    totalCount: () => countRuns(list, context),
  };
};

function readList({ filter, orderBy }: RunsArgs, context: Context): RunList {
  // The first order decides: two runs hardly ever have one moment in common.
  const [order] = orderBy;
  return {
    filter: {
      time: times[filter.timeField ?? "QUEUED_AT"],
      from: filter.from,
      before: filter.until ?? millis(context.now + 1),
      statuses: (filter.status ?? shownStatuses).map(statusOf),
      ...(filter.functionIDs == null ? {} : { functionIds: filter.functionIDs.map(asFunctionId) }),
      ...(filter.appIDs == null ? {} : { appIds: filter.appIDs.map(asAppId) }),
    },
    order: {
      time: times[order?.field ?? "QUEUED_AT"],
      direction: order?.direction === "ASC" ? "asc" : "desc",
    },
    isDeferred: filter.isDeferred ?? null,
    search: readSearch(filter.query, "runs"),
  };
}

/** Reads on until the page is full, the list at its end, or enough was looked at; `rest` is where it goes on. */
async function readPage(
  list: RunList,
  { from, size }: { readonly from: RunPlace; readonly size: number },
  context: Context,
): Promise<{ readonly edges: readonly Edge<Run>[]; readonly rest: RunPlace | null }> {
  const { storage } = context.runtime;
  const edges: Edge<Run>[] = [];
  const limit = isJudged(list) ? storePageMax : Math.min(size + 1, storePageMax);
  let last = from;
  let next: RunPlace | null = from;
  for (let looked = 0; next !== null && looked < searchedRunsMax; looked += limit) {
    const page = await walkRuns(storage, { ...list, from: next, limit });
    const wanted = new Set(
      await judge(
        page.runs.map(({ run }) => run),
        list,
        context,
      ),
    );
    for (const { run, place } of page.runs.filter((found) => wanted.has(found.run))) {
      if (edges.length === size) return { edges, rest: last };
      last = place;
      edges.push({ node: run, cursor: writeCursor(placeJson(place, list.order)) });
    }
    next = page.next;
    if (next !== null) await breathe();
  }
  return { edges, rest: next };
}

async function countRuns(list: RunList, context: Context): Promise<number> {
  const { storage } = context.runtime;
  if (!isJudged(list)) return countAll((cursor) => storage.runs.countByTime(list.filter, cursor));
  let count = 0;
  let next: RunPlace | null = { part: 0, after: null };
  const order: RunOrder = { time: list.filter.time, direction: "desc" };
  for (let looked = 0; next !== null && looked < searchedRunsMax; looked += storePageMax) {
    const page = await walkRuns(storage, { filter: list.filter, order, from: next, limit: storePageMax });
    count += (
      await judge(
        page.runs.map(({ run }) => run),
        list,
        context,
      )
    ).length;
    next = page.next;
    if (next !== null) await breathe();
  }
  return count;
}

/** Whether a list has conditions that the store does not judge. */
function isJudged({ search, isDeferred }: RunList): boolean {
  return search !== null || isDeferred !== null;
}

/** Judges what the store does not. */
async function judge(found: readonly Run[], list: RunList, context: Context): Promise<readonly Run[]> {
  const runs = list.isDeferred === null ? found : found.filter((run) => isDeferred(run) === list.isDeferred);
  return list.search === null ? runs : findRuns(runs, list.search, context);
}

/** The resolvers of lists of runs. */
export const runListResolvers: Readonly<Record<string, TypeResolvers>> = { Query: { runs } };
