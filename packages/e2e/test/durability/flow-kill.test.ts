// The server is killed again and again while runs wait at limits, in debounces, in batches and for singletons. The app is
// the witness: never more at once than a limit allows, every acknowledged event in one run, batch or recorded drop, and
// in the end no slot, lock, window or batch left.
import { createChance } from "@stepwright/test-parts";
import { describe, expect, test, vi } from "vitest";
import { serveApp } from "../harness/app.ts";
import { until } from "@stepwright/test-parts";
import { useScope } from "../harness/scope.ts";
import { sdks } from "../harness/sdk.ts";
import type { OutgoingEvent } from "../harness/server-api.ts";
import type { ServerProcess } from "../harness/server-process.ts";
import { seedOfTest } from "./seeded.ts";

const kills = 5;
const eventsPerKind = 60;
const keys = ["a", "b", "c"] as const;
const kinds = ["limited", "counted", "throttled", "rated", "debounced", "batched", "single", "replaced"] as const;
type Kind = (typeof kinds)[number];

/** Most calls of one key at once. What a kill leaves behind in the app may run beside as many new ones. */
const limits: Partial<Readonly<Record<Kind, number>>> = { limited: 2, counted: 3, single: 1 };
const leftBehind = 2;

const scope = useScope();
vi.setConfig({ testTimeout: 240_000 });

interface Seen {
  /** Batches and single events that runs were called with, by run. */
  readonly eventsOf: Map<string, ReadonlySet<string>>;
  readonly atOnce: Map<string, number>;
  readonly most: Map<string, number>;
}

describe.each(sdks)("kills amid flow control with SDK $name", (sdk) => {
  test("no limit is exceeded, nothing is lost or doubled, and nothing stays taken", async () => {
    const seed = seedOfTest();
    process.stdout.write(`flow kill test, SDK ${sdk.name}: SEED=${seed}\n`);
    const { fraction } = createChance(seed);
    let server: ServerProcess = await scope.startServer({ args: ["--no-poll", "--no-retry-jitter"] });
    const seen: Seen = { eventsOf: new Map(), atOnce: new Map(), most: new Map() };
    const app = await serveApp(server, sdk, ({ define, event }) => {
      const make = (kind: Kind, options: object) =>
        define({ id: kind, ...options }, { event: event(kind) }, async ({ events, step, runId }) => {
          seen.eventsOf.set(runId, new Set(events.map((one) => one.id)));
          const key = `${kind} ${String(events[0]?.data["key"])}`;
          await step.run("first", () => count(seen, key, runId));
          // Whole seconds: SDK v3 knows no others.
          await step.sleep("nap", "1s");
          await step.run("second", () => count(seen, key, runId));
        });
      const key = "event.data.key";
      return [
        make("limited", { concurrency: [{ limit: 2, key }, { limit: 5 }] }),
        make("counted", { concurrency: { limit: 3 } }),
        make("throttled", { throttle: { limit: 20, period: "1s", burst: 5, key } }),
        make("rated", { rateLimit: { limit: 10, period: "10m", key } }),
        make("debounced", { debounce: { period: "1s", timeout: "3s", key } }),
        make("batched", { batchEvents: { maxSize: 7, timeout: "2s", key } }),
        make("single", { singleton: { mode: "skip", key } }),
        make("replaced", { singleton: { mode: "cancel", key } }),
      ];
    });

    const acknowledged: OutgoingEvent[] = [];
    const left = Array.from({ length: eventsPerKind * kinds.length }, (_, index): OutgoingEvent => {
      const kind = kinds[index % kinds.length] ?? "limited";
      const key = keys[Math.floor(index / kinds.length) % keys.length];
      return { id: `${app.id}-${index}`, name: app.event(kind), data: { key } };
    });
    const perPart = Math.ceil(left.length / kills);
    for (let part = 0; part < kills; part += 1) {
      const batch = left.slice(part * perPart, (part + 1) * perPart);
      const killAfter = Math.floor(fraction() * batch.length);
      for (const [index, event] of batch.entries()) {
        const sending = server.send(event).then(
          () => true,
          () => false,
        );
        if (index === killAfter) {
          await server.kill();
          server = await scope.restart(server);
        }
        // Nobody knows whether it was taken: a careful client sends it again.
        if (!(await sending)) await server.send(event);
        acknowledged.push(event);
      }
    }

    await until(async () => ((await isQuiet(server, app.id)) ? true : null), {
      timeoutMs: 120_000,
      everyMs: 250,
      describe: () => "every run ends, and nothing waits any more",
    });

    await checkFates(server, acknowledged, seen);
    for (const [kind, limit] of Object.entries(limits)) {
      for (const key of keys) {
        const most = seen.most.get(`${kind} ${key}`) ?? 0;
        expect({ kind, key, isWithin: most <= limit * leftBehind, most }).toMatchObject({ isWithin: true });
      }
    }
    // Whatever was held is free again: one more of each kind gets through.
    for (const kind of kinds.filter((one) => one !== "rated")) {
      const [eventId = ""] = await server.send({ name: app.event(kind), data: { key: "a" } });
      const [run] = await server.runsOf(eventId);
      expect([kind, (await server.ended(run?.id ?? "")).status]).toEqual([kind, "completed"]);
    }
  });
});

/** Counts the calls that run a step of one key at once. */
async function count(seen: Seen, key: string, runId: string): Promise<string> {
  const change = (by: number): number => {
    const now = (seen.atOnce.get(key) ?? 0) + by;
    seen.atOnce.set(key, now);
    return now;
  };
  seen.most.set(key, Math.max(seen.most.get(key) ?? 0, change(1)));
  await new Promise(setImmediate);
  change(-1);
  return runId;
}

async function isQuiet(server: ServerProcess, appId: string): Promise<boolean> {
  const { queue } = await server.info();
  if (queue.due + queue.future > 0) return false;
  const open = await server.runs({ app: appId, status: "queued,running" });
  return open.length === 0;
}

/** Each event is in exactly one run, or has exactly one record that says why it started none. */
async function checkFates(server: ServerProcess, events: readonly OutgoingEvent[], seen: Seen): Promise<void> {
  const stored = new Map((await allEvents(server)).map((event) => [event.id, event]));
  const ends = new Map<string, number>();
  for (const { id = "", name } of events) {
    const row = stored.get(id);
    if (row === undefined) throw new Error(`event ${id} was acknowledged and is not there`);
    const { runs, fates } = await server.event(row.internalId);
    expect([id, name, runs.length + fates.length]).toEqual([id, name, 1]);
    for (const fate of fates) expect([id, fate.kind]).toEqual([id, "notStarted"]);
    for (const run of runs) {
      ends.set(run.status, (ends.get(run.status) ?? 0) + 1);
      if (run.status === "completed") expect([id, seen.eventsOf.get(run.runId)?.has(id)]).toEqual([id, true]);
    }
  }
  process.stdout.write(`ends: ${JSON.stringify(Object.fromEntries(ends))}\n`);
  expect([...ends.keys()].filter((status) => !["completed", "skipped", "cancelled"].includes(status))).toEqual([]);
}

async function allEvents(server: ServerProcess) {
  const found = [];
  let cursor: string | null = null;
  do {
    const answer = await server.request("GET", `/api/events?limit=100${cursor === null ? "" : `&cursor=${cursor}`}`);
    const page = answer.json as {
      readonly items: readonly { readonly id: string; readonly internalId: string }[];
      readonly nextCursor: string | null;
    };
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}
