// The server is killed five times under load, at moments that cover every phase of its work, and started again.
// The application's own books must be right afterwards: nothing lost, nothing ended twice, and repeated only what was under way.
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { majors, startExampleApp, type ExampleApp } from "../harness/example-app.ts";
import { until } from "../harness/poll.ts";
import { useScope } from "../harness/scope.ts";
import { seededRandom } from "../harness/seeded-random.ts";
import { serverApi } from "../harness/server-api.ts";

const eventCount = 500;
const callsAtOnce = 10;
const scope = useScope();

describe.each(majors)("SDK $major", ({ major }) => {
  test("500 events outlive five kills", { timeout: 180_000 }, async () => {
    const random = seededRandom();
    process.stdout.write(`kill.test.ts ${major}: SEED=${random.seed}\n`);
    let server = await scope.startServer({ args: ["--calls-per-app", String(callsAtOnce), "--retry-interval", "0.5"] });
    const app = await startExampleApp(scope, { major, program: "orders", serverUrl: server.url });
    expect(await server.addApp(app.url)).toMatchObject({ status: "synced" });

    const executed = (step: string): number => Number(app.value(`SELECT count(*) FROM step_executions WHERE step = '${step}'`));
    const sender = sendOrders(server.url);
    // Each phase, and a moment in it that is different with every seed.
    const moments: readonly [phase: string, hasCome: () => boolean][] = [
      ["events come in", after(() => sender.acknowledged(), random.between(1, 200))],
      ["calls are in flight", after(() => executed("charge"), random.between(50, 250))],
      ["answers are committed", after(() => app.emails().length, random.between(260, 480))],
      ["runs sleep and are tried again", after(() => executed("charge"), eventCount)],
      ["parallel steps end", after(() => executed("pack"), random.between(50, 450))],
    ];
    for (const [phase, hasCome] of moments) {
      await until(hasCome, { timeoutMs: 60_000, everyMs: 1, describe: () => `the time when ${phase}` });
      await pause(random.between(0, 30));
      await server.kill();
      server = await scope.restart(server);
    }
    const ids = await sender.done;
    await until(async () => (await server.info()).runs.completed >= eventCount, {
      timeoutMs: 60_000,
      everyMs: 50,
      describe: () => `all runs completed; steps executed: ${JSON.stringify(countBy(app.executions().map(({ step }) => step)))}`,
    });
    await checkBooks(server.url, app, ids);
  });
});

function after(count: () => number, wanted: number): () => boolean {
  return () => count() >= wanted;
}

/** Sends all orders, ten at a time, and each list again until it is acknowledged. */
function sendOrders(url: string): { acknowledged(): number; readonly done: Promise<readonly string[]> } {
  const api = serverApi(url);
  const ids: string[] = [];
  const lists = Array.from({ length: eventCount / 10 }, (_, list) =>
    Array.from({ length: 10 }, (_unused, index) => ({ name: "order/placed", id: `order-${list * 10 + index}`, data: { n: list * 10 + index } })),
  );
  const work = async (): Promise<void> => {
    for (let list = lists.shift(); list !== undefined; list = lists.shift()) {
      const events = list;
      const accepted = await until(() => api.send(events).catch(() => null), { everyMs: 20, timeoutMs: 60_000, describe: () => "the events are acknowledged" });
      ids.push(...accepted);
    }
  };
  const done = Promise.all([work(), work(), work()]).then(() => ids);
  return { acknowledged: () => ids.length, done };
}

async function checkBooks(url: string, app: ExampleApp, ids: readonly string[]): Promise<void> {
  const api = serverApi(url);
  expect(new Set(ids).size).toBe(eventCount);

  // One run for each order, and each has ended once, with its result.
  const rows = await api.runs();
  expect(rows.map(({ status }) => status)).toEqual(Array.from({ length: eventCount }, () => "completed"));
  const runs = await Promise.all(rows.map(({ id }) => api.run(id)));
  expect(runs.map(({ output }) => (output as { readonly n: number }).n).toSorted((a, b) => a - b)).toEqual(Array.from({ length: eventCount }, (_, n) => n));
  const finished = await api.events({ name: "inngest/function.finished", internal: "true" });
  const ends = await Promise.all(finished.map(({ internalId }) => api.event(internalId)));
  const endedRuns = ends.map(({ data }) => (data as { readonly run_id: string }).run_id);
  expect(endedRuns.toSorted()).toEqual(rows.map(({ id }) => id).toSorted());

  // Every step of every run was executed, and again only if a kill came between its execution and its commit.
  const executions = app.executions();
  const once = new Set(executions.map(({ runId, step, attempt }) => `${runId} ${step} ${attempt}`));
  const steps = new Set(executions.map(({ runId, step }) => `${runId} ${step}`));
  expect(steps.size).toBe(eventCount * 4 + eventCount / 10);
  const repeated = executions.length - once.size;
  process.stdout.write(`kill.test.ts: ${executions.length} executions, ${repeated} repeated\n`);
  expect(repeated).toBeLessThanOrEqual(5 * callsAtOnce);
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
