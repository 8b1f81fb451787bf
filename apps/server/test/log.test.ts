import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";

// 300 MB of lines, and nobody reads one of them.
const program = `
import { openLog } from ${JSON.stringify(new URL("../src/log.ts", import.meta.url).href)};
const { log } = openLog({ level: "info", isTerminal: false });
const line = "x".repeat(10_000);
for (let n = 0; n < 30_000; n += 1) {
  log.info(line);
  if (n % 100 === 0) await new Promise(setImmediate);
}
process.stderr.write(String(process.memoryUsage().rss));
`;

it("lines that nobody reads are dropped before they take the memory", { timeout: 60_000 }, async () => {
  const args = ["--conditions=@stepwright/source", "--input-type=module", "-e", program];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const [rss] = (await once(child.stderr, "data")) as [Buffer];
  // It cannot end by itself: its last line waits to be read.
  child.kill("SIGKILL");
  expect(Number(rss)).toBeGreaterThan(0);
  expect(Number(rss)).toBeLessThan(200 * 1024 * 1024);
});

/** Runs a program that writes to the log; `log`, `drain` and `flush` are there for it. */
function logging(body: string) {
  const text = `
import { openLog } from ${JSON.stringify(new URL("../src/log.ts", import.meta.url).href)};
const { log, drain, flush } = openLog({ level: "info", isTerminal: false });
${body}`;
  const args = ["--conditions=@stepwright/source", "--input-type=module", "-e", text];
  return spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
}

const ends = ["flush()", "await drain()"];

it.each(ends)("a process whose log is read by nobody any more ends all the same (%s)", async (end) => {
  const child = logging(`
process.stdin.once("data", async () => {
  log.info("stopping");
  log.info("stopped");
  ${end};
  process.exit(7);
});
log.info("started");`);
  await once(child.stdout, "data");
  child.stdout.destroy();
  await once(child.stdout, "close");
  child.stdin.write("stop");
  expect(await once(child, "exit")).toEqual([7, null]);
});

it.each(ends)("a process whose log is not being read ends after a moment (%s)", async (end) => {
  const child = logging(`
for (let n = 0; n < 100; n += 1) log.info("x".repeat(100_000));
${end};
process.exit(7);`);
  expect(await once(child, "exit")).toEqual([7, null]);
});

it("all lines are written, in order, once each, before the process ends", async () => {
  const child = logging(`
for (let n = 0; n < 5_000; n += 1) {
  log.info({ n }, "x".repeat(n % 700));
  if (n % 50 === 0) await new Promise(setImmediate);
}
await drain();
process.exit(0);`);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  await once(child, "close");
  const numbers = text
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { n: number }).n);
  expect(numbers).toEqual(Array.from({ length: 5_000 }, (_, n) => n));
});
