// `/apps`: the apps that serve functions, whether they are synced, and how to connect one.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { appsQuery } from "../api/queries.ts";
import { AddApp } from "../components/add-app.tsx";
import { AppCard } from "../components/app-card.tsx";
import { ConnectApp } from "../components/connect-app.tsx";
import { Empty, Loading, Problem } from "../components/ui/note.tsx";
import { PageHead } from "../components/ui/panel.tsx";

// As often as the server tries an app again.
const failedPollMs = 5_000;

/** The page. */
export function AppsPage(): ReactNode {
  const { data, error, refetch } = useQuery({
    ...appsQuery(),
    // A try that finds the same problem again is no change that would be pushed.
    refetchInterval: ({ state }) =>
      state.data?.some((app) => app.status === "failed") === true ? failedPollMs : false,
  });
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
