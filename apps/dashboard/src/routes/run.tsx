// `/runs/$runId`: one run of the server, kept up to date.
import type { ApiRun } from "@stepwright/protocol";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { currentTime } from "../api/clock.ts";
import { runQuery } from "../api/queries.ts";
import { ApiFailure } from "../api/request.ts";
import { RunActions } from "../components/run-actions.tsx";
import { RunView } from "../components/run-view.tsx";
import { Empty, Loading, Problem } from "../components/ui/note.tsx";

const route = getRouteApi("/runs/$runId");

/** The page. */
export function RunPage(): ReactNode {
  const { runId } = route.useParams();
  const search = route.useSearch();
  const {
    data: run,
    error,
    refetch,
  } = useQuery({
    ...runQuery(runId),
    // That a call has begun is nothing that would be pushed, but it begins when it is due.
    refetchInterval: ({ state }) => msUntilDue(state.data),
  });
  if (run !== undefined) return <RunView run={run} search={search} actions={<RunActions key={run.id} run={run} />} />;
  if (error === null) return <Loading what="the run" />;
  if (!(error instanceof ApiFailure) || (error.code !== "RUN_NOT_FOUND" && error.code !== "ID_INVALID")) {
    return <Problem error={error} onRetry={() => void refetch()} />;
  }
  return (
    <Empty isPage title="There is no such run">
      <title>No such run · Stepwright</title>
      <p className="break-words">{error.message}</p>
      <p className="mt-2">
        <Link to="/runs" className="text-link hover:underline">
          All runs
        </Link>
      </p>
    </Empty>
  );
}

// What is due is not called in the same millisecond.
const dueMs = 250;
// Browsers count an interval in 32 bits.
const intervalMsMax = 2_147_483_647;

/** Milliseconds until the next thing a run has open is due; false when there is none. */
function msUntilDue(run: ApiRun | undefined): number | false {
  const now = currentTime();
  const dues = (run?.doing ?? []).flatMap(({ kind, at }) =>
    kind === "calling" || at === null || at <= now ? [] : [at],
  );
  return dues.length === 0 ? false : Math.min(Math.min(...dues) - now + dueMs, intervalMsMax);
}
