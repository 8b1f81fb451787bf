// Searches: what people look for in 1,000,000 runs, in the store; and what the index costs that they are answered from.
import process from "node:process";
import { type FunctionId, millis } from "@stepwright/protocol";
import { parseSearch, type RunFilter, type SearchQuery, type Storage } from "@stepwright/storage";
import { openSqliteStorage } from "@stepwright/storage-sqlite";
import { addTexts, textsOf } from "../big-database/add-texts.ts";
import { type Figure, figure } from "../figure.ts";
import { latencyOf } from "../latency.ts";
import { timeRead } from "../time-read.ts";

const pageSize = 50;
/** As the runtime does it. */
const weightMax = 50;
const bytesPerMegabyte = 1_000_000;

/** Indexes a database with texts and searches in it. */
export async function measureSearches(file: string, reads: number): Promise<readonly Figure[]> {
  addTexts(file);
  const storage = openSqliteStorage({ file, synchronous: "full", now: millis(Date.now()) });
  try {
    const figures = [...(await measureIndexing(storage))];
    for (const read of await searchReads(storage)) figures.push(await timeRead(read, reads));
    return figures;
  } finally {
    await storage.close();
  }
}

/** How long the event loop is held up by a piece, what a text costs and how much room all take. */
async function measureIndexing(storage: Storage): Promise<readonly Figure[]> {
  const before = await storage.stats();
  const cpu = process.cpuUsage();
  const times: number[] = [];
  let texts = 0;
  for (let isCurrent = false; !isCurrent;) {
    const start = performance.now();
    const piece = await storage.search.catchUp({ weightMax });
    times.push(performance.now() - start);
    texts += piece.indexed;
    ({ isCurrent } = piece);
  }
  const { user, system } = process.cpuUsage(cpu);
  const after = await storage.stats();
  const { p50, p99 } = latencyOf(times);
  const grown = after.bytes - after.freeBytes - (before.bytes - before.freeBytes);
  const counts = { texts };
  return [
    figure({ id: "lists/index/piece", title: "index: a piece of work", value: p50, unit: "ms", p99, counts }),
    figure({ id: "lists/index/cpu", title: "index: CPU per run or event", value: (user + system) / texts, unit: "µs" }),
    figure({
      id: "lists/index/size",
      title: "index: growth of the database",
      value: grown / bytesPerMegabyte,
      unit: "MB",
    }),
  ];
}

async function searchReads(storage: Storage) {
  const { functions } = await storage.registry.load();
  const functionId = (slug: string): FunctionId => {
    const found = functions.find((fn) => fn.slug === slug);
    if (found === undefined) throw new Error(`the database has no function ${slug}`);
    return found.id;
  };
  const { items } = await storage.events.list({}, { cursor: null, limit: 1 });
  const { email, order } = textsOf(items[0]?.event.seq ?? 0);
  const [run] = (await storage.runs.list({ statuses: ["completed"] }, { cursor: null, limit: 1 })).items;
  const waiting = functionId("bench-wait");
  const searches: readonly (readonly [title: string, text: string, filter: RunFilter])[] = [
    ["a word of every run", '"example"', {}],
    ["a word of a quarter of the runs", '"door"', {}],
    ["a rare word", "porcelain", {}],
    ["a word that is nowhere", "nowhere", {}],
    ["two frequent words that never meet", "door requested", {}],
    ["a phrase", '"back door"', {}],
    ["a phrase of frequent words that is nowhere", '"door back"', {}],
    ["an email", email, {}],
    ["an order number", order, {}],
    ["the beginning of a frequent word", "exam", {}],
    ["the beginning of too many words", "ord_1", {}],
    ["a run's id", run?.id ?? "", {}],
    ["error text", '"no luck today"', {}],
    ["a word of every run, failed", '"example"', { statuses: ["failed"] }],
    ["a word of every run, status and function", '"example"', { statuses: ["cancelled"], functionId: waiting }],
    [
      "a word of every run, status and function that never meet",
      '"example"',
      { statuses: ["completed"], functionId: waiting },
    ],
    ["a word of every run, queued, of which there is none", '"example"', { statuses: ["queued"] }],
  ];
  const page = { cursor: null, limit: pageSize };
  const runReads = searches.map(([title, text, filter], index) => ({
    id: `lists/store/search-${index + 1}`,
    title: `search: ${title}`,
    run: async () => (await storage.runs.search(queryOf(text), filter, page)).items.length,
  }));
  const eventReads = (["porcelain", email, "door requested"] as const).map((text, index) => ({
    id: `lists/store/search-events-${index + 1}`,
    title: `search in events: ${["a rare word", "an email", "two frequent words that never meet"][index] ?? ""}`,
    run: async () => (await storage.events.search(queryOf(text), {}, page)).items.length,
  }));
  return [...runReads, ...eventReads];
}

function queryOf(text: string): SearchQuery {
  const parsed = parseSearch(text);
  if (parsed.kind === "invalid") throw new Error(parsed.reason);
  return parsed.query;
}
