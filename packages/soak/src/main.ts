// Runs the mix for some minutes and fails if anything rises: `pnpm --filter @stepwright/soak soak [--minutes 30] [--rate 40] [--out FILE]`.
import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startDrive } from "./drive.ts";
import { mixedFunctions } from "./mixed-functions.ts";
import { inMib, judge, percentilesOf, type Sample, type Verdict } from "./samples.ts";
import { startServerProcess } from "./server-process.ts";
import { startSoakApp } from "./soak-app.ts";

const { values: flags } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    /** Events a second. */
    rate: { type: "string", default: "40" },
    out: { type: "string", default: "soak.json" },
  },
});
const minutes = Number(flags.minutes);
const sampleMs = 10_000;
/** A collection holds the server up for some milliseconds: seldom enough to leave the latencies alone. */
const samplesPerCollection = 6;
/** Sleeps, waits and debounces that are under way when the last event was sent. */
const drainMs = 60_000;

const server = await startServerProcess(["--retry-interval", "1"]);
const firstCalls: number[] = [];
const nextCalls: number[] = [];
const app = await startSoakApp({
  name: "soak",
  serverUrl: server.url,
  bearer: server.bearer,
  functions: mixedFunctions({
    serverUrl: server.url,
    bearer: server.bearer,
    echoUrl: () => app.url.replace(/\/api.*/u, "/echo"),
    heard: {
      firstCall({ data }) {
        const sentAt = drive?.takeSentAt(Number(data["n"]));
        if (sentAt !== undefined) firstCalls.push(performance.now() - sentAt);
      },
      nextCall: (afterMs) => void nextCalls.push(afterMs),
    },
  }),
});
await app.register();
const startedAt = performance.now();
const drive: ReturnType<typeof startDrive> | undefined = startDrive(server, app, Number(flags.rate));

const samples: Sample[] = [];
let cpuBefore = (await server.usage()).cpuSeconds;
let callsBefore = 0;
print(header());
while (performance.now() - startedAt < minutes * 60_000 && server.isRunning) {
  await delay(sampleMs);
  const sample = await takeSample(samples.length % samplesPerCollection === 0);
  samples.push(sample);
  print(lineOf(sample));
}
await drive.stop();
const left = await drain();
const verdicts = judge(samples);
const counts = await info();
report(verdicts);
writeFileSync(
  flags.out,
  JSON.stringify({
    minutes,
    rate: Number(flags.rate),
    load: loadavg(),
    node: process.version,
    verdicts,
    left,
    counts,
    samples,
  }),
);
await app.close();
const wasRunning = server.isRunning;
await server.stop();
const isFine =
  wasRunning &&
  left === 0 &&
  counts.queue.setAside === 0 &&
  drive.errors.size === 0 &&
  verdicts.every(({ trend }) => !trend.isRising);
process.exitCode = isFine ? 0 : 1;

async function takeSample(isCollected: boolean): Promise<Sample> {
  const [usage, memory, files, { queue }] = await Promise.all([
    server.usage(),
    server.memory(isCollected),
    server.files(),
    info(),
  ]);
  const sample = {
    seconds: Math.round((performance.now() - startedAt) / 1_000),
    rss: inMib(usage.rss),
    heapKept: isCollected ? inMib(memory.heapUsed + memory.external) : null,
    heap: inMib(memory.heapUsed),
    external: inMib(memory.external),
    handles: usage.handles,
    wal: inMib(files.wal),
    database: inMib(files.database),
    cpuShare: (usage.cpuSeconds - cpuBefore) / (sampleMs / 1_000),
    firstCall: percentilesOf(firstCalls.splice(0)),
    step: percentilesOf(nextCalls.splice(0)),
    calls: app.calls - callsBefore,
    due: queue.due,
    setAside: queue.setAside,
  };
  cpuBefore = usage.cpuSeconds;
  callsBefore = app.calls;
  return sample;
}

interface Info {
  readonly queue: { readonly due: number; readonly future: number; readonly setAside: number };
  readonly runs: Readonly<Record<string, number>>;
}

async function info(): Promise<Info> {
  const answer = await fetch(`${server.url}/api/info`, { headers: { authorization: server.bearer } });
  return (await answer.json()) as Info;
}

/** Waits for the runs under way to end; gives how many have not. */
async function drain(): Promise<number> {
  const until = performance.now() + drainMs;
  for (;;) {
    const { runs } = await info();
    const unfinished = (runs["queued"] ?? 0) + (runs["running"] ?? 0);
    if (unfinished === 0 || performance.now() > until) return unfinished;
    await delay(500);
  }
}

function header(): string {
  return "   time     rss    heap    kept  handles     wal      db   cpu  first p50/p99   step p50/p99   calls    due";
}

function lineOf(sample: Sample): string {
  const size = (value: number | null) => (value === null ? "" : value.toFixed(1)).padStart(8);
  const pair = ({ p50, p99 }: Sample["step"]) => `${p50.toFixed(1)}/${p99.toFixed(1)}`.padStart(15);
  return [
    `${sample.seconds} s`.padStart(7),
    size(sample.rss),
    size(sample.heap),
    size(sample.heapKept),
    String(sample.handles).padStart(9),
    size(sample.wal),
    size(sample.database),
    `${(sample.cpuShare * 100).toFixed(0)}%`.padStart(6),
    pair(sample.firstCall),
    pair(sample.step),
    String(sample.calls).padStart(8),
    String(sample.due).padStart(7),
  ].join("");
}

function report(found: readonly Verdict[]): void {
  print("");
  for (const { name, unit, first, last, trend, allowance } of found) {
    const value = (number: number) => `${number.toFixed(1)} ${unit}`.trim();
    const share = trend.median === 0 ? 0 : (100 * trend.growth) / trend.median;
    const verdict = trend.isRising ? "RISES" : "fine";
    print(
      `${name.padEnd(28)} first ${value(first).padStart(10)}  last ${value(last).padStart(10)}  growth ${share.toFixed(1).padStart(6)} % of ${value(trend.median).padStart(10)} (allowed ${100 * allowance.share} % and ${value(allowance.least)}), chance ${trend.chance.toFixed(3)}  ${verdict}`,
    );
  }
  print("");
  print(
    `sent ${drive?.sent}, refused ${drive?.refused}, reads ${drive?.reads}, live messages ${drive?.liveMessages}, runs ${JSON.stringify(counts.runs)}, left ${left}, set aside ${counts.queue.setAside}`,
  );
  for (const [what, count] of drive?.errors ?? []) print(`client error: ${what}: ${count}`);
  for (const [what, count] of server.complaints) print(`server log: ${what}: ${count}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
