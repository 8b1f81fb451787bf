// A long list that stays true while it is read: at its top new rows come in by themselves,
// further down they wait to be asked for, and rows on the screen are brought up to date in place.
import { useEffect, useMemo, useRef, useState } from "react";
import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import type { ApiLiveMessage, ApiPage } from "@stepwright/protocol";
import { countNew, flatRows, pagesWith, updateRows } from "./list-pages.ts";
import { liveFeed } from "./live-feed.ts";
import { keys } from "./queries.ts";
import { createThrottle } from "./throttle.ts";

type Changes = Extract<ApiLiveMessage, { kind: "changes" }>;
type Pages<T> = InfiniteData<ApiPage<T>, string | null>;

/** What a list is made of. */
export interface LiveListOptions<T> {
  /** Tells lists apart: its kind and its filters. */
  readonly key: readonly unknown[];
  readonly idOf: (row: T) => string;
  readonly readPage: (page: { readonly cursor: string | null; readonly signal?: AbortSignal }) => Promise<ApiPage<T>>;
  /** Where the list begins; null for the newest rows. */
  readonly firstCursor: string | null;
  /** Says whether a change can add rows. */
  readonly bringsRows: (changes: Changes) => boolean;
  /** Says whether a change concerns a row. */
  readonly concernsRow: (row: T, changes: Changes) => boolean;
  /** Applies what a change itself tells, before anything is read. */
  readonly patch?: (list: Pages<T>, changes: Changes) => Pages<T>;
}

/** The list as a page shows it. */
export interface LiveList<T> {
  readonly rows: readonly T[];
  readonly isLoading: boolean;
  readonly error: Error | null;
  readonly nextCursor: string | null;
  readonly isLoadingMore: boolean;
  loadMore(): void;
  /** Rows that have come since, and are not shown because the reader is further down. */
  readonly newRows: number;
  /** Shows the newest rows. */
  showNew(): void;
}

// The pace at which a busy server's list is read again.
const refreshMs = 500;
// Less than a row: the reader has not begun to read further down.
const topPixels = 24;

/** Reads a list and keeps it true. */
export function useLiveList<T>(options: LiveListOptions<T>): LiveList<T> {
  const client = useQueryClient();
  const { idOf, firstCursor } = options;
  const queryKey = useMemo(() => [keys.list, ...options.key, firstCursor], [JSON.stringify(options.key), firstCursor]);
  const [newRows, setNewRows] = useState(0);
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => options.readPage({ cursor: pageParam, signal }),
    initialPageParam: firstCursor,
    getNextPageParam: (page: ApiPage<T>) => page.nextCursor,
  });
  const rows = useMemo(() => flatRows(query.data, idOf), [query.data, idOf]);

  // The effect below lives as long as the list does; it has to see what is current when a change comes.
  const latest = useRef(options);
  latest.current = options;

  useEffect(() => {
    setNewRows(0);
    const throttle = createThrottle(refreshMs);
    let pending: Changes[] = [];

    async function refresh(): Promise<void> {
      const changes = pending;
      pending = [];
      const list = client.getQueryData<Pages<T>>(queryKey);
      if (list === undefined) return;
      const isAtTop = window.scrollY <= topPixels;
      const stale = pagesWith(list, (row: T) => changes.length === 0 || changes.some((change) => latest.current.concernsRow(row, change)));
      const bringsRows = changes.length === 0 || changes.some((change) => latest.current.bringsRows(change));
      const head = bringsRows || stale.includes(0) ? await readQuietly(list.pageParams[0] ?? null) : null;
      if (head !== null && isAtTop && window.scrollY <= topPixels) {
        client.setQueryData<Pages<T>>(queryKey, { pages: [head], pageParams: [firstCursor] });
        setNewRows(0);
        return;
      }
      const others = await Promise.all(stale.filter((index) => index > 0).slice(0, 3).map((index) => readQuietly(list.pageParams[index] ?? null)));
      const fresh = [head, ...others].flatMap((page) => page?.items ?? []);
      client.setQueryData<Pages<T>>(queryKey, (now) => now && asPages(updateRows(now, fresh, idOf)));
      if (head !== null && firstCursor === null) setNewRows(countNew(list, head.items, idOf));
    }

    async function readQuietly(cursor: string | null): Promise<ApiPage<T> | null> {
      // A read that fails now is made up for by the next change or the next poll.
      return latest.current.readPage({ cursor }).catch(() => null);
    }

    const unsubscribe = liveFeed.subscribe((message) => {
      if (message.kind === "reset") {
        // After an error there is nothing to refresh; the query itself has to be asked again.
        if (client.getQueryData(queryKey) === undefined) void client.refetchQueries({ queryKey, exact: true });
        throttle.run(() => void refresh());
        return;
      }
      const { patch, bringsRows, concernsRow } = latest.current;
      const list = client.getQueryData<Pages<T>>(queryKey);
      if (list === undefined) return;
      if (!bringsRows(message) && pagesWith(list, (row: T) => concernsRow(row, message)).length === 0) return;
      if (patch !== undefined) client.setQueryData<Pages<T>>(queryKey, patch(list, message));
      pending.push(message);
      throttle.run(() => void refresh());
    });
    return () => {
      unsubscribe();
      throttle.stop();
    };
  }, [client, queryKey, idOf, firstCursor]);

  return {
    rows,
    isLoading: query.isPending,
    error: query.error,
    nextCursor: query.hasNextPage ? (query.data?.pages.at(-1)?.nextCursor ?? null) : null,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
    },
    newRows,
    showNew: () => {
      setNewRows(0);
      window.scrollTo({ top: 0 });
      void client.resetQueries({ queryKey, exact: true });
    },
  };
}

function asPages<T>(list: { readonly pages: readonly ApiPage<T>[]; readonly pageParams: readonly (string | null)[] }): Pages<T> {
  return { pages: [...list.pages], pageParams: [...list.pageParams] };
}
