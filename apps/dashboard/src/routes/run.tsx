// `/runs/$runId`: one run. Why or what now first, then its steps over time, then the chosen step.
import type { ApiRun } from "@stepwright/protocol";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useNow } from "../api/clock.ts";
import { runQuery } from "../api/queries.ts";
import { ApiFailure } from "../api/request.ts";
import { RunActions } from "../components/run-actions.tsx";
import { RunBanner } from "../components/run-banner.tsx";
import { RunPanel } from "../components/run-panel.tsx";
import { StepPlace } from "../components/step-place.tsx";
import { StepPanel } from "../components/step-panel.tsx";
import { TriggerOfRun } from "../components/trigger-of-run.tsx";
import { CopyButton } from "../components/ui/copy-button.tsx";
import { Empty, Loading, Problem } from "../components/ui/note.tsx";
import { FactLine, PageHead } from "../components/ui/panel.tsx";
import { StatusWord } from "../components/ui/status-mark.tsx";
import { Ago, Lasting } from "../components/ui/time.tsx";
import { Waterfall } from "../components/waterfall.tsx";
import { stepByKey } from "../present/failed-step.ts";
import { isKept } from "../present/rerun.ts";
import { isEnded, runLook } from "../present/status.ts";

const route = getRouteApi("/runs/$runId");

/** The page. */
export function RunPage(): ReactNode {
  const { runId } = route.useParams();
  const {
    data: run,
    error,
    refetch,
  } = useQuery({
    ...runQuery(runId),
    // That a call has begun is nothing that would be pushed, but it begins when it is due.
    refetchInterval: ({ state }) => msUntilDue(state.data),
  });
  if (run !== undefined) return <Run run={run} />;
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
  const now = Date.now();
  const dues = (run?.doing ?? []).flatMap(({ kind, at }) =>
    kind === "calling" || at === null || at <= now ? [] : [at],
  );
  return dues.length === 0 ? false : Math.min(Math.min(...dues) - now + dueMs, intervalMsMax);
}

function Run({ run }: { readonly run: ApiRun }): ReactNode {
  const search = route.useSearch();
  const selected = stepByKey(run.steps, search.step);
  const now = useNow(isEnded(run.status) ? null : 1_000);
  const look = runLook(run, now);
  return (
    <>
      <title>{`${look.word}: ${run.functionName} · Stepwright`}</title>
      <PageHead
        mark={<StatusWord look={look} strong />}
        title={
          <Link to="/functions/$slug" params={{ slug: run.functionSlug }} className="hover:text-link hover:underline">
            {run.functionName}
          </Link>
        }
        actions={<RunActions key={run.id} run={run} />}
      >
        <RunFacts run={run} />
      </PageHead>
      <RunBanner run={run} />
      <div
        className={`grid items-start gap-4 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)] ${selected === null ? "" : "max-lg:pb-[60dvh]"}`}
      >
        <Waterfall run={run} selected={selected} scale={search.axis ?? null} />
        {selected === null ? (
          <RunPanel run={run} />
        ) : (
          <StepPlace runId={run.id} stepId={selected.id}>
            <StepPanel key={selected.id} run={run} step={selected} />
          </StepPlace>
        )}
      </div>
    </>
  );
}

function RunFacts({ run }: { readonly run: ApiRun }): ReactNode {
  return (
    <FactLine
      facts={[
        [
          "Run",
          <span key="id" className="inline-flex items-center font-mono text-xs leading-5">
            {run.id}
            <CopyButton what="run id" text={run.id} />
          </span>,
        ],
        ["App", run.appName],
        ["Trigger", <TriggerOfRun key="trigger" trigger={run.trigger} />],
        ["Queued", <Ago key="queued" at={run.queuedAt} />],
        run.startedAt === null ? null : ["Duration", <Lasting key="duration" from={run.startedAt} to={run.endedAt} />],
        run.invokedBy === null
          ? null
          : [
              "Invoked by",
              <Link
                key="parent"
                to="/runs/$runId"
                params={{ runId: run.invokedBy.runId }}
                search={{ step: run.invokedBy.stepId }}
                className="font-mono text-xs leading-5 text-link hover:underline"
              >
                {run.invokedBy.runId}
              </Link>,
            ],
        run.originalRunId === null
          ? null
          : [
              "Runs again",
              <span key="original">
                <Link
                  to="/runs/$runId"
                  params={{ runId: run.originalRunId }}
                  className="font-mono text-xs leading-5 text-link hover:underline"
                >
                  {run.originalRunId}
                </Link>
                {keptText(run)}
              </span>,
            ],
        run.reruns.length === 0
          ? null
          : [
              "Run again",
              <Link
                key="reruns"
                from="/runs/$runId"
                to="/runs/$runId"
                params={{ runId: run.id }}
                search={(before) => ({ ...before, step: undefined })}
                hash="reruns"
                className="text-link hover:underline"
              >
                {timesText(run.reruns.length)}
              </Link>,
            ],
      ]}
    />
  );
}

/** What the run has from the one before it. */
function keptText(run: ApiRun): string {
  const kept = run.steps.filter((step) => isKept(run, step)).length;
  if (kept === 0) return "";
  return kept === 1 ? ", the result of 1 step kept" : `, the results of ${kept} steps kept`;
}

function timesText(times: number): string {
  return times === 1 ? "once" : `${times} times`;
}
