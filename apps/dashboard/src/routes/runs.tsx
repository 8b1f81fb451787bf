// `/runs`: the runs, newest first, by filters that live in the address.
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useRuns } from "../api/lists.ts";
import { appsQuery } from "../api/queries.ts";
import { ConnectApp } from "../components/connect-app.tsx";
import { ListEnd, NewRows } from "../components/list-foot.tsx";
import { RunChoices, RunStatusFilter } from "../components/run-filters.tsx";
import { RunsTable } from "../components/runs-table.tsx";
import { useOpenSend } from "../components/send-event.tsx";
import { SearchGaps, SearchGoesOn } from "../components/search-box.tsx";
import { Button } from "../components/ui/button.tsx";
import { Empty, Loading, Problem } from "../components/ui/note.tsx";
import { PageHead } from "../components/ui/panel.tsx";
import { isFiltered, type RunSearch } from "../present/run-search.ts";
import { statusLook } from "../present/status.ts";

const route = getRouteApi("/runs");

/** The page. */
export function RunsPage(): ReactNode {
  const search = route.useSearch();
  const list = useRuns(search);
  const apps = useQuery(appsQuery());
  // Filters would be in the way of the first steps.
  const isBlank = list.rows.length === 0 && !list.isLoading && list.error === null && !isFiltered(search);
  return (
    <>
      <title>{titleOf(search)}</title>
      <PageHead title="Runs" actions={isBlank ? undefined : <RunChoices search={search} />} />
      {isBlank ? null : <RunStatusFilter search={search} />}
      {search.cursor === undefined ? null : (
        <p className="mb-2 text-muted">
          An older part of the list.{" "}
          <Link to="/runs" search={withoutCursor(search)} className="text-link hover:underline">
            Back to the newest
          </Link>
        </p>
      )}
      <SearchGaps gaps={list.gaps} />
      {list.error !== null && list.rows.length === 0 ? (
        <Problem error={list.error} onRetry={list.showNew}>
          {isFiltered(search) ? (
            <Link to="/runs" className="text-link hover:underline">
              Clear filters
            </Link>
          ) : null}
        </Problem>
      ) : list.isLoading ? (
        <Loading what="runs" />
      ) : list.rows.length === 0 && list.nextCursor !== null ? (
        <SearchGoesOn isLoading={list.isLoadingMore} onMore={list.loadMore} />
      ) : list.rows.length === 0 ? (
        <NoRuns search={search} hasApps={apps.data === undefined || apps.data.length > 0} />
      ) : (
        <>
          <NewRows count={list.newRows} noun="run" onShow={list.showNew} />
          <RunsTable
            rows={list.rows}
            label="Runs"
            shows={(apps.data?.length ?? 0) > 1 ? "apps" : "functions"}
            onVisible={list.noteVisible}
            onNearEnd={list.loadMore}
          />
          <ListEnd
            count={list.rows.length}
            noun="run"
            isLoading={list.isLoadingMore}
            older={
              list.nextCursor === null ? null : (
                <Link to="/runs" search={{ ...search, cursor: list.nextCursor }} className="text-link hover:underline">
                  Only older runs
                </Link>
              )
            }
          />
        </>
      )}
    </>
  );
}

function NoRuns({ search, ...props }: { readonly search: RunSearch; readonly hasApps: boolean }): ReactNode {
  const openSend = useOpenSend();
  if (isFiltered(search)) {
    return (
      <Empty title={search.q === undefined ? "No run matches these filters" : `No run is found for ${search.q}`}>
        <p>
          <Link to="/runs" className="text-link hover:underline">
            Clear the filters
          </Link>{" "}
          to see all runs.
        </p>
      </Empty>
    );
  }
  if (!props.hasApps) {
    return (
      <Empty title="No app is connected yet">
        <ConnectApp />
        <p className="mt-3">
          <Link to="/apps" className="text-link hover:underline">
            Add an app by its URL
          </Link>
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing has run yet">
      <p>A run starts when an event arrives that a function listens to, or when a cron is due.</p>
      <Button className="mt-3" onClick={() => openSend({ kind: "event" })}>
        Send an event
      </Button>
    </Empty>
  );
}

function withoutCursor({ cursor: _cursor, ...search }: RunSearch): RunSearch {
  return search;
}

function titleOf({ status, fn, event, q, last }: RunSearch): string {
  const words = (status ?? []).map((item) => statusLook(item).word.toLowerCase()).join(", ");
  const parts = [q, words, fn, event, last === undefined ? undefined : `last ${last}`].filter(
    (part) => part !== undefined && part !== "",
  );
  return parts.length === 0 ? "Runs · Stepwright" : `Runs: ${parts.join(" · ")} · Stepwright`;
}
