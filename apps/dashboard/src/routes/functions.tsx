// `/functions`: every function, what starts it, and when its cron is next due.
import type { ApiFunction } from "@stepwright/protocol";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useId, type ReactNode } from "react";
import { functionsQuery } from "../api/queries.ts";
import { ConnectApp } from "../components/connect-app.tsx";
import { FunctionList } from "../components/function-list.tsx";
import { controlClass } from "../components/ui/field.tsx";
import { Empty, Loading, Problem } from "../components/ui/note.tsx";
import { PageHead } from "../components/ui/panel.tsx";

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

function isFound(fn: ApiFunction, q: string): boolean {
  const wanted = q.trim().toLowerCase();
  const texts = [fn.name, fn.slug, fn.appName, ...fn.triggers.map((trigger) => trigger.event ?? trigger.cron ?? "")];
  return texts.some((text) => text.toLowerCase().includes(wanted));
}
