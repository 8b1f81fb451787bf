// Drives the mix: sends events at a steady pace, ends waits, reads the API, keeps dashboards open and syncs again and again.
import { setTimeout as delay } from "node:timers/promises";
import { Agent, request } from "undici";
import type { ServerProcess } from "./server-process.ts";
import type { SoakApp } from "./soak-app.ts";

/** What was done so far. */
export interface Done {
  readonly sent: number;
  readonly refused: number;
  readonly reads: number;
  readonly liveMessages: number;
  readonly errors: ReadonlyMap<string, number>;
}

/** A drive under way. */
export interface Drive extends Done {
  /** When an event of `steps` was sent, by its number; taken out when it is asked for. */
  takeSentAt(number: number): number | undefined;
  /** Sends nothing more; resolves when everything under way has come back. */
  stop(): Promise<void>;
}

/** Names in the order of a round; those that come often are named often. */
const round =
  "steps steps steps steps parallel sleep wait signal fetch invoke checkpoint cancelled flaky doomed garbage concurrency throttle rate debounce batch singleton priority wait nobody".split(
    " ",
  );

/** Starts driving with this many events a second. */
export function startDrive(server: ServerProcess, app: SoakApp, eventsPerSecond: number): Drive {
  const stopper = new AbortController();
  const agent = new Agent({ connections: 32 });
  const errors = new Map<string, number>();
  const sentAt = new Map<number, number>();
  const counts = { sent: 0, refused: 0, reads: 0, liveMessages: 0 };
  const loops: Promise<void>[] = [];

  const note = (what: string): void => void errors.set(what, (errors.get(what) ?? 0) + 1);
  const ask = async (method: "GET" | "POST", path: string, body?: unknown): Promise<unknown> => {
    const answer = await request(`${server.url}${path}`, {
      method,
      dispatcher: agent,
      headers: { authorization: server.bearer, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode === 429) counts.refused += 1;
    else if (answer.statusCode >= 400 && answer.statusCode !== 404)
      note(`${method} ${path.split("/", 3).join("/")}: ${answer.statusCode}`);
    return text === "" ? null : JSON.parse(text);
  };
  const every = (ms: number, work: () => Promise<void>): void => {
    const loop = async (): Promise<void> => {
      let dueAt = performance.now();
      while (!stopper.signal.aborted) {
        await work().catch((error: unknown) => note(String(error)));
        dueAt = Math.max(dueAt + ms, performance.now() - 1_000);
        await pause(dueAt - performance.now());
      }
    };
    loops.push(loop());
  };
  const pause = async (ms: number): Promise<void> => {
    await delay(Math.max(0, ms), undefined, { signal: stopper.signal }).catch(() => undefined);
  };

  const later = (ms: number, work: () => Promise<unknown>): void => {
    void pause(ms)
      .then(work)
      .catch((error: unknown) => note(String(error)));
  };
  const watch = async (ms: number): Promise<void> => {
    const end = AbortSignal.any([stopper.signal, AbortSignal.timeout(ms)]);
    try {
      const answer = await fetch(`${server.url}/api/live`, { headers: { authorization: server.bearer }, signal: end });
      for await (const _ of answer.body ?? []) counts.liveMessages += 1;
    } catch (error) {
      if (!end.aborted) throw error;
    }
  };

  let number = 0;
  const sendOne = async (): Promise<void> => {
    number += 1;
    const name = round[number % round.length] ?? "nobody";
    const data = { n: number, key: number, group: `g${number % 7}`, text: "t".repeat(200) };
    if (name === "steps") sentAt.set(number, performance.now());
    counts.sent += 1;
    void ask("POST", `/e/${server.eventKey}`, { name: `soak/${name}`, data }).catch((error: unknown) =>
      note(String(error)),
    );
    if (name === "wait" && number % 5 !== 0)
      later(1_000, () => ask("POST", `/e/${server.eventKey}`, { name: "soak/go", data }));
    if (name === "signal" && number % 5 !== 0)
      later(1_000, () => ask("POST", "/v1/signals", { signal: `go-${number}`, data }));
    if (name === "cancelled" && number % 5 !== 0)
      later(2_000, () => ask("POST", `/e/${server.eventKey}`, { name: "soak/stop", data }));
  };
  every(1_000 / eventsPerSecond, sendOne);
  every(500, async () => {
    counts.reads += 1;
    const page = (await ask("GET", "/api/runs?limit=50")) as { items: readonly { id: string }[] };
    const [first] = page.items;
    if (first !== undefined) await ask("GET", `/api/runs/${first.id}`);
    await ask("GET", "/api/runs?status=failed&limit=50");
    await ask("GET", "/api/events?limit=50");
    await ask("GET", "/api/functions/soak-concurrency/queue");
    await ask("GET", "/v1/events?limit=20");
  });
  let syncs = 0;
  every(15_000, () => app.register({ description: `sync ${(syncs += 1)}` }));
  for (let page = 0; page < 4; page += 1) {
    // The last one is a page that somebody reloads.
    every(1_000, () => watch(page === 3 ? 5_000 : 600_000));
  }
  return {
    get sent() {
      return counts.sent;
    },
    get refused() {
      return counts.refused;
    },
    get reads() {
      return counts.reads;
    },
    get liveMessages() {
      return counts.liveMessages;
    },
    errors,
    takeSentAt(of) {
      const at = sentAt.get(of);
      sentAt.delete(of);
      return at;
    },
    async stop() {
      stopper.abort();
      await Promise.all(loops);
      await agent.close();
    },
  };
}
