// Sends many events in requests of a thousand.
import { request } from "undici";
import type { ServerProcess } from "./server-process.ts";

/** An event to send. */
export interface SentEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const eventsPerRequest = 1_000;

/** Resolves when all are acknowledged; throws when one is refused. */
export async function sendAll(server: ServerProcess, events: readonly SentEvent[]): Promise<void> {
  for (let start = 0; start < events.length; start += eventsPerRequest) {
    const answer = await request(`${server.url}/e/${server.eventKey}`, {
      method: "POST",
      body: JSON.stringify(events.slice(start, start + eventsPerRequest)),
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`the events were refused: ${text}`);
  }
}
