// Runs seed after seed and sums up what occurred.
import { featureNames } from "./count-features.ts";
import { createCoverage } from "./coverage.ts";
import { faultNames } from "./faults.ts";
import { runSeed, type SeedReport } from "./run-seed.ts";

/** What came of many seeds. */
export interface SeedsReport {
  /** The first seed with a finding; null when none had one. */
  readonly failed: SeedReport | null;
  readonly seeds: number;
  readonly commits: number;
  readonly boots: number;
  readonly coverage: ReadonlyMap<string, number>;
}

/** Runs seeds from `from` for as long as `goOn` says so, up to the first with a finding. */
export async function runSeeds(options: {
  readonly from: number;
  readonly goOn: (done: number) => boolean;
}): Promise<SeedsReport> {
  const coverage = createCoverage();
  let commits = 0;
  let boots = 0;
  let done = 0;
  let failed: SeedReport | null = null;
  while (failed === null && options.goOn(done)) {
    const report = await runSeed(options.from + done);
    coverage.add(report.coverage);
    commits += report.commits;
    boots += report.boots;
    done += 1;
    if (report.finding !== null) failed = report;
  }
  return { failed, seeds: done, commits, boots, coverage: coverage.counts };
}

/** Kinds of faults and features that have not occurred. */
export function missing(coverage: ReadonlyMap<string, number>): readonly string[] {
  const all = [...faultNames.map((name) => `fault ${name}`), ...featureNames.map((name) => `feature ${name}`)];
  return all.filter((name) => !coverage.has(name));
}

/** Lines of a trace that are shown of a failure. */
const tailMax = 60;

/** A failure in the words of a person who has to find its cause. */
export function failureText({ seed, finding, trace, moments }: SeedReport): string {
  const tail = trace.slice(-tailMax);
  const left = trace.length - tail.length;
  return [
    `seed ${seed} failed at moment ${moments}: ${finding?.checker ?? "nothing"}`,
    finding?.message ?? "",
    ...(left > 0 ? [`(${left} lines before)`] : []),
    ...tail,
    `Repeat it with: pnpm --filter @stepwright/simulation simulate --seed ${seed}`,
  ].join("\n");
}
