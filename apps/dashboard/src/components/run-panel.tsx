// What a run came to and what started it: shown beside the steps while none is chosen.
import type { ApiEvent, ApiRun } from "@stepwright/protocol";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ErrorView } from "./error-view.tsx";
import { JsonView } from "./json-view.tsx";
import { Facts, Panel, Part } from "./ui/panel.tsx";
import { Absolute, Ago } from "./ui/time.tsx";

/** The panel of a run as a whole. */
export function RunPanel({ run }: { readonly run: ApiRun }): ReactNode {
  return (
    <div className="grid gap-4">
      {run.error === null ? null : (
        <Panel title="Error">
          <div className="px-3 py-2.5">
            <ErrorView error={run.error} />
          </div>
        </Panel>
      )}
      {run.status === "completed" ? (
        <Panel title="Output">
          <div className="px-3 py-2.5">
            <JsonView value={run.output} what="output" />
          </div>
        </Panel>
      ) : null}
      <Panel title={run.events.length > 1 ? `Trigger, ${run.events.length} events` : "Trigger"}>
        {run.events.length === 0 ? (
          <p className="px-3 py-2.5 text-muted">The events of this run are no longer stored.</p>
        ) : null}
        {run.events.map((event) => (
          <TriggerEvent key={event.internalId} event={event} />
        ))}
      </Panel>
      <Panel title="Times">
        <div className="px-3 py-2.5">
          <Facts
            facts={[
              ["Queued", <Absolute key="queued" at={run.queuedAt} />],
              ["Started", <Absolute key="started" at={run.startedAt} />],
              ["Ended", <Absolute key="ended" at={run.endedAt} />],
            ]}
          />
        </div>
      </Panel>
    </div>
  );
}

function TriggerEvent({ event }: { readonly event: ApiEvent }): ReactNode {
  return (
    <div className="border-t border-line first:border-t-0">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3 px-3 py-2.5">
        <Link
          to="/events/$eventId"
          params={{ eventId: event.internalId }}
          className="font-medium break-all text-link hover:underline"
        >
          {event.name}
        </Link>
        <span className="text-xs text-muted">
          <Ago at={event.receivedAt} />
        </span>
      </p>
      <Part title="Data">
        <JsonView value={event.data} what="event data" />
      </Part>
    </div>
  );
}
