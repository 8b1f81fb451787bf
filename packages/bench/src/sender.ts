// Sends events as fast as the receiver takes them, over kept connections.
import { Agent } from "undici";

/** An event to send. */
export interface SentEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Sends to one server. */
export interface Sender {
  /** Resolves when the event is acknowledged; throws when it is refused. */
  send(name: string, data?: SentEvent["data"]): Promise<void>;
  /** Sends many events, a thousand per request, one request after the other. */
  sendAll(events: readonly SentEvent[]): Promise<void>;
  /** Sends a body that was made before. */
  post(body: string): Promise<void>;
  close(): Promise<void>;
}

const connections = 64;
const eventsPerRequest = 1_000;

/** Makes a sender; nothing is connected yet. */
export function createSender(target: { readonly url: string; readonly eventKey: string }): Sender {
  const agent = new Agent({ connections });
  const post = async (body: string): Promise<void> => {
    const answer = await agent.request({
      origin: target.url,
      path: `/e/${target.eventKey}`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`the event was refused: ${text}`);
  };
  return {
    post,
    send: (name, data = {}) => post(JSON.stringify({ name, data })),
    async sendAll(events) {
      for (let start = 0; start < events.length; start += eventsPerRequest) {
        await post(JSON.stringify(events.slice(start, start + eventsPerRequest)));
      }
    },
    close: () => agent.close(),
  };
}
