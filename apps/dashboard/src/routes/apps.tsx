// `/apps`: the apps that serve functions, whether they are synced, and how to connect one.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { appsQuery } from "../api/queries.ts";
import { AddApp } from "../components/add-app.tsx";
import { AppCard } from "../components/app-card.tsx";
import { ConnectApp } from "../components/connect-app.tsx";
import { Empty, Loading, Problem } from "../components/ui/note.tsx";
import { PageHead } from "../components/ui/panel.tsx";

/** The page. */
export function AppsPage(): ReactNode {
  const { data, error, refetch } = useQuery(appsQuery());
  const failed = data?.filter((app) => app.status === "failed").length ?? 0;
  return (
    <>
      <title>{failed === 0 ? "Apps · Stepwright" : `Apps: ${failed} not synced · Stepwright`}</title>
      <PageHead title="Apps" />
      <AddApp />
      {data === undefined ? (
        error === null ? (
          <Loading what="apps" />
        ) : (
          <Problem error={error} onRetry={() => void refetch()} />
        )
      ) : data.length === 0 ? (
        <Empty title="No app is connected yet">
          <ConnectApp />
        </Empty>
      ) : (
        <div className="grid gap-3">
          {data.map((app) => (
            <AppCard key={app.id} app={app} />
          ))}
        </div>
      )}
    </>
  );
}
