// Lists: every kind of list that the dashboard shows, on a database of 1,000,000 runs. In the store, through its port; and
// some of them as the page asks for them, over HTTP. And searches in the store, on a copy with texts to search in.
import { join } from "node:path";
import { type FunctionId, millis } from "@stepwright/protocol";
import type { EventFilter, RunFilter, Storage } from "@stepwright/storage";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import type { Figure } from "../figure.ts";
import type { Scenario, Size } from "../scenario.ts";
import { readApi } from "../server-api.ts";
import { startSubject, type Subject } from "../subject.ts";
import { type Read, timeRead } from "../time-read.ts";
import { measureSearches } from "./searches.ts";

const storedRuns: Readonly<Record<Size, number>> = { smoke: 200, full: 1_000_000 };
const reads: Readonly<Record<Size, number>> = { smoke: 2, full: 30 };
const pageSize = 50;
const day = 86_400_000;

export const lists: Scenario = {
  name: "lists",
  about:
    "Lists of runs and events by every filter, and searches, on 1,000,000 stored runs, in the store and over the API.",
  measure: async ({ size, synchronous, databases }) => {
    const found = await databases.withCopy(storedRuns[size], (dataDir) =>
      measureSearches(join(dataDir, "main.db"), reads[size]),
    );
    const listed = await databases.withCopy(storedRuns[size], async (dataDir) => {
      const inStore = await measureStore(join(dataDir, "main.db"), reads[size]);
      const subject = await startSubject({ kind: "server", synchronous, dataDir });
      try {
        return [...inStore, ...(await measureApi(subject, reads[size]))];
      } finally {
        await subject.stop();
      }
    });
    return [...listed, ...found];
  },
};

async function measureStore(file: string, count: number): Promise<readonly Figure[]> {
  const storage = openSqliteStorage({ file, synchronous: "full", now: millis(Date.now()) });
  try {
    const all = [...(await runReads(storage)), ...(await eventReads(storage)), ...otherReads(storage)];
    const figures: Figure[] = [];
    for (const read of all) figures.push(await timeRead({ ...read, id: `lists/store/${read.id}` }, count));
    return figures;
  } finally {
    await storage.close();
  }
}

async function runReads(storage: Storage): Promise<readonly Read[]> {
  const { apps, functions } = await storage.registry.load();
  const functionId = (slug: string): FunctionId => {
    const found = functions.find((fn) => fn.slug === slug);
    if (found === undefined) throw new Error(`the database has no function ${slug}`);
    return found.id;
  };
  const [app] = apps;
  if (app === undefined) throw new Error("the database has no app");
  const now = Date.now();
  const period = { queuedFrom: millis(now - 16 * day), queuedBefore: millis(now - 15 * day) };
  const filters: readonly (readonly [string, RunFilter])[] = [
    ["all runs", {}],
    ["runs: completed", { statuses: ["completed"] }],
    ["runs: failed", { statuses: ["failed"] }],
    ["runs: failed or cancelled", { statuses: ["failed", "cancelled"] }],
    ["runs: running", { statuses: ["running"] }],
    ["runs: queued, of which there is none", { statuses: ["queued"] }],
    ["runs of a function with many", { functionId: functionId("bench-steps-0") }],
    ["runs of a function with few", { functionId: functionId("bench-wait") }],
    ["runs of a function with none", { functionId: functionId("bench-gated") }],
    ["running runs of a function", { functionId: functionId("bench-wait"), statuses: ["running"] }],
    ["runs of an app", { appId: app.id }],
    ["failed runs of an app", { appId: app.id, statuses: ["failed"] }],
    ["runs by event", { triggerName: "bench/steps-1" }],
    ["completed runs by event", { triggerName: "bench/steps-1", statuses: ["completed"] }],
    ["runs of a day, two weeks ago", period],
    ["failed runs of a day, two weeks ago", { ...period, statuses: ["failed"] }],
    [
      "runs by function, event, status and day",
      { ...period, functionId: functionId("bench-wait"), triggerName: "bench/wait", statuses: ["cancelled"] },
    ],
  ];
  const middle = await storage.runs.list(period, { cursor: null, limit: 1 });
  const cursor = middle.items[0]?.id ?? null;
  const list = (filter: RunFilter, from: string | null) => async (): Promise<number> =>
    (await storage.runs.list(filter, { cursor: from, limit: pageSize })).items.length;
  return [
    ...filters.map(([title, filter], index) => ({ id: `runs-${index + 1}`, title, run: list(filter, null) })),
    { id: "runs-page", title: "all runs, a page from the middle", run: list({}, cursor) },
    {
      id: "runs-failed-page",
      title: "runs: failed, a page from the middle",
      run: list({ statuses: ["failed"] }, cursor),
    },
  ];
}

async function eventReads(storage: Storage): Promise<readonly Read[]> {
  const now = Date.now();
  const period = { receivedFrom: millis(now - 16 * day), receivedBefore: millis(now - 15 * day) };
  const filters: readonly (readonly [string, EventFilter])[] = [
    ["all events", {}],
    ["all events with internal ones", { includeInternal: true }],
    ["events by a frequent name", { name: "bench/steps-0" }],
    ["events by a rare name", { name: "bench/wait" }],
    ["events by a name that is not there", { name: "bench/none" }],
    ["events of a day, two weeks ago", period],
    ["events by name of a day, two weeks ago", { ...period, name: "bench/failing" }],
  ];
  return filters.map(([title, filter], index) => ({
    id: `events-${index + 1}`,
    title,
    run: async () => (await storage.events.list(filter, { cursor: null, limit: pageSize })).items.length,
  }));
}

function otherReads(storage: Storage): readonly Read[] {
  return [
    {
      id: "count",
      title: "runs by status, counted",
      run: async () => Object.keys(await storage.runs.countByStatus()).length,
    },
    { id: "depth", title: "depth of the queue", run: async () => (await storage.queue.depth()).future },
  ];
}

async function measureApi(subject: Subject, count: number): Promise<readonly Figure[]> {
  const paths: readonly (readonly [string, string, string])[] = [
    ["runs", "API: all runs", "/api/runs?limit=50"],
    ["runs-failed", "API: failed runs", "/api/runs?limit=50&status=failed"],
    ["runs-function", "API: running runs of a function", "/api/runs?limit=50&function=bench-wait&status=running"],
    ["events", "API: events", "/api/events?limit=50"],
    ["events-name", "API: events by name", "/api/events?limit=50&name=bench%2Ffailing"],
  ];
  const figures: Figure[] = [];
  for (const [id, title, path] of paths) {
    const run = async (): Promise<number> =>
      ((await readApi(subject, path)) as { readonly items: readonly unknown[] }).items.length;
    figures.push(await timeRead({ id: `lists/api/${id}`, title, run }, count));
  }
  return figures;
}
