// One app: where it is, whether its functions are known here, and if not, why.
import type { ApiApp } from "@stepwright/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { removeApp, syncApp } from "../api/commands.ts";
import { keys } from "../api/queries.ts";
import { appLook, pausedLook } from "../present/status.ts";
import { PauseAppButton, PausedAppNote, usePauseApp } from "./pause-app.tsx";
import { Button, ConfirmButton } from "./ui/button.tsx";
import { Problem } from "./ui/note.tsx";
import { FactLine } from "./ui/panel.tsx";
import { StatusWord } from "./ui/status-mark.tsx";
import { Ago } from "./ui/time.tsx";

/** The card of an app. On its own page the name is a heading there, and no link to it. */
export function AppCard({ app, isAlone = false }: { readonly app: ApiApp; readonly isAlone?: boolean }): ReactNode {
  const client = useQueryClient();
  const pausing = usePauseApp(app);
  const refresh = async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: [keys.apps] }),
      client.invalidateQueries({ queryKey: [keys.functions] }),
    ]);
  };
  const syncing = useMutation({ mutationFn: () => syncApp(app.id), onSettled: refresh });
  const removing = useMutation({ mutationFn: () => removeApp(app.id), onSettled: refresh });
  const error = syncing.error ?? pausing.error ?? removing.error;
  return (
    <article aria-label={app.name} className="overflow-hidden rounded-lg border border-line bg-surface">
      <div className="flex flex-wrap items-start justify-between gap-3 px-3 py-2.5">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3">
            {isAlone ? null : (
              <h2 className="text-base font-semibold [overflow-wrap:anywhere]">
                <Link to="/apps/$appId" params={{ appId: app.id }} className="hover:text-link hover:underline">
                  {app.name}
                </Link>
              </h2>
            )}
            <StatusWord look={appLook(app.status)} />
            {app.pausedAt === null ? null : <StatusWord look={pausedLook} />}
          </div>
          <p className="mb-1.5 font-mono text-xs break-all text-muted">{app.url}</p>
          <FactLine
            facts={[
              [
                "Functions",
                <Link key="functions" to="/functions" search={{ app: app.name }} className="text-link hover:underline">
                  {app.functionCount}
                </Link>,
              ],
              ["SDK", app.sdk ?? "unknown"],
              app.framework === null ? null : ["Framework", app.framework],
              app.appVersion === null ? null : ["Version", app.appVersion],
              app.env === null ? null : ["Environment", app.env],
              ["Synced", app.syncedAt === null ? "never" : <Ago key="synced" at={app.syncedAt} />],
              app.triedAt === null || app.status === "synced"
                ? null
                : ["Last try", <Ago key="tried" at={app.triedAt} />],
            ]}
          />
        </div>
        <div className="flex flex-wrap gap-2">
          <PauseAppButton app={app} pausing={pausing} />
          <Button disabled={syncing.isPending} onClick={() => syncing.mutate()}>
            {syncing.isPending ? "Syncing …" : "Sync now"}
          </Button>
          <ConfirmButton
            label="Remove"
            question="Remove this app?"
            isBusy={removing.isPending}
            onConfirm={() => removing.mutate()}
          />
        </div>
      </div>
      <div className="px-3 empty:hidden">
        <PausedAppNote app={app} />
      </div>
      {error === null ? null : (
        <div className="px-3 pb-3">
          <Problem error={error} />
        </div>
      )}
      {app.problem === null ? null : <SyncProblem problem={app.problem} />}
    </article>
  );
}

function SyncProblem({ problem }: { readonly problem: NonNullable<ApiApp["problem"]> }): ReactNode {
  return (
    <div className="border-t border-bad-line bg-bad-soft px-3 py-2.5">
      <p className="font-medium break-words text-bad first-letter:uppercase">{problem.message}</p>
      <p className="mt-0.5 text-xs text-muted">
        {problem.code}
        {problem.httpStatus === null ? null : `, HTTP ${problem.httpStatus}`}
      </p>
      {problem.bodyExcerpt === null || problem.bodyExcerpt === "" ? null : (
        <pre className="mt-2 rounded border border-bad-line bg-surface p-2 font-mono [overflow-wrap:anywhere] whitespace-pre-wrap">
          {problem.bodyExcerpt}
        </pre>
      )}
    </div>
  );
}
