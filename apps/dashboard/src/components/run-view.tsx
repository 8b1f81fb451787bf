// A run, wherever it has come from. Why or what now first, then its steps over time, then the chosen step.
import type { ApiRun } from "@stepwright/protocol";
import type { ReactNode } from "react";
import { useNow } from "../api/clock.ts";
import { stepByKey } from "../present/failed-step.ts";
import { isKept } from "../present/rerun.ts";
import type { RunPageSearch } from "../present/run-page-search.ts";
import { isEnded, runLook } from "../present/status.ts";
import { RunBanner } from "./run-banner.tsx";
import { RunPanel } from "./run-panel.tsx";
import { RunPageLink, ServerLink } from "./run-source.tsx";
import { StepPlace } from "./step-place.tsx";
import { StepPanel } from "./step-panel.tsx";
import { TriggerOfRun } from "./trigger-of-run.tsx";
import { CopyButton } from "./ui/copy-button.tsx";
import { FactLine, PageHead } from "./ui/panel.tsx";
import { StatusWord } from "./ui/status-mark.tsx";
import { Ago, Lasting } from "./ui/time.tsx";
import { Waterfall } from "./waterfall.tsx";

/** A run. */
export function RunView(props: {
  readonly run: ApiRun;
  readonly search: RunPageSearch;
  /** What can be done with it. */
  readonly actions: ReactNode;
}): ReactNode {
  const { run, search } = props;
  const selected = stepByKey(run.steps, search.step);
  const now = useNow(isEnded(run.status) ? null : 1_000);
  const look = runLook(run, now);
  return (
    <>
      <title>{`${look.word}: ${run.functionName} · Stepwright`}</title>
      <PageHead
        mark={<StatusWord look={look} strong />}
        title={
          <ServerLink
            to="/functions/$slug"
            params={{ slug: run.functionSlug }}
            className="hover:text-link hover:underline"
          >
            {run.functionName}
          </ServerLink>
        }
        actions={props.actions}
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
              <ServerLink
                key="parent"
                to="/runs/$runId"
                params={{ runId: run.invokedBy.runId }}
                search={{ step: run.invokedBy.stepId }}
                className="font-mono text-xs leading-5 text-link hover:underline"
              >
                {run.invokedBy.runId}
              </ServerLink>,
            ],
        run.originalRunId === null
          ? null
          : [
              "Runs again",
              <span key="original">
                <ServerLink
                  to="/runs/$runId"
                  params={{ runId: run.originalRunId }}
                  className="font-mono text-xs leading-5 text-link hover:underline"
                >
                  {run.originalRunId}
                </ServerLink>
                {keptText(run)}
              </span>,
            ],
        run.reruns.length === 0
          ? null
          : [
              "Run again",
              <RunPageLink
                key="reruns"
                runId={run.id}
                change={{ step: undefined }}
                hash="reruns"
                className="text-link hover:underline"
              >
                {timesText(run.reruns.length)}
              </RunPageLink>,
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
