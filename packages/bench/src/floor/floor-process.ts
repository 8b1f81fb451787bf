// The floor: the least that an engine with the same guarantees must do, and nothing else. It stands where the server stands,
// in a process of its own between the same sender and the same app, so that a ratio of two figures compares engines alone.
//
// What it does, because every engine must:
// - an event comes in over HTTP (bare Fastify), is parsed, gets an id, is stored, and is acknowledged after that commit;
// - the app is called over a kept connection, with the event and the results so far; its answer is parsed;
// - the result of a call is committed before the next call of its run, a checkpoint before it is answered;
// - what is ready in the same moment shares one transaction; the database is SQLite in WAL mode, synced before
//   anything is reported when the server is to be, in the same way: beside the event loop where the disk is slow.
// What it leaves out: matching, queue, leases, retries, flow control, signatures, checks, history for people, recovery.
// A row is an id and a text without a secondary index. From those rows a run could be taken up again, so they are enough.
//
// `floor-process <database file> <full|normal> [signing key]` prints its URL. With a key it signs its calls, as the published
// SDKs want; the minimal app does not look, and the floor below it does not pay. With `:memory:` it is the ceiling of an SDK:
// calls answered directly, nothing stored.
import { createHmac } from "node:crypto";
import Database from "better-sqlite3";
import fastify from "fastify";
import { Agent } from "undici";
import { groupCommit } from "./group-commit.ts";
import { logSync } from "./log-sync.ts";

const [file = "", synchronous = "full", signingKey = ""] = process.argv.slice(2);
const db = new Database(file);
db.pragma("journal_mode = WAL");
// With `full` SQLite would wait for the disk inside COMMIT: the log is synced by ourselves, as the server does it.
db.pragma("synchronous = normal");
db.exec("CREATE TABLE events (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
db.exec("CREATE TABLE results (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, body TEXT NOT NULL) STRICT");
const insertEvent = db.prepare("INSERT INTO events (body) VALUES (?)");
const insertResult = db.prepare("INSERT INTO results (run, body) VALUES (?, ?)");
const isSynced = synchronous === "full" && file !== ":memory:";
const commit = groupCommit(db, isSynced ? logSync(file) : () => null);
const agent = new Agent({ connections: 128, pipelining: 1 });
const http = fastify({ bodyLimit: 32 * 1024 * 1024 });

const plainHeaders = { "content-type": "application/json" };

interface Event {
  readonly name: string;
  readonly data: object;
}

interface Op {
  readonly op: string;
  readonly id: string;
  readonly data?: unknown;
}

let app: URL | null = null;
let runs = 0;

http.post("/fn/register", async (request) => {
  app = new URL((request.body as { readonly url: string }).url);
  return { ok: true };
});

http.post("/e/:key", async (request) => {
  const events = [request.body as Event | readonly Event[]].flat();
  const ids = await commit(() => events.map((event) => insertEvent.run(JSON.stringify(event)).lastInsertRowid));
  for (const event of events) if (event.name !== "bench/nobody") void execute(event);
  return { ids: ids.map(String), status: 200 };
});

http.post("/v1/checkpoint/:runId/async", async (request, reply) => {
  const { steps } = request.body as { readonly steps: readonly Op[] };
  const run = Number((request.params as { readonly runId: string }).runId);
  await commit(() => {
    for (const step of steps) insertResult.run(run, JSON.stringify(step.data));
  });
  return reply.send("");
});

/** Calls the function that an event is for, `bench/<name>`, until it has no more steps. */
async function execute(event: Event): Promise<void> {
  runs += 1;
  const run = runs;
  const functionId = `bench-${event.name.slice("bench/".length)}`;
  const memos: { readonly id: string; readonly text: string }[] = [];
  const call = async (stepId: string): Promise<{ readonly isOver: boolean; readonly planned: readonly Op[] }> => {
    const answer = await post(functionId, stepId, requestBody({ run, functionId, event, memos }));
    if (answer.status === 200) {
      await commit(() => insertResult.run(run, answer.text));
      return { isOver: true, planned: [] };
    }
    if (answer.status !== 206) throw new Error(`the app answered ${answer.status}: ${answer.text}`);
    const ops = JSON.parse(answer.text) as readonly Op[];
    for (const { op, id, data } of ops)
      if (op === "StepRun") memos.push({ id, text: `"${id}":{"data":${JSON.stringify(data)}}` });
    // Planned steps are in the answer that is stored, too: after a crash it is known what is to be called.
    await commit(() => insertResult.run(run, answer.text));
    return {
      isOver: ops.some(({ op }) => op === "RunComplete"),
      planned: ops.filter(({ op }) => op === "StepPlanned"),
    };
  };
  for (let isOver = false; !isOver;) {
    const answer = await call("step");
    await Promise.all(answer.planned.map(({ id }) => call(id)));
    ({ isOver } = answer);
  }
}

/** The body as the protocol has it, with its keys in the order that signatures want. */
function requestBody(o: {
  readonly run: number;
  readonly functionId: string;
  readonly event: Event;
  readonly memos: readonly { readonly id: string; readonly text: string }[];
}): string {
  const { run, functionId, event } = o;
  const memos = signingKey === "" ? o.memos : o.memos.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const stack = `{"current":${memos.length},"stack":[${o.memos.map(({ id }) => `"${id}"`).join(",")}]}`;
  const ctx =
    `{"attempt":0,"disable_immediate_execution":false,"env":"","fn_id":"${functionId}","generation_id":1,"job_id":"${run}",` +
    `"max_attempts":4,"qi_id":"${run}","request_id":"${run}","run_id":"${run}","stack":${stack},"step_id":"step","use_api":false}`;
  const text = `{"data":${JSON.stringify(event.data)},"id":"${run}","name":"${event.name}","ts":1795469168451,"user":{}}`;
  const steps = memos.map((memo) => memo.text).join(",");
  return `{"ctx":${ctx},"event":${text},"events":[${text}],"steps":{${steps}},"use_api":false,"version":-1}`;
}

async function post(functionId: string, stepId: string, body: string): Promise<{ status: number; text: string }> {
  if (app === null) throw new Error("no app has registered");
  const answer = await agent.request({
    origin: app.origin,
    path: `${app.pathname}?fnId=${functionId}&stepId=${stepId}`,
    method: "POST",
    headers: signingKey === "" ? plainHeaders : { ...plainHeaders, "x-inngest-signature": signatureOf(body) },
    body,
  });
  return { status: answer.statusCode, text: await answer.body.text() };
}

function signatureOf(body: string): string {
  const at = Math.floor(Date.now() / 1_000);
  const mac = createHmac("sha256", signingKey).update(body).update(String(at)).digest("hex");
  return `t=${at}&s=${mac}`;
}

const url = await http.listen({ host: "127.0.0.1", port: 0 });
process.stdout.write(`listening ${url}\n`);
process.once("SIGTERM", () => process.exit(0));
