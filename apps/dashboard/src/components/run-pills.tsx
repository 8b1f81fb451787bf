// The runs an event started, each with its status and link.
import type { ApiEventRow } from "@stepwright/protocol";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { statusLook } from "../present/status.ts";
import { StatusMark } from "./ui/status-mark.tsx";

/** Pills of at most `max` runs, and how many more there are. */
export function RunPills({ runs, max }: { readonly runs: ApiEventRow["runs"]; readonly max: number }): ReactNode {
  if (runs.length === 0) return <span className="leading-6 text-muted">no run</span>;
  const more = runs.length - max;
  return (
    <span className="flex min-w-0 flex-wrap items-center gap-1">
      {runs.slice(0, max).map((run) => (
        <Link
          key={run.runId}
          to="/runs/$runId"
          params={{ runId: run.runId }}
          className="relative z-10 inline-flex h-6 max-w-full min-w-0 items-center gap-1.5 rounded-full border border-line bg-surface px-2 text-xs hover:border-edge hover:text-link"
        >
          <StatusMark look={statusLook(run.status)} label={statusLook(run.status).word} />
          <span className="truncate">{run.functionSlug}</span>
        </Link>
      ))}
      {more > 0 ? <span className="text-xs text-muted">and {more} more</span> : null}
    </span>
  );
}
