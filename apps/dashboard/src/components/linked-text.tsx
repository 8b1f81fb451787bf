// A sentence of the server, with the runs and events it names as links.
import type { ReactNode } from "react";
import type { LinkedPart } from "../present/linked-text.ts";
import { ServerLink } from "./run-source.tsx";

const idClass = "relative z-10 font-mono text-xs text-link underline underline-offset-2";

/** Shows the pieces of a sentence. */
export function LinkedText({ parts }: { readonly parts: readonly LinkedPart[] }): ReactNode {
  return parts.map((part, index) => <LinkedPiece key={index} part={part} />);
}

/** Shows one piece. */
export function LinkedPiece({ part }: { readonly part: LinkedPart }): ReactNode {
  switch (part.kind) {
    case "text":
      return part.text;
    case "run":
      return (
        <ServerLink to="/runs/$runId" params={{ runId: part.runId }} className={idClass}>
          {part.runId}
        </ServerLink>
      );
    case "storedEvent":
      return (
        <ServerLink to="/events/$eventId" params={{ eventId: part.eventId }} className={idClass}>
          {part.eventId}
        </ServerLink>
      );
  }
}
