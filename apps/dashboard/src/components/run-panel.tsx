// What a run came to and what started it: shown beside the steps while none is chosen.
import type { ApiEvent, ApiRun } from "@stepwright/protocol";
import type { ReactNode } from "react";
import { runMetadata } from "../present/metadata.ts";
import { statusLook } from "../present/status.ts";
import { ErrorView } from "./error-view.tsx";
import { JsonView } from "./json-view.tsx";
import { MetadataPanel } from "./metadata.tsx";
import { ServerLink } from "./run-source.tsx";
import { Facts, Panel, Part } from "./ui/panel.tsx";
import { StatusWord } from "./ui/status-mark.tsx";
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
      <MetadataPanel view={runMetadata(run)} />
      {run.reruns.length === 0 ? null : (
        <div id="reruns">
          <Panel title="Run again as">
            <Reruns reruns={run.reruns} />
          </Panel>
        </div>
      )}
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

function Reruns({ reruns }: Pick<ApiRun, "reruns">): ReactNode {
  return (
    <ul className="max-h-80 overflow-y-auto">
      {reruns.map(({ runId, status, queuedAt }) => (
        <li
          key={runId}
          className="relative flex min-h-9 flex-wrap items-center gap-x-3 border-t border-line px-3 first:border-t-0 hover:bg-raised"
        >
          <span className="w-24">
            <StatusWord look={statusLook(status)} />
          </span>
          <ServerLink
            to="/runs/$runId"
            params={{ runId }}
            className="covers-row min-w-0 truncate font-mono text-xs leading-5 text-link"
          >
            {runId}
          </ServerLink>
          <span className="ml-auto text-xs text-muted">
            <Ago at={queuedAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function TriggerEvent({ event }: { readonly event: ApiEvent }): ReactNode {
  return (
    <div className="border-t border-line first:border-t-0">
      <p className="flex flex-wrap items-baseline justify-between gap-x-3 px-3 py-2.5">
        <ServerLink
          to="/events/$eventId"
          params={{ eventId: event.internalId }}
          className="font-medium break-all text-link hover:underline"
        >
          {event.name}
        </ServerLink>
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
