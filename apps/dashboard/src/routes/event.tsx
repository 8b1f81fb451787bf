// `/events/$eventId`: one event, its payload, the runs it started and whatever else came of it.
import type { ApiEventDetail } from "@stepwright/protocol";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { eventQuery, functionsQuery } from "../api/queries.ts";
import { ApiFailure } from "../api/request.ts";
import { EventFates, EventMatches } from "../components/event-effects.tsx";
import { JsonView } from "../components/json-view.tsx";
import { useOpenSend } from "../components/send-event.tsx";
import { Button } from "../components/ui/button.tsx";
import { CopyButton } from "../components/ui/copy-button.tsx";
import { Empty, Loading, Problem } from "../components/ui/note.tsx";
import { FactLine, PageHead, Panel, Part } from "../components/ui/panel.tsx";
import { StatusWord } from "../components/ui/status-mark.tsx";
import { Absolute, Ago } from "../components/ui/time.tsx";
import { noRunText } from "../present/listeners.ts";
import { statusLook } from "../present/status.ts";

const route = getRouteApi("/events/$eventId");

/** The page. */
export function EventPage(): ReactNode {
  const { eventId } = route.useParams();
  const { data: event, error, refetch } = useQuery(eventQuery(eventId));
  if (event !== undefined) return <Event event={event} />;
  if (error === null) return <Loading what="the event" />;
  if (!(error instanceof ApiFailure) || (error.code !== "EVENT_NOT_FOUND" && error.code !== "ID_INVALID")) {
    return <Problem error={error} onRetry={() => void refetch()} />;
  }
  return (
    <Empty isPage title="There is no such event">
      <title>No such event · Stepwright</title>
      <p className="break-words">{error.message}</p>
      <p className="mt-2">
        <Link to="/events" className="text-link hover:underline">
          All events
        </Link>
      </p>
    </Empty>
  );
}

function Event({ event }: { readonly event: ApiEventDetail }): ReactNode {
  const openSend = useOpenSend();
  const isInternal = event.name.startsWith("inngest/");
  return (
    <>
      <title>{`${event.name} · Stepwright`}</title>
      <PageHead
        title={event.name}
        actions={
          // The names of the engine's own events are reserved.
          isInternal ? null : (
            <Button onClick={() => openSend({ kind: "event", name: event.name, data: event.data })}>Send again</Button>
          )
        }
      >
        <FactLine
          facts={[
            [
              "Event",
              <span key="id" className="inline-flex items-center font-mono text-xs leading-5">
                {event.internalId}
                <CopyButton what="event id" text={event.internalId} />
              </span>,
            ],
            event.id === event.internalId ? null : ["Sender's id", <code key="own">{event.id}</code>],
            ["Received", <Ago key="received" at={event.receivedAt} />],
            ["Time", <Absolute key="time" at={event.ts} />],
            event.v === null ? null : ["Version", event.v],
          ]}
        />
      </PageHead>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <div className="grid gap-4">
          <Panel title="Runs started">
            <StartedRuns event={event} />
          </Panel>
          {event.matches.length === 0 ? null : (
            <Panel title="Runs that waited for it">
              <EventMatches matches={event.matches} />
            </Panel>
          )}
          {event.fates.length === 0 ? null : (
            <Panel title="Held back">
              <EventFates fates={event.fates} />
            </Panel>
          )}
        </div>
        <Panel title="Payload">
          <Part title="Data">
            <JsonView value={event.data} what="data" />
          </Part>
          {isEmpty(event.user) ? null : (
            <Part title="User">
              <JsonView value={event.user} what="user" />
            </Part>
          )}
        </Panel>
      </div>
    </>
  );
}

function StartedRuns({ event }: { readonly event: ApiEventDetail }): ReactNode {
  const functions = useQuery(functionsQuery()).data ?? [];
  if (event.runs.length === 0) {
    return <p className="px-3 py-2.5 text-muted">{noRunText(event, functions)}</p>;
  }
  return (
    <ul>
      {event.runs.map((run) => (
        <li
          key={run.runId}
          className="relative flex min-h-9 flex-wrap items-center gap-x-3 border-t border-line px-3 first:border-t-0 hover:bg-raised"
        >
          <span className="w-24">
            <StatusWord look={statusLook(run.status)} />
          </span>
          <Link to="/runs/$runId" params={{ runId: run.runId }} className="covers-row min-w-0 truncate font-medium">
            {run.functionSlug}
          </Link>
          <span className="ml-auto font-mono text-xs text-muted max-sm:hidden">{run.runId}</span>
        </li>
      ))}
    </ul>
  );
}

function isEmpty(value: ApiEventDetail["user"]): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}
