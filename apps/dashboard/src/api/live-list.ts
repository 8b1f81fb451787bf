// A long list that stays true while it is read: at its top new rows come in by themselves,
// further down they wait to be asked for, and rows on the screen are brought up to date in place.
import type { ApiLiveMessage, ApiPage, ApiSearchGaps } from "@stepwright/protocol";
import {
  useInfiniteQuery,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
  type QueryKey,
} from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { countNew, flatRows, pagesInRange, pagesWith, updateRows } from "./list-pages.ts";
import { liveFeed } from "./live-feed.ts";
import { keys } from "./queries.ts";
import { createThrottle } from "./throttle.ts";

/** A pushed message that says what changed. */
export type Changes = Extract<ApiLiveMessage, { kind: "changes" }>;

type Pages<T> = InfiniteData<ApiPage<T>, string | null>;

/** What a list is made of. */
export interface LiveListOptions<T> {
  /** Tells lists apart: its kind and its filters. */
  readonly key: readonly unknown[];
  /** Must be the same function each time. */
  readonly idOf: (row: T) => string;
  readonly readPage: (page: { readonly cursor: string | null; readonly signal?: AbortSignal }) => Promise<ApiPage<T>>;
  /** Where the list begins; null for the newest rows. */
  readonly firstCursor: string | null;
  /** Says whether a change can add rows. */
  readonly bringsRows: (changes: Changes) => boolean;
  /** Says whether a change concerns a row. */
  readonly concernsRow: (row: T, changes: Changes) => boolean;
  /** Applies to a row what the change itself tells, before anything is read. */
  readonly patch: (row: T, changes: Changes) => T;
}

/** The list as a page shows it. */
export interface LiveList<T> {
  readonly rows: readonly T[];
  readonly isLoading: boolean;
  readonly error: Error | null;
  /** Where the part that is not loaded begins; null when all is loaded. */
  readonly nextCursor: string | null;
  readonly isLoadingMore: boolean;
  /** What a search has not looked at; null for a list that is none. */
  readonly gaps: ApiSearchGaps | null;
  loadMore(): void;
  /** Tells which rows are on the screen; only those are read again when they change. */
  noteVisible(range: { readonly start: number; readonly end: number }): void;
  /** Rows that have come since, and are not shown because the reader is further down. */
  readonly newRows: number;
  /** Shows the newest rows. */
  showNew(): void;
}

/** Reads a list and keeps it true. */
export function useLiveList<T>(options: LiveListOptions<T>): LiveList<T> {
  const client = useQueryClient();
  const { idOf, firstCursor } = options;
  const keyText = JSON.stringify([keys.list, ...options.key, firstCursor]);
  const queryKey = useMemo(() => JSON.parse(keyText) as QueryKey, [keyText]);
  const [newRows, setNewRows] = useState(0);
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => options.readPage({ cursor: pageParam, signal }),
    initialPageParam: firstCursor,
    getNextPageParam: (page: ApiPage<T>) => page.nextCursor,
    // The refresher below reads what changed; reading every loaded page again is what it is there to avoid.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const rows = useMemo(() => flatRows(query.data, idOf), [query.data, idOf]);

  // The refresher lives as long as the list; it has to see the options of the newest render.
  const latest = useRef(options);
  latest.current = options;
  const refresher = useRef<Refresher | null>(null);

  useEffect(() => {
    setNewRows(0);
    const started = startRefresher({ client, queryKey, options: () => latest.current, onNewRows: setNewRows });
    refresher.current = started;
    return () => {
      refresher.current = null;
      started.stop();
    };
  }, [client, queryKey]);

  return {
    rows,
    isLoading: query.isPending,
    error: query.error,
    nextCursor: query.hasNextPage ? (query.data?.pages.at(-1)?.nextCursor ?? null) : null,
    isLoadingMore: query.isFetchingNextPage,
    gaps: query.data?.pages.at(-1)?.search ?? null,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage();
    },
    noteVisible: (range) => refresher.current?.noteVisible(range),
    newRows,
    showNew: () => {
      setNewRows(0);
      window.scrollTo({ top: 0 });
      void client.resetQueries({ queryKey, exact: true });
    },
  };
}

interface Refresher {
  noteVisible(range: { readonly start: number; readonly end: number }): void;
  stop(): void;
}

// The pace at which a busy server's list is read again.
const refreshMs = 250;
// Less than a row: the reader has not begun to read further down.
const topPixels = 24;

function startRefresher<T>(o: {
  readonly client: QueryClient;
  readonly queryKey: QueryKey;
  readonly options: () => LiveListOptions<T>;
  readonly onNewRows: (count: number) => void;
}): Refresher {
  const throttle = createThrottle(refreshMs);
  const stalePages = new Set<number>();
  let isHeadStale = false;
  let visible = { start: 0, end: 0 };

  const current = () => o.client.getQueryData<Pages<T>>(o.queryKey);
  const isAtTop = () => window.scrollY <= topPixels;

  function markAll(): void {
    isHeadStale = true;
    for (const index of (current()?.pages ?? []).keys()) stalePages.add(index);
  }

  function onMessage(message: ApiLiveMessage): void {
    const list = current();
    if (list === undefined) {
      // After an error there is nothing to refresh; the query itself has to be asked again.
      if (message.kind === "reset") void o.client.refetchQueries({ queryKey: o.queryKey, exact: true });
      return;
    }
    if (message.kind === "reset") markAll();
    else apply(list, message);
    refreshSoon();
  }

  function apply(list: Pages<T>, changes: Changes): void {
    const { bringsRows, concernsRow, patch } = o.options();
    if (bringsRows(changes)) isHeadStale = true;
    const indexes = pagesWith(list, (row: T) => concernsRow(row, changes));
    if (indexes.length === 0) return;
    for (const index of indexes) stalePages.add(index);
    const pages = list.pages.map((page, index) =>
      indexes.includes(index)
        ? { ...page, items: page.items.map((row) => (concernsRow(row, changes) ? patch(row, changes) : row)) }
        : page,
    );
    o.client.setQueryData<Pages<T>>(o.queryKey, { ...list, pages });
  }

  function staleOnScreen(list: Pages<T>): readonly number[] {
    return pagesInRange(list, visible).filter((index) => stalePages.has(index));
  }

  function refreshSoon(): void {
    const list = current();
    if (list !== undefined && (isHeadStale || staleOnScreen(list).length > 0)) throttle.run(() => void refresh());
  }

  async function refresh(): Promise<void> {
    const list = current();
    if (list === undefined) return;
    const { idOf, firstCursor } = o.options();
    const indexes = staleOnScreen(list);
    const head = isHeadStale || indexes.includes(0) ? await readQuietly(firstCursor) : null;
    isHeadStale = false;
    stalePages.delete(0);
    if (head !== null && isAtTop()) {
      // What lies below is loaded again when it is scrolled to.
      stalePages.clear();
      o.client.setQueryData<Pages<T>>(o.queryKey, { pages: [head], pageParams: [firstCursor] });
      o.onNewRows(0);
      return;
    }
    const others = indexes.filter((index) => index > 0);
    const pages = await Promise.all(others.map((index) => readQuietly(list.pageParams[index] ?? null)));
    for (const index of others) stalePages.delete(index);
    const fresh = [head, ...pages].flatMap((page) => page?.items ?? []);
    o.client.setQueryData<Pages<T>>(o.queryKey, (now) => {
      if (now === undefined) return now;
      return { pages: [...updateRows(now, fresh, idOf).pages], pageParams: now.pageParams };
    });
    if (head !== null && firstCursor === null) o.onNewRows(countNew(list, head.items, idOf));
  }

  async function readQuietly(cursor: string | null): Promise<ApiPage<T> | null> {
    // A read that fails now is made up for by the next change or the next poll.
    return o
      .options()
      .readPage({ cursor })
      .catch(() => null);
  }

  // What was cached may have changed while nobody looked at it.
  markAll();
  if (current() !== undefined) refreshSoon();
  else isHeadStale = false;
  const unsubscribe = liveFeed.subscribe(onMessage);
  return {
    noteVisible(range) {
      visible = range;
      refreshSoon();
    },
    stop() {
      unsubscribe();
      throttle.stop();
    },
  };
}
