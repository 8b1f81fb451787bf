// The command line: `--seed N` repeats one seed and prints its trace, `--seeds FROM..TO` runs some, `--minutes N` runs for so long.
import { parseArgs } from "node:util";
import { runSeed } from "./run-seed.ts";
import { failureText, missing, runSeeds, type SeedsReport } from "./run-seeds.ts";

const usage = "usage: simulate --seed N | --seeds FROM..TO | --minutes N [--from SEED]";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string" },
    minutes: { type: "string" },
    from: { type: "string" },
  },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const range = /^(\d+)\.\.(\d+)$/u.exec(values.seeds ?? "");
  if (values.seed !== undefined) return repeat(wholeNumber(values.seed));
  if (range !== null) {
    const [from = 0, to = 0] = range.slice(1).map(Number);
    return many(from, (done) => from + done <= to);
  }
  if (values.minutes !== undefined) {
    const endsAt = Date.now() + wholeNumber(values.minutes) * 60_000;
    // Other seeds each time, and yet ones that can be repeated.
    const from = values.from === undefined ? Math.floor(Date.now() / 1_000) : wholeNumber(values.from);
    return many(from, () => Date.now() < endsAt);
  }
  console.error(usage);
  return 2;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`"${text}" is no whole number; ${usage}`);
  return value;
}

async function repeat(seed: number): Promise<number> {
  const report = await runSeed(seed);
  console.log(report.trace.join("\n"));
  console.log(
    `seed ${seed}: ${report.moments} moments, ${report.commits} commits, ${report.boots} boots, hash ${report.hash}`,
  );
  if (report.finding === null) return 0;
  console.log(`${report.finding.checker}: ${report.finding.message}`);
  return 1;
}

async function many(from: number, goOn: (done: number) => boolean): Promise<number> {
  const begunAt = Date.now();
  const report = await runSeeds({ from, goOn });
  if (report.failed !== null) console.log(failureText(report.failed));
  tell(from, report, Date.now() - begunAt);
  return report.failed === null ? 0 : 1;
}

function tell(from: number, report: SeedsReport, tookMs: number): void {
  const rate = (report.seeds / (tookMs / 1_000)).toFixed(1);
  console.log(
    `${report.seeds} seeds from ${from}: ${rate} per second, ${report.commits} commits, ${report.boots} boots, ${report.failed === null ? "no" : "one"} finding`,
  );
  for (const [name, count] of [...report.coverage].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`  ${name}: ${count}`);
  for (const name of missing(report.coverage)) console.log(`  ${name}: never`);
}
