// What starts a function: its events with their conditions, its crons with their next time.
import type { ApiTrigger } from "@stepwright/protocol";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Icon } from "./ui/icon.tsx";
import { Ago } from "./ui/time.tsx";

/** The triggers of a function. */
export function Triggers({ triggers }: { readonly triggers: readonly ApiTrigger[] }): ReactNode {
  if (triggers.length === 0) return <span className="text-muted">only invoked</span>;
  return (
    <ul className="grid min-w-0 gap-0.5">
      {triggers.map((trigger, index) => (
        <li key={index} className="flex min-w-0 flex-wrap items-center gap-x-2">
          {trigger.kind === "cron" ? <Cron trigger={trigger} /> : <EventTrigger trigger={trigger} />}
        </li>
      ))}
    </ul>
  );
}

function Cron({ trigger }: { readonly trigger: ApiTrigger }): ReactNode {
  return (
    <>
      <span className="inline-flex items-center gap-1.5">
        <Icon name="clock" className="size-3 text-muted" />
        <code>{trigger.cron}</code>
        <span className="text-muted">{trigger.timeZone ?? "UTC"}</span>
      </span>
      {trigger.nextAt === null ? null : (
        <span className="text-muted">
          next <Ago at={trigger.nextAt} />
        </span>
      )}
    </>
  );
}

function EventTrigger({ trigger }: { readonly trigger: ApiTrigger }): ReactNode {
  const name = trigger.event ?? "";
  return (
    <>
      <span className="inline-flex min-w-0 items-center gap-1.5">
        <Icon name="event" className="size-3 text-muted" />
        {name.includes("*") ? (
          <span className="break-all">{name}</span>
        ) : (
          <Link to="/events" search={{ name }} className="relative z-10 break-all hover:text-link hover:underline">
            {name}
          </Link>
        )}
      </span>
      {trigger.expression === null ? null : (
        <code className="rounded bg-raised px-1 break-all">{trigger.expression}</code>
      )}
    </>
  );
}
