// The floor: what a call and a durable commit cost without an engine around them.
// Run as a process of its own, like the server: `floor-process <app url> <full|normal> <inFlight> <calls>`; prints JSON.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { Agent } from "undici";

const [appUrl = "", synchronous = "full", inFlight = "1", calls = "1000"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "stepwright-floor-"));
const db = new Database(join(folder, "floor.db"));
db.pragma("journal_mode = WAL");
db.pragma(`synchronous = ${synchronous}`);
db.exec("CREATE TABLE results (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
const insert = db.prepare("INSERT INTO results (body) VALUES (?)");
const agent = new Agent({ connections: Number(inFlight), pipelining: 1 });
const target = new URL(`${appUrl}?fnId=bench-steps-1&stepId=step`);

let waiting: { readonly body: string; readonly done: () => void }[] = [];

/** Commits whatever is ready in one transaction, as the engine does. */
function commit(body: string): Promise<void> {
  return new Promise((done) => {
    if (waiting.length === 0) setImmediate(flush);
    waiting.push({ body, done });
  });
}

function flush(): void {
  const batch = waiting;
  waiting = [];
  db.exec("BEGIN IMMEDIATE");
  for (const { body } of batch) insert.run(body);
  db.exec("COMMIT");
  for (const { done } of batch) done();
}

const request = JSON.stringify({ ctx: { run_id: "floor" }, event: { data: {} }, events: [{ data: {} }], steps: {} });
let left = Number(calls);
const latencies: number[] = [];

async function worker(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const start = performance.now();
    const answer = await agent.request({
      origin: target.origin,
      path: target.pathname + target.search,
      method: "POST",
      headers: { "content-type": "application/json" },
      body: request,
    });
    await commit(await answer.body.text());
    latencies.push(performance.now() - start);
  }
}

const start = performance.now();
await Promise.all(Array.from({ length: Number(inFlight) }, worker));
const seconds = (performance.now() - start) / 1000;
process.stdout.write(`${JSON.stringify({ perSecond: Number(calls) / seconds, latencies })}\n`);
await agent.close();
db.close();
rmSync(folder, { recursive: true, force: true });
