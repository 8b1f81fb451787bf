// What started a run: an event, with its link, or a cron.
import type { ApiTriggerOfRun } from "@stepwright/protocol";
import type { ReactNode } from "react";
import { ServerLink } from "./run-source.tsx";
import { Icon } from "./ui/icon.tsx";

const invoked = "inngest/function.invoked";

/** The trigger of a run, linked to its event. */
export function TriggerOfRun({ trigger }: { readonly trigger: ApiTriggerOfRun }): ReactNode {
  const [icon, text] =
    trigger.cron !== null
      ? (["clock", trigger.cron] as const)
      : trigger.eventName === invoked
        ? (["invoke", "invoked"] as const)
        : (["event", trigger.eventName] as const);
  return (
    <ServerLink
      to="/events/$eventId"
      params={{ eventId: trigger.eventId }}
      className="relative z-10 inline-flex max-w-full items-center gap-1.5 align-bottom hover:text-link hover:underline"
    >
      <Icon name={icon} className="size-3" />
      <span className="truncate">{text}</span>
    </ServerLink>
  );
}
