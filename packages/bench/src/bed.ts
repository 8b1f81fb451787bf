// A server process with a synced raw app: what every scenario starts from.
import { setTimeout as delay } from "node:timers/promises";
import { Agent } from "undici";
import { type RawApp, startRawApp } from "./raw-app.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";

/** The bed. */
export interface Bed {
  readonly app: RawApp;
  readonly server: ServerProcess;
  /** Sends one event and resolves when it is acknowledged. */
  send(name: string, data: Readonly<Record<string, unknown>>): Promise<void>;
  /** Sends many events, a thousand per request. */
  sendAll(events: readonly SentEvent[]): Promise<void>;
  close(): Promise<void>;
}

/** An event to send. */
export interface SentEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const eventsPerRequest = 1_000;
const syncDeadlineMs = 10_000;

/** Starts both and waits until the functions are known. */
export async function startBed(options: {
  readonly functions: readonly number[];
  readonly synchronous: "full" | "normal";
  /** Fills the data folder before the server starts. */
  readonly prepare?: (dataDir: string) => Promise<void>;
}): Promise<Bed> {
  const server = await startServerProcess(options.synchronous, options.prepare);
  const app = await startRawApp({
    serverUrl: server.url,
    signingKeyHash: server.signingKeyHash,
    functions: options.functions,
  });
  await syncApp(app);
  const agent = new Agent({ connections: 64 });
  const post = async (body: SentEvent | readonly SentEvent[]) => {
    const answer = await agent.request({
      origin: server.url,
      path: `/e/${server.eventKey}`,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`the event was refused: ${text}`);
  };
  return {
    app,
    server,
    send: (name, data) => post({ name, data }),
    async sendAll(events) {
      for (let start = 0; start < events.length; start += eventsPerRequest) {
        await post(events.slice(start, start + eventsPerRequest));
      }
    },
    async close() {
      await agent.close();
      await app.close();
      await server.stop();
    },
  };
}

async function syncApp(app: RawApp): Promise<void> {
  const deadline = performance.now() + syncDeadlineMs;
  while (performance.now() < deadline) {
    if ((await fetch(app.url, { method: "PUT" })).status === 200) return;
    await delay(50);
  }
  throw new Error("the app could not be synced");
}
