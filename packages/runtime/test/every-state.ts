// A database with a run in every state that there is and a row in every table, left behind by a server that was killed.
import type { JsonObject, RunId } from "@stepwright/protocol";
import { createManualClock, type ManualClock } from "./manual-clock.ts";
import { openRuntime } from "./open-runtime.ts";
import {
  type AppAnswer,
  done,
  type Handler,
  ops,
  startTestApp,
  stepRun,
  type TestApp,
  type TestFunction,
} from "./test-app.ts";

/** What was left behind. */
export interface LeftBehind {
  readonly clock: ManualClock;
  readonly app: TestApp;
  /** Runs that have not ended, by what they do. */
  readonly unfinished: ReadonlyMap<string, RunId>;
}

const second = 1_000;
const hour = 3_600 * second;

const wait = (id: string, event: string) => ({
  op: "WaitForEvent",
  id,
  name: event,
  displayName: id,
  opts: { event, timeout: "7d", if: "event.data.key == async.data.key" },
});
const sleep = (id: string, duration: string) => ({
  op: "Sleep",
  id,
  name: duration,
  displayName: id,
  opts: {},
});
const once =
  (op: JsonObject & { readonly id: string }): Handler =>
  ({ steps }) =>
    op.id in steps ? done() : ops(op);
const nap = once(sleep("nap", "1h"));

/** The functions. What `hang` is asked for is answered when it resolves. */
export function everyFunction(hang: Promise<AppAnswer>): readonly TestFunction[] {
  return [
    { name: "done", handle: ({ steps }) => ("a" in steps ? done() : ops(stepRun("a", { text: "x".repeat(50) }))) },
    { name: "fail", retries: 0, handle: () => ({ status: 500, body: { name: "Error", message: "no" } }) },
    { name: "handler", triggers: [{ event: "inngest/function.failed" }], handle: () => done() },
    { name: "stopped", flow: { cancel: [{ event: "test/stop" }] }, handle: once(sleep("nap", "30d")) },
    { name: "sleep", flow: { timeouts: { start: "10h", finish: "10d" } }, handle: nap },
    {
      name: "wait",
      flow: { cancel: [{ event: "test/never", if: "event.data.key == async.data.key" }] },
      handle: once(wait("w", "test/go")),
    },
    {
      name: "signal",
      handle: once({
        op: "WaitForSignal",
        id: "s",
        name: "s",
        displayName: "s",
        opts: { signal: "green", timeout: "7d" },
      }),
    },
    {
      name: "invoke",
      handle: once({
        op: "InvokeFunction",
        id: "i",
        name: "i",
        displayName: "i",
        opts: { function_id: "shop-sleep", payload: { data: {} }, timeout: "7d" },
      }),
    },
    {
      name: "retry",
      retries: 3,
      handle: ({ attempt }) => (attempt === 0 ? { status: 500, body: { message: "no" } } : done()),
    },
    {
      name: "group",
      handle: ({ steps }) => ("a" in steps && "b" in steps ? done() : ops(sleep("a", "1h"), wait("b", "test/go"))),
    },
    { name: "later", handle: () => done() },
    { name: "hang", handle: () => hang },
    { name: "cron", triggers: [{ cron: "0 0 1 1 *" }], handle: () => done() },
    { name: "one-call", flow: { concurrency: 1 }, handle: () => hang },
    { name: "one-run", flow: { concurrency: { fn: [{ limit: 1 }] } }, handle: nap },
    { name: "paced", flow: { throttle: { limit: 1, period: "30m" } }, handle: () => done() },
    { name: "single", flow: { singleton: { mode: "skip" } }, handle: nap },
    { name: "rated", flow: { rateLimit: { limit: 1, period: "1h" } }, handle: () => done() },
    { name: "quiet", flow: { debounce: { period: "10m" } }, handle: () => done() },
    { name: "many", handle: nap },
    { name: "batched", flow: { batchEvents: { maxSize: 10, timeout: "600s" } }, handle: () => done() },
  ];
}

/** Runs a server into all these states and kills it. */
export async function leaveEverything(file: string): Promise<LeftBehind> {
  const clock = createManualClock();
  const server = await openRuntime({ file, clock });
  const app = await startTestApp("shop", everyFunction(new Promise(() => undefined)));
  app.registersAt(server.runtime);
  await server.runtime.apps.add(app.url);
  const unfinished = new Map<string, RunId>();
  const begin = async (name: string, fields: JsonObject = {}) => {
    const id = await server.send(`test/${name}`, { data: { key: "k" }, ...fields });
    const [run] = await server.storage.runs.startedBy(id);
    if (run !== undefined) unfinished.set(unfinished.has(name) ? `${name} again` : name, run.id);
  };
  const names = ["done", "fail", "stopped", "sleep", "wait", "signal", "invoke", "retry", "group", "single", "one-run"];
  for (const name of [...names, "single", "one-run", "paced", "paced", "rated", "rated", "quiet", "batched", "batched"])
    await begin(name);
  await begin("later", { ts: clock.now() + hour });
  await begin("done", { id: "twice" });
  await begin("done", { id: "twice" });
  await server.runtime.idle();
  await server.send("test/stop");
  await server.runtime.idle();
  await attachAndCancel(server, clock, begin);
  // The index has everything until here, open runs included, and is behind from here on.
  while (!(await server.storage.search.catchUp({ weightMax: 50 })).isCurrent);
  // These hang until the end, so that nothing is idle from here on.
  const callsBefore = app.calls.length;
  for (const name of ["hang", "one-call", "one-call"]) await begin(name);
  await app.called(callsBefore + 2);
  for (const [name, runId] of unfinished) {
    const run = await server.storage.runs.get(runId);
    if (run?.status !== "queued" && run?.status !== "running") unfinished.delete(name);
  }
  await server.storage.close();
  return { clock, app, unfinished };
}

/** Cancels runs in bulk and attaches metadata to one of them. */
async function attachAndCancel(
  { runtime, storage }: Awaited<ReturnType<typeof openRuntime>>,
  clock: ManualClock,
  begin: (name: string) => Promise<void>,
): Promise<void> {
  await begin("many");
  await begin("many");
  await runtime.idle();
  const [run] = (await storage.runs.list({}, { cursor: null, limit: 1 })).items;
  if (run === undefined) throw new Error("a run was started");
  const target = { stepId: null, attempt: null, spanId: null };
  await runtime.putMetadata(run.id, [{ target, kind: "userland.order", op: "set", values: { total: 12 } }]);
  // Only runs of the past are cancelled.
  clock.move(1);
  const request = { functionSlug: "shop-many", startedAfter: null, startedBefore: clock.now(), if: null };
  await runtime.cancellations.ask(request);
  await runtime.idle();
}
