// `/functions`: every function, what starts it, and when its cron is next due.
import type { ApiFunction } from "@stepwright/protocol";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useId, type ReactNode } from "react";
import { functionsQuery } from "../api/queries.ts";
import { ConnectApp } from "../components/connect-app.tsx";
import { useOpenSend } from "../components/send-event.tsx";
import { FlowLine } from "../components/flow-control.tsx";
import { Triggers } from "../components/triggers.tsx";
import { Button, buttonClass } from "../components/ui/button.tsx";
import { controlClass } from "../components/ui/field.tsx";
import { Empty, Loading, Problem } from "../components/ui/note.tsx";
import { PageHead } from "../components/ui/panel.tsx";
import { StatusWord } from "../components/ui/status-mark.tsx";
import { pausedLook } from "../present/status.ts";

const route = getRouteApi("/functions");

/** The page. */
export function FunctionsPage(): ReactNode {
  const { q, app } = route.useSearch();
  const { data, error, refetch } = useQuery(functionsQuery());
  const shown = data?.filter((fn) => (app === undefined || fn.appName === app) && isFound(fn, q ?? ""));
  return (
    <>
      <title>Functions · Stepwright</title>
      <PageHead title="Functions" />
      {data === undefined ? (
        error === null ? (
          <Loading what="functions" />
        ) : (
          <Problem error={error} onRetry={() => void refetch()} />
        )
      ) : data.length === 0 ? (
        <Empty title="No function is known yet">
          <ConnectApp />
          <p className="mt-3">
            <Link to="/apps" className="text-link hover:underline">
              See the apps
            </Link>
          </p>
        </Empty>
      ) : (
        <>
          <Filter q={q} app={app} />
          {shown === undefined || shown.length === 0 ? (
            <Empty title="No function matches">
              <Link to="/functions" className="text-link hover:underline">
                Show all {data.length}
              </Link>
            </Empty>
          ) : (
            <FunctionList functions={shown} />
          )}
        </>
      )}
    </>
  );
}

function Filter({ q, app }: { readonly q: string | undefined; readonly app: string | undefined }): ReactNode {
  const id = useId();
  const navigate = useNavigate({ from: "/functions" });
  return (
    <div className="mb-3 flex flex-wrap items-center gap-3">
      <label htmlFor={id} className="sr-only">
        Search functions
      </label>
      <input
        id={id}
        type="search"
        placeholder="Search name, event or app"
        value={q ?? ""}
        // Typing replaces the place in history: Back leaves the page, not a letter.
        onChange={(event) =>
          void navigate({
            to: "/functions",
            replace: true,
            search: (before) => ({ ...before, q: event.target.value || undefined }),
          })
        }
        className={`${controlClass} max-w-xs`}
      />
      {app === undefined ? null : (
        <span className="text-muted">
          of app <strong className="text-ink">{app}</strong>,{" "}
          <Link to="/functions" className="text-link hover:underline">
            show all
          </Link>
        </span>
      )}
    </div>
  );
}

const columns = "md:grid-cols-[minmax(0,1.2fr)_minmax(0,1.5fr)_minmax(0,.7fr)_5rem_auto]";

function FunctionList({ functions }: { readonly functions: readonly ApiFunction[] }): ReactNode {
  const openSend = useOpenSend();
  return (
    <div role="table" aria-label="Functions" className="rounded-lg border border-line bg-surface">
      <div
        role="row"
        className={`grid gap-x-4 border-b border-line px-3 py-1.5 text-xs font-semibold text-muted max-md:sr-only ${columns}`}
      >
        <span role="columnheader">Function</span>
        <span role="columnheader">Triggers</span>
        <span role="columnheader">App</span>
        <span role="columnheader">Retries</span>
        <span role="columnheader" className="w-[8.5rem]">
          <span className="sr-only">Actions</span>
        </span>
      </div>
      {functions.map((fn) => (
        <div
          key={fn.id}
          role="row"
          className={`relative grid items-center gap-x-4 gap-y-1 border-b border-line px-3 py-1.5 last:border-b-0 focus-within:bg-raised hover:bg-raised max-md:grid-cols-[minmax(0,1fr)_auto] ${columns}`}
        >
          <span role="cell" className="min-w-0">
            <span className="flex min-w-0 items-center gap-2">
              <Link to="/functions/$slug" params={{ slug: fn.slug }} className="covers-row truncate font-medium">
                {fn.name}
              </Link>
              {fn.pausedAt === null ? null : <StatusWord look={pausedLook} />}
            </span>
            <FlowLine config={fn.config} />
          </span>
          <span role="cell" className="min-w-0 max-md:order-1">
            <Triggers triggers={fn.triggers} />
          </span>
          <span role="cell" className="truncate text-muted">
            {fn.appName}
          </span>
          <span role="cell" className="text-muted max-md:order-2">
            {fn.retries}
            <span className="md:hidden"> {fn.retries === 1 ? "retry" : "retries"}</span>
          </span>
          <span role="cell" className="relative z-10 flex gap-2 max-md:order-3 max-md:col-span-2">
            <Link to="/runs" search={{ fn: fn.slug }} className={`${buttonClass("plain")} hover:bg-raised`}>
              Runs
            </Link>
            <Button onClick={() => openSend({ kind: "invoke", slug: fn.slug, name: fn.name })}>Invoke</Button>
          </span>
        </div>
      ))}
    </div>
  );
}

function isFound(fn: ApiFunction, q: string): boolean {
  const wanted = q.trim().toLowerCase();
  const texts = [fn.name, fn.slug, fn.appName, ...fn.triggers.map((trigger) => trigger.event ?? trigger.cron ?? "")];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}
