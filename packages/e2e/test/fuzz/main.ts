// `pnpm --filter @stepwright/e2e fuzz --minutes 10 [--seed N] [--request N]`: fuzzes a server in each mode for half of the time.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runCampaign } from "./campaign.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "2" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    /** One request of the seed alone. */
    request: { type: "string" },
    /** One mode alone. */
    mode: { type: "string" },
  },
});
const seed = Number(values.seed);
const modes = (["dev", "start"] as const).filter((mode) => values.mode === undefined || values.mode === mode);
// Leaving in order takes the servers along.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
print(`seed ${seed}`);

let hasFindings = false;
for (const mode of modes) {
  const dataDir = mkdtempSync(join(tmpdir(), "stepwright-fuzz-"));
  const ms = (Number(values.minutes) / modes.length) * 60_000;
  const numbers = values.request === undefined ? numbersFor(ms) : [Number(values.request)];
  const { findings, neverAccepted, ...figures } = await runCampaign({ mode, seed, dataDir, numbers });
  print(`${mode}: ${JSON.stringify(figures)}`);
  if (neverAccepted.length > 0) print(`never accepted: ${neverAccepted.join(", ")}`);
  for (const { what, request } of findings) {
    print(`\nFOUND ${what}${request === null ? "" : `\n  ${request}`}`);
    const number = /^#(\d+) /.exec(request ?? "")?.[1];
    if (number !== undefined)
      print(`  again: pnpm --filter @stepwright/e2e fuzz --mode ${mode} --seed ${seed} --request ${number}`);
  }
  hasFindings ||= findings.length > 0;
  rmSync(dataDir, { recursive: true, force: true });
}
process.exitCode = hasFindings ? 1 : 0;

/** Counts for so long from the first number on. */
function* numbersFor(ms: number): Generator<number> {
  const endAt = performance.now() + ms;
  for (let number = 0; performance.now() < endAt; number += 1) yield number;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
