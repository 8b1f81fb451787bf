// A long list of events with the runs each started.
import type { ApiEventRow } from "@stepwright/protocol";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { RunPills } from "./run-pills.tsx";
import { Ago } from "./ui/time.tsx";
import { VirtualRows } from "./virtual-rows.tsx";

const columns = "md:grid-cols-[8rem_minmax(0,1fr)_minmax(0,2fr)]";
/** Pills that fit in a row. */
const pillsMax = 3;

/** Rows of events under a head. */
export function EventsTable(props: {
  readonly rows: readonly ApiEventRow[];
  readonly onVisible: (range: { readonly start: number; readonly end: number }) => void;
  readonly onNearEnd: () => void;
}): ReactNode {
  return (
    <div
      role="table"
      aria-label="Events"
      aria-rowcount={props.rows.length + 1}
      className="rounded-lg border border-line bg-surface"
    >
      <div role="rowgroup" className="max-md:sr-only">
        <div
          role="row"
          className={`grid gap-x-3 border-b border-line px-3 py-1.5 text-xs font-semibold text-muted ${columns}`}
        >
          {["Received", "Event", "Runs started"].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
      </div>
      <VirtualRows
        count={props.rows.length}
        version={props.rows}
        keyOf={(index) => props.rows[index]?.internalId ?? index}
        heightOf={(_, isNarrow) => (isNarrow ? 66 : 36)}
        onVisible={props.onVisible}
        onNearEnd={props.onNearEnd}
      >
        {(index) => {
          const row = props.rows[index];
          return row === undefined ? null : <EventRow row={row} />;
        }}
      </VirtualRows>
    </div>
  );
}

function EventRow({ row }: { readonly row: ApiEventRow }): ReactNode {
  return (
    <div
      className={`grid h-full content-center items-center gap-x-3 gap-y-1 px-3 max-md:grid-cols-[minmax(0,1fr)_auto] ${columns}`}
    >
      <span role="cell" className="text-muted max-md:order-1">
        <Ago at={row.receivedAt} />
      </span>
      <span role="cell" className="flex min-w-0">
        <Link to="/events/$eventId" params={{ eventId: row.internalId }} className="covers-row truncate font-medium">
          {row.name}
        </Link>
      </span>
      <span role="cell" className="h-6 min-w-0 overflow-hidden max-md:order-2 max-md:col-span-2">
        <RunPills runs={row.runs} max={pillsMax} />
      </span>
    </div>
  );
}
