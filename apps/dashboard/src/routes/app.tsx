// `/apps/$appId`: one app, whether it is synced or paused, and its functions.
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { appsQuery, functionsQuery } from "../api/queries.ts";
import { AppCard } from "../components/app-card.tsx";
import { FunctionList } from "../components/function-list.tsx";
import { buttonClass } from "../components/ui/button.tsx";
import { Empty, Loading, Problem } from "../components/ui/note.tsx";
import { PageHead } from "../components/ui/panel.tsx";

const route = getRouteApi("/apps/$appId");

/** The page. */
export function AppPage(): ReactNode {
  const { appId } = route.useParams();
  const { data: apps, error, refetch } = useQuery(appsQuery());
  if (apps === undefined) {
    return error === null ? <Loading what="the app" /> : <Problem error={error} onRetry={() => void refetch()} />;
  }
  const app = apps.find(({ id }) => id === appId);
  if (app === undefined) {
    return (
      <Empty isPage title="There is no such app">
        <title>No such app · Stepwright</title>
        <p>It may have been removed.</p>
        <p className="mt-2">
          <Link to="/apps" className="text-link hover:underline">
            All apps
          </Link>
        </p>
      </Empty>
    );
  }
  return (
    <>
      <title>{`${app.name} · Stepwright`}</title>
      <PageHead
        title={app.name}
        actions={
          <Link to="/runs" search={{ app: app.name }} className={`${buttonClass("plain")} hover:bg-raised`}>
            Runs
          </Link>
        }
      />
      <AppCard app={app} isAlone />
      <h2 className="mt-4 mb-2 font-semibold">Functions</h2>
      <Functions appId={appId} />
    </>
  );
}

function Functions({ appId }: { readonly appId: string }): ReactNode {
  const { data, error, refetch } = useQuery(functionsQuery());
  if (data === undefined) {
    return error === null ? <Loading what="functions" /> : <Problem error={error} onRetry={() => void refetch()} />;
  }
  const own = data.filter((fn) => fn.appId === appId);
  return own.length === 0 ? <Empty title="It has no function now" /> : <FunctionList functions={own} />;
}
