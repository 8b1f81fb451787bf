// The same event as a command and as code, with this server's own address.
import type { JsonValue } from "@stepwright/protocol";

/** An event to send, as it was typed. */
export interface EventDraft {
  readonly name: string;
  readonly data: JsonValue;
  /** The sender's id, by which a repeated event is recognised. */
  readonly id?: string;
}

/** Writes the event as a cURL command. In `dev` any key is taken; in `start` the reader has to put in theirs. */
export function curlSnippet(
  event: EventDraft,
  server: { readonly origin: string; readonly needsKey: boolean },
): string {
  const key = server.needsKey ? "$INNGEST_EVENT_KEY" : "dev";
  const body = JSON.stringify(event, null, 2).replaceAll("'", String.raw`'\''`);
  return `curl -X POST "${server.origin}/e/${key}" \\\n  -H "Content-Type: application/json" \\\n  -d '${body}'`;
}

/** Writes the event as a call of the SDK. */
export function sdkSnippet(event: EventDraft): string {
  return `await inngest.send(${JSON.stringify(event, null, 2)});`;
}
