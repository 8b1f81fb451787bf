// `/functions/$slug`: one function, what starts and limits it, its queue and its latest runs.
import type { ApiFunction, JsonValue } from "@stepwright/protocol";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useRuns } from "../api/lists.ts";
import { functionsQuery } from "../api/queries.ts";
import { FlowControl } from "../components/flow-control.tsx";
import { FunctionQueue } from "../components/function-queue.tsx";
import { JsonView } from "../components/json-view.tsx";
import { PausedNote, PauseFunction } from "../components/pause-function.tsx";
import { RunsTable } from "../components/runs-table.tsx";
import { useOpenSend } from "../components/send-event.tsx";
import { Triggers } from "../components/triggers.tsx";
import { Button } from "../components/ui/button.tsx";
import { Empty, Loading, Problem } from "../components/ui/note.tsx";
import { FactLine, PageHead, Panel } from "../components/ui/panel.tsx";
import { StatusWord } from "../components/ui/status-mark.tsx";
import { ownConfig } from "../present/own-config.ts";
import { pausedLookOf } from "../present/status.ts";

const route = getRouteApi("/functions/$slug");
/** Runs shown here; all of them are one link away. */
const runsShown = 20;

/** The page. */
export function FunctionPage(): ReactNode {
  const { slug } = route.useParams();
  const { data, error, refetch } = useQuery(functionsQuery());
  if (data === undefined) {
    return error === null ? <Loading what="the function" /> : <Problem error={error} onRetry={() => void refetch()} />;
  }
  const fn = data.find((item) => item.slug === slug);
  if (fn !== undefined) return <Function fn={fn} />;
  return (
    <Empty isPage title={`There is no function ${slug} now`}>
      <title>{`No function ${slug} · Stepwright`}</title>
      <p>It may have been renamed, or its app was removed or is not synced.</p>
      <p className="mt-2">
        <Link to="/functions" className="text-link hover:underline">
          All functions
        </Link>
      </p>
    </Empty>
  );
}

function Function({ fn }: { readonly fn: ApiFunction }): ReactNode {
  const openSend = useOpenSend();
  return (
    <>
      <title>{`${fn.name} · Stepwright`}</title>
      <PageHead
        mark={fn.pausedAt === null ? undefined : <StatusWord look={pausedLookOf(fn)} strong />}
        title={fn.name}
        actions={
          <>
            <PauseFunction key={fn.slug} fn={fn} />
            <Button onClick={() => openSend({ kind: "invoke", slug: fn.slug, name: fn.name })}>Invoke</Button>
          </>
        }
      >
        <FactLine
          facts={[
            ["Id", <code key="slug">{fn.slug}</code>],
            [
              "App",
              <Link key="app" to="/apps/$appId" params={{ appId: fn.appId }} className="text-link hover:underline">
                {fn.appName}
              </Link>,
            ],
            ["Retries", fn.retries],
            ["Version", fn.version],
          ]}
        />
      </PageHead>
      <PausedNote fn={fn} />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
        <div className="grid gap-4">
          <FunctionQueue key={fn.slug} fn={fn} />
          <LatestRuns fn={fn} />
        </div>
        <div className="grid gap-4">
          <Panel title="Triggers">
            <div className="px-3 py-2.5">
              <Triggers triggers={fn.triggers} />
            </div>
          </Panel>
          <Panel title="Flow control">
            <div className="px-3 py-2.5">
              <FlowControl config={fn.config} />
            </div>
          </Panel>
          <Panel title="Configuration">
            <div className="px-3 py-2.5">
              <Config config={ownConfig(fn.config)} />
            </div>
          </Panel>
        </div>
      </div>
    </>
  );
}

function LatestRuns({ fn }: { readonly fn: ApiFunction }): ReactNode {
  const list = useRuns({ fn: fn.slug });
  const openSend = useOpenSend();
  if (list.error !== null && list.rows.length === 0) return <Problem error={list.error} onRetry={list.showNew} />;
  if (list.isLoading) return <Loading what="runs" />;
  if (list.rows.length === 0) {
    return (
      <Empty title="It has not run yet">
        <Button className="mt-2" onClick={() => openSend({ kind: "invoke", slug: fn.slug, name: fn.name })}>
          Invoke it
        </Button>
      </Empty>
    );
  }
  return (
    <section>
      <header className="mb-2 flex items-baseline justify-between">
        <h2 className="font-semibold">Latest runs</h2>
        <span className="flex gap-3">
          <Link to="/runs" search={{ fn: fn.slug, status: ["failed"] }} className="text-link hover:underline">
            Failed
          </Link>
          <Link to="/runs" search={{ fn: fn.slug }} className="text-link hover:underline">
            All
          </Link>
        </span>
      </header>
      <RunsTable rows={list.rows.slice(0, runsShown)} label="Latest runs" shows="runs" />
    </section>
  );
}

function Config({ config }: { readonly config: { readonly [key: string]: JsonValue } }): ReactNode {
  if (Object.keys(config).length === 0) return <p className="text-muted">Nothing but the defaults.</p>;
  return <JsonView value={{ ...config }} what="configuration" />;
}
