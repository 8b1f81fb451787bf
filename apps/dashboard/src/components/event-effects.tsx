// What an event did besides starting runs: runs it went on with or cancelled, and functions that hold it back.
import type { ApiEventDetail, ApiFate } from "@stepwright/protocol";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useNow } from "../api/clock.ts";
import { describeFate } from "../present/describe-fate.ts";
import { statusLook } from "../present/status.ts";
import { LinkedText } from "./linked-text.tsx";
import { StatusWord } from "./ui/status-mark.tsx";
import { Left, Moment } from "./ui/time.tsx";

const rowClass = "relative flex min-h-9 flex-wrap items-center gap-x-3 border-t border-line px-3 py-1 first:border-t-0";

/** The runs that waited for the event. */
export function EventMatches({ matches }: Pick<ApiEventDetail, "matches">): ReactNode {
  return (
    <ul>
      {matches.map((match) => (
        <li key={`${match.runId} ${match.stepId ?? ""}`} className={`${rowClass} hover:bg-raised sm:flex-nowrap`}>
          <span className="w-28 shrink-0">
            <StatusWord look={statusLook(match.status)} />
          </span>
          <span className="min-w-0">
            {match.stepId === null ? "Cancelled a run of " : "Went on with step "}
            {match.stepId === null ? null : (
              <>
                <Link
                  to="/runs/$runId"
                  params={{ runId: match.runId }}
                  search={{ step: match.stepId }}
                  className="relative z-10 break-words [overflow-wrap:anywhere] text-link hover:underline"
                >
                  {match.stepName ?? match.stepId}
                </Link>
                {" of "}
              </>
            )}
            <Link to="/runs/$runId" params={{ runId: match.runId }} className="covers-row font-medium">
              {match.functionSlug}
            </Link>
          </span>
          <span className="ml-auto font-mono text-xs text-muted max-sm:hidden">{match.runId}</span>
        </li>
      ))}
    </ul>
  );
}

/** The functions that it started no run of, or not yet. */
export function EventFates({ fates }: Pick<ApiEventDetail, "fates">): ReactNode {
  return (
    <ul>
      {fates.map((fate, index) => (
        <Fate key={index} fate={fate} />
      ))}
    </ul>
  );
}

function Fate({ fate }: { readonly fate: ApiFate }): ReactNode {
  const now = useNow(1_000);
  const { look, parts, next } = describeFate(fate, now);
  return (
    <li className={rowClass}>
      <span className="w-28 shrink-0">
        <StatusWord look={look} />
      </span>
      <Link
        to="/functions/$slug"
        params={{ slug: fate.functionSlug }}
        className="min-w-0 truncate font-medium hover:text-link hover:underline"
      >
        {fate.functionSlug}
      </Link>
      <p className="w-full break-words [overflow-wrap:anywhere] text-muted">
        <LinkedText parts={parts} />.
        {next === null ? null : (
          <>
            {" "}
            {next.what} at <Moment at={next.at} />, in <Left at={next.at} />.
          </>
        )}
      </p>
    </li>
  );
}
