// An app is down while runs of it pile up: what that costs, what comes when it is back, and what another app feels of it.
// `pnpm --filter @stepwright/soak outage [--runs 100000] [--seconds 60]`
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { inMib, percentilesOf } from "./samples.ts";
import { sendAll } from "./send-all.ts";
import { startServerProcess } from "./server-process.ts";
import { done, startSoakApp } from "./soak-app.ts";

const { values: flags } = parseArgs({
  options: { runs: { type: "string", default: "100000" }, seconds: { type: "string", default: "60" } },
});
const runs = Number(flags.runs);
const downMs = Number(flags.seconds) * 1_000;
/** A call of the app takes this long, as calls of real apps do. */
const callMs = 5;
/** Calls of an app that is back come every few milliseconds. */
const quietMs = 60_000;

const server = await startServerProcess([]);
const at = { serverUrl: server.url, bearer: server.bearer };
const sentAt = new Map<number, number>();
const otherLatencies: number[] = [];
const other = await startSoakApp({
  ...at,
  name: "other",
  functions: [
    {
      name: "other",
      handle({ data }) {
        otherLatencies.push(performance.now() - (sentAt.get(Number(data["n"])) ?? Number.NaN));
        return done();
      },
    },
  ],
});
await other.register();

const arrivals: { readonly at: number; readonly n: number; readonly attempt: number; readonly inFlight: number }[] = [];
let inFlight = 0;
const startDown = (port?: number) =>
  startSoakApp({
    ...at,
    name: "down",
    ...(port === undefined ? {} : { port }),
    functions: [
      {
        name: "down",
        retries: 0,
        async handle({ data, attempt }) {
          inFlight += 1;
          arrivals.push({ at: performance.now(), n: Number(data["n"]), attempt, inFlight });
          await delay(callMs);
          inFlight -= 1;
          return done();
        },
      },
    ],
  });
const before = await startDown();
await before.register();
await before.close();

const probe = new AbortController();
const probing = probeOther();
const ingest = await measured("events are sent", () =>
  sendAll(
    server,
    Array.from({ length: runs }, (_, n) => ({ name: "soak/down", data: { n } })),
  ),
);
print(`  ${Math.round((runs / ingest.ms) * 1_000)} events per second`);
await measured("the app is down", () => delay(downMs));

const backAt = performance.now();
const after = await startDown(before.port);
await measured("the app is back, first 10 s", () => delay(10_000));
print(`  calls in each of the first 10 s: ${perSecond(backAt).join(", ")}`);
print(`  calls in flight at most in each: ${mostInFlight(backAt).join(", ")}`);
await measured("until all have ended", untilDone);
probe.abort();
await probing;
report();
await after.close();
await other.close();
await server.stop();

/** Another app's runs, five a second, all the time. */
async function probeOther(): Promise<void> {
  for (let n = 0; !probe.signal.aborted; n += 1) {
    sentAt.set(n, performance.now());
    await sendAll(server, [{ name: "soak/other", data: { n } }]);
    await delay(200, undefined, { signal: probe.signal }).catch(() => undefined);
  }
}

async function measured(what: string, work: () => Promise<void>): Promise<{ readonly ms: number }> {
  const start = performance.now();
  const usage = await server.usage();
  let rssMax = 0;
  const timer = setInterval(() => void server.usage().then(({ rss }) => (rssMax = Math.max(rssMax, rss))), 250);
  otherLatencies.length = 0;
  await work();
  clearInterval(timer);
  const ms = performance.now() - start;
  const end = await server.usage();
  const cpu = ((end.cpuSeconds - usage.cpuSeconds) / ms) * 100_000;
  const { p50, p99 } = percentilesOf(otherLatencies);
  print(
    `${what.padEnd(30)} ${(ms / 1_000).toFixed(1).padStart(7)} s  CPU ${cpu.toFixed(1).padStart(5)} %  resident at most ${inMib(Math.max(rssMax, end.rss)).toFixed(0).padStart(4)} MiB  other app's event to call ${p50.toFixed(1)}/${p99.toFixed(1)} ms`,
  );
  return { ms };
}

function perSecond(from: number): readonly number[] {
  return Array.from({ length: 10 }, (_, second) => inSecond(from, second).length);
}

function mostInFlight(from: number): readonly number[] {
  return Array.from({ length: 10 }, (_, second) =>
    Math.max(0, ...inSecond(from, second).map((arrival) => arrival.inFlight)),
  );
}

function inSecond(from: number, second: number) {
  return arrivals.filter((arrival) => Math.floor((arrival.at - from) / 1_000) === second);
}

/** Gives up when nothing has come for a while: what has not come by then is lost. */
async function untilDone(): Promise<void> {
  const lastAt = (): number => Math.max(backAt, arrivals.at(-1)?.at ?? 0);
  while ((new Set(arrivals.map(({ n }) => n)).size < runs || isCalling()) && performance.now() - lastAt() < quietMs)
    await delay(500);
}

function report(): void {
  const seen = new Set(arrivals.map(({ n }) => n));
  const displaced = Math.max(...arrivals.map(({ n }, index) => Math.abs(n - index)));
  print(
    `runs called ${seen.size} of ${runs}, calls ${arrivals.length}, attempts above 0: ${arrivals.filter(({ attempt }) => attempt > 0).length}, furthest from its place: ${displaced}`,
  );
  process.exitCode = seen.size === runs && server.isRunning ? 0 : 1;
  for (const [what, count] of server.complaints) print(`server log: ${what}: ${count}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function isCalling(): boolean {
  return inFlight > 0;
}
