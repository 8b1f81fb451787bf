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
