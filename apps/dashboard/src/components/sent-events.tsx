// What became of the events sent from the dialog: their runs as they start and end, or why there are none.
import type { ApiFunction } from "@stepwright/protocol";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { eventQuery } from "../api/queries.ts";
import { listeners, triggerNames } from "../present/listeners.ts";
import { nearestName } from "../present/nearest-name.ts";
import { EventFates, EventMatches } from "./event-effects.tsx";
import { RunPills } from "./run-pills.tsx";

/** An event that was sent; `name` is null for an invocation, which always has a function. */
export interface SentEvent {
  readonly eventId: string;
  readonly name: string | null;
}

/** The events sent so far, newest first. */
export function SentEvents(props: {
  readonly sent: readonly SentEvent[];
  readonly functions: readonly ApiFunction[];
  readonly onRename: (name: string) => void;
}): ReactNode {
  return (
    // Always there, so that what comes into it is read aloud: the rest of the page is silent while the dialog is open.
    <ul
      aria-label="Sent events"
      aria-live="polite"
      className={props.sent.length === 0 ? "hidden" : "grid gap-2 border-t border-line pt-3"}
    >
      {props.sent.map((event) => (
        <li key={event.eventId}>
          <Sent event={event} functions={props.functions} onRename={props.onRename} />
        </li>
      ))}
    </ul>
  );
}

function Sent(props: {
  readonly event: SentEvent;
  readonly functions: readonly ApiFunction[];
  readonly onRename: (name: string) => void;
}): ReactNode {
  const { eventId, name } = props.event;
  const { data } = useQuery(eventQuery(eventId));
  const { runs = [], matches = [], fates = [] } = data ?? {};
  return (
    <div className="grid gap-1">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium">Sent</span>
        <Link to="/events/$eventId" params={{ eventId }} className="font-mono text-xs text-link hover:underline">
          {eventId}
        </Link>
      </p>
      {runs.length === 0 ? null : <RunPills runs={runs} max={20} />}
      {matches.length === 0 ? null : <EventMatches matches={matches} />}
      {fates.length === 0 ? null : <EventFates fates={fates} />}
      {runs.length + matches.length + fates.length > 0 ? null : (
        <NoRuns name={name} functions={props.functions} onRename={props.onRename} />
      )}
    </div>
  );
}

function NoRuns(props: {
  readonly name: string | null;
  readonly functions: readonly ApiFunction[];
  readonly onRename: (name: string) => void;
}): ReactNode {
  const { name } = props;
  if (name === null) return <p className="text-muted">The run starts in a moment.</p>;
  const listening = listeners(name, props.functions);
  if (listening.length > 0) {
    const names = listening.map((fn) => fn.name).join(", ");
    return (
      <p className="text-muted">No run yet. {names} listens to it and starts if its condition and its limits allow.</p>
    );
  }
  const nearest = nearestName(name, triggerNames(props.functions));
  return (
    <p>
      No function listens to <strong>{name}</strong>.{" "}
      {nearest === null ? (
        <span className="text-muted">It may still resume or cancel a run that waits for it.</span>
      ) : (
        <>
          Did you mean{" "}
          <button type="button" className="text-link hover:underline" onClick={() => props.onRename(nearest)}>
            {nearest}
          </button>
          ?
        </>
      )}
    </p>
  );
}
