// Tells how an app finds this server, with this server's own address.
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { infoQuery } from "../api/queries.ts";
import { CopyButton } from "./ui/copy-button.tsx";

/** Instructions for connecting the first app. */
export function ConnectApp(): ReactNode {
  const { data: info } = useQuery(infoQuery());
  const origin = window.location.origin;
  const isDefault = origin === "http://localhost:8288" || origin === "http://127.0.0.1:8288";
  if (info?.mode === "start") {
    return (
      <>
        <p>Give the app this server's address and keys, then add the URL it serves its functions at.</p>
        <Snippet
          text={`INNGEST_BASE_URL=${origin}\nINNGEST_EVENT_KEY=<one of the server's event keys>\nINNGEST_SIGNING_KEY=<the server's signing key>`}
        />
      </>
    );
  }
  return (
    <>
      <p>
        Start the app in development mode.{" "}
        {info?.isDiscovering === true
          ? "If it serves its functions at /api/inngest, it is found by itself within seconds."
          : "Then add the URL it serves its functions at."}
      </p>
      <Snippet text={isDefault ? "INNGEST_DEV=1 npm run dev" : `INNGEST_DEV=${origin} npm run dev`} />
    </>
  );
}

function Snippet({ text }: { readonly text: string }): ReactNode {
  return (
    <div className="mx-auto mt-3 flex w-fit max-w-full items-start gap-2 rounded-md bg-raised py-1.5 pr-1.5 pl-3 text-left text-ink">
      <pre className="font-mono [overflow-wrap:anywhere] whitespace-pre-wrap">{text}</pre>
      <CopyButton what="command" text={text} />
    </div>
  );
}
