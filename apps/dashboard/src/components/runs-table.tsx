// A long list of runs: rows are links, only those on the screen are in the page, and nothing
// scrolls but the page itself.
import type { ApiRunRow } from "@stepwright/protocol";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useNow } from "../api/clock.ts";
import { formatAbsolute } from "../present/duration.ts";
import { capitalized } from "../present/linked-text.ts";
import { endOfWait, isEnded, obstacleOf, runLook } from "../present/status.ts";
import { TriggerOfRun } from "./trigger-of-run.tsx";
import { StatusMark, StatusWord } from "./ui/status-mark.tsx";
import { Ago, Lasting, Left } from "./ui/time.tsx";
import { VirtualRows } from "./virtual-rows.tsx";

/** What a row names first: the function and its app, the function, or (where that is known) the run alone. */
export type RunsTableShows = "apps" | "functions" | "runs";

const wide = "md:grid-cols-[7rem_minmax(0,1.3fr)_minmax(0,1fr)_7rem_6rem_5.5rem]";
const columns: Readonly<Record<RunsTableShows, string>> = {
  apps: wide,
  functions: wide,
  runs: "md:grid-cols-[7rem_minmax(0,1fr)_minmax(0,1fr)_6rem_5.5rem]",
};
const heads: Readonly<Record<RunsTableShows, readonly string[]>> = {
  apps: ["Status", "Function", "Trigger", "Run", "Queued", "Duration"],
  functions: ["Status", "Function", "Trigger", "Run", "Queued", "Duration"],
  runs: ["Status", "Run", "Trigger", "Queued", "Duration"],
};

/** Rows of runs under a head. */
export function RunsTable(props: {
  readonly rows: readonly ApiRunRow[];
  readonly label: string;
  readonly shows: RunsTableShows;
  readonly onVisible?: (range: { readonly start: number; readonly end: number }) => void;
  readonly onNearEnd?: () => void;
}): ReactNode {
  const { rows, shows } = props;
  return (
    <div
      role="table"
      aria-label={props.label}
      aria-rowcount={rows.length + 1}
      className="rounded-lg border border-line bg-surface"
    >
      <div role="rowgroup" className="max-md:sr-only">
        <div
          role="row"
          className={`grid gap-x-3 border-b border-line px-3 py-1.5 text-xs font-semibold text-muted ${columns[shows]}`}
        >
          {heads[shows].map((name) => (
            <span key={name} role="columnheader" className={name === "Duration" ? "text-right" : ""}>
              {name}
            </span>
          ))}
        </div>
      </div>
      <VirtualRows
        count={rows.length}
        version={rows}
        keyOf={(index) => rows[index]?.id ?? index}
        heightOf={(index, isNarrow) => rowHeight(rows[index], isNarrow)}
        onVisible={props.onVisible}
        onNearEnd={props.onNearEnd}
      >
        {(index) => {
          const row = rows[index];
          return row === undefined ? null : <RunRow row={row} shows={shows} />;
        }}
      </VirtualRows>
    </div>
  );
}

/** Known without measuring, so that the scroll bar is right at once. */
function rowHeight(row: ApiRunRow | undefined, isNarrow: boolean): number {
  return (isNarrow ? 56 : 36) + (row !== undefined && hasSecondLine(row) ? 18 : 0);
}

function hasSecondLine(row: ApiRunRow): boolean {
  // Of an obstacle, too, whether it is there and not whether it is past: heights do not follow the clock.
  return row.summary !== null || endOfWait(row) !== null || obstacleOf(row, 0) !== null;
}

function RunRow({ row, shows }: { readonly row: ApiRunRow; readonly shows: RunsTableShows }): ReactNode {
  const now = useNow(isEnded(row.status) ? null : 1_000);
  const look = runLook(row, now);
  const end = endOfWait(row);
  const obstacle = obstacleOf(row, now);
  return (
    <div
      className={`grid h-full content-center items-center gap-x-3 px-3 max-md:grid-cols-[minmax(0,1fr)_auto] ${columns[shows]}`}
    >
      <span role="cell" className="max-md:hidden">
        <StatusWord look={look} />
      </span>
      <span role="cell" className="flex min-w-0 items-center gap-1.5">
        <span className="md:hidden">
          <StatusMark look={look} label={look.word} />
        </span>
        <Link
          to="/runs/$runId"
          params={{ runId: row.id }}
          className={`covers-row truncate ${shows === "runs" ? "font-mono text-xs" : "font-medium"}`}
        >
          {shows === "runs" ? row.id : row.functionName}
        </Link>
        {shows === "apps" ? <span className="truncate text-xs text-muted">{row.appName}</span> : null}
      </span>
      <span role="cell" className="min-w-0 truncate text-muted max-md:order-1">
        <TriggerOfRun trigger={row.trigger} />
      </span>
      {shows === "runs" ? null : (
        <span role="cell" className="truncate font-mono text-xs leading-5 text-muted max-md:hidden" title={row.id}>
          …{row.id.slice(-10)}
        </span>
      )}
      <span role="cell" className="text-muted max-md:text-right">
        <Ago at={row.queuedAt} />
      </span>
      <span role="cell" className="text-right max-md:order-2">
        {row.startedAt === null ? (
          <span className="text-muted">–</span>
        ) : (
          <Lasting from={row.startedAt} to={row.endedAt} />
        )}
      </span>
      {row.summary === null ? null : (
        <SecondLine title={row.summary} tone={row.status === "failed" ? "text-bad" : "text-muted"}>
          {/* What a program has thrown stays as it is. */}
          {row.status === "failed" ? row.summary : capitalized(row.summary)}
        </SecondLine>
      )}
      {end === null || end.at <= now ? null : (
        <SecondLine title={formatAbsolute(end.at)} tone="text-muted">
          {end.what} in <Left at={end.at} />
        </SecondLine>
      )}
      {obstacle === null ? null : (
        <SecondLine title={capitalized(obstacle.text)} tone="text-muted">
          {capitalized(obstacle.text)}
          {obstacle.until === null ? null : (
            <>
              , <Left at={obstacle.until} /> left
            </>
          )}
        </SecondLine>
      )}
    </div>
  );
}

/** Why the run ended as it did, or when it goes on, without opening it. */
function SecondLine(props: { readonly title: string; readonly tone: string; readonly children: ReactNode }): ReactNode {
  return (
    <span
      role="cell"
      title={props.title}
      className={`truncate text-xs leading-[1.125rem] max-md:order-3 max-md:col-span-2 md:col-start-2 md:col-end-[-1] ${props.tone}`}
    >
      {props.children}
    </span>
  );
}
