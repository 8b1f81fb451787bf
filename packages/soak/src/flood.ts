// Events come faster than anybody can write them or work on them: memory, refusals, and whether anything acknowledged was lost.
// `pnpm --filter @stepwright/soak flood [--seconds 30] [--senders 300] [--events 500]`
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Agent, request } from "undici";
import { inMib, percentilesOf } from "./samples.ts";
import { startServerProcess } from "./server-process.ts";
import { done, op, ops, startSoakApp } from "./soak-app.ts";

const { values: flags } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    senders: { type: "string", default: "300" },
    events: { type: "string", default: "500" },
  },
});
const until = performance.now() + Number(flags.seconds) * 1_000;
const server = await startServerProcess([]);
const at = { serverUrl: server.url, bearer: server.bearer };
const answered = new Map<string, number>();
const stepLatencies: number[] = [];
const app = await startSoakApp({
  ...at,
  name: "flood",
  functions: [
    {
      name: "slow",
      async handle({ steps, runId }) {
        const before = answered.get(runId);
        if (before !== undefined) stepLatencies.push(performance.now() - before);
        await delay(50);
        answered.set(runId, performance.now());
        return "a" in steps ? done() : ops(op("StepRun", "a", { data: 1 }));
      },
    },
  ],
});
await app.register();

// A twentieth of the events start a run, so that there is work in hand which has to get through.
const body = JSON.stringify(
  Array.from({ length: Number(flags.events) }, (_, n) => ({
    name: n % 20 === 0 ? "soak/slow" : "soak/nobody",
    data: { n, text: "t".repeat(1_000) },
  })),
);
const agent = new Agent({ connections: Number(flags.senders) });
const counts = new Map<string, number>();
const latencies: number[] = [];
let rssMax = 0;
const watch = setInterval(() => void server.usage().then(({ rss }) => (rssMax = Math.max(rssMax, rss))), 200);
await Promise.all(Array.from({ length: Number(flags.senders) }, send));
clearInterval(watch);
const acknowledged = counts.get("200") ?? 0;
const { wal, database } = await server.files();
print(
  `bodies of ${(body.length / 1024).toFixed(0)} KiB, answers by status: ${JSON.stringify(Object.fromEntries(counts))}`,
);
print(`acknowledged ${acknowledged * Number(flags.events)} events, resident at most ${inMib(rssMax).toFixed(0)} MiB`);
print(
  `acknowledged after p50/p99 ${pair(latencies)} ms, from one step's answer to the next call p50/p99 ${pair(stepLatencies)} ms`,
);
print(`database ${inMib(database).toFixed(0)} MiB, log ${inMib(wal).toFixed(0)} MiB`);
const runs = await runsMade();
const wanted = acknowledged * Math.ceil(Number(flags.events) / 20);
print(`runs made ${runs}, of acknowledged events ${wanted}: ${runs >= wanted ? "nothing is lost" : "LOST"}`);
for (const [what, count] of server.complaints) print(`server log: ${what}: ${count}`);
process.exitCode = runs >= wanted && server.isRunning ? 0 : 1;
await app.close();
await agent.close();
await server.stop();

async function send(): Promise<void> {
  while (performance.now() < until) {
    const start = performance.now();
    const status = await sendOne();
    counts.set(status, (counts.get(status) ?? 0) + 1);
    if (status === "200") latencies.push(performance.now() - start);
    else await delay(1_000);
  }
}

async function sendOne(): Promise<string> {
  try {
    const answer = await request(`${server.url}/e/${server.eventKey}`, { method: "POST", dispatcher: agent, body });
    await answer.body.text();
    return String(answer.statusCode);
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

async function runsMade(): Promise<number> {
  const answer = await fetch(`${server.url}/api/info`, { headers: { authorization: server.bearer } });
  const { runs: byStatus } = (await answer.json()) as { readonly runs: Readonly<Record<string, number>> };
  return Object.values(byStatus).reduce((sum, count) => sum + count, 0);
}

function pair(values: readonly number[]): string {
  const { p50, p99 } = percentilesOf(values);
  return `${p50.toFixed(0)}/${p99.toFixed(0)}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
