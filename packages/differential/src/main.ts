// `pnpm --filter @stepwright/differential differential --seeds 1..500`: scenarios by seed until all are compared.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startChild } from "@stepwright/test-parts";
import { type Comparison, compareSides, majorOf } from "./differential.ts";
import { generateScenarios } from "./generate.ts";
import { countMix, printMix } from "./mix.ts";
import type { Scenario } from "./program.ts";
import { reportDifferences } from "./report.ts";
import { printDelays, retryDelays } from "./retry-delays.ts";

/** Scenarios that the server runs at once: more of them make a small machine late. */
const scenariosAtOnce = 20;

const { values } = parseArgs({
  options: {
    /** One seed, or a range such as `1..500`. */
    seeds: { type: "string", default: "1..30" },
    /** Scenarios of one major alone, in this process. */
    major: { type: "string" },
  },
});
const scenarios = generateScenarios(rangeOf(values.seeds));
process.exitCode = (await (values.major === undefined ? startMajors() : compareMajor(values.major))) ? 0 : 1;

/** A process for each major. */
async function startMajors(): Promise<boolean> {
  print(`${scenarios.length} scenarios\n${printMix(countMix(scenarios))}`);
  let isFine = true;
  for (const major of new Set(scenarios.map((scenario) => majorOf(scenario)))) {
    const child = startChild({
      command: process.execPath,
      args: [...process.execArgv, fileURLToPath(import.meta.url), "--seeds", values.seeds, "--major", major],
      onLine: print,
    });
    if ((await child.ended) !== 0) isFine = false;
  }
  return isFine;
}

async function compareMajor(major: string): Promise<boolean> {
  let left: readonly Scenario[] = scenarios.filter((scenario) => majorOf(scenario) === major);
  const all: Comparison[] = [];
  while (left.length > 0) {
    const startedAt = performance.now();
    const compared = await compareSides(left.slice(0, scenariosAtOnce));
    left = left.slice(scenariosAtOnce);
    for (const { scenario, differences } of compared.filter((one) => isDifferent(one)))
      print(reportDifferences(scenario, differences));
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    print(`${major}: ${compared.length} scenarios, ${runsOf(compared)} runs, ${seconds} s`);
    all.push(...compared);
  }
  const delays = retryDelays(all);
  const different = all.filter((one) => isDifferent(one));
  print(`${major}: ${different.length} of ${all.length} scenarios with differences\n${printDelays(delays)}`);
  return different.length === 0 && !delays.some(({ isLate }) => isLate);
}

function isDifferent({ differences }: Comparison): boolean {
  return differences.length > 0;
}

function runsOf(compared: readonly Comparison[]): number {
  return compared.reduce((sum, { server }) => sum + Object.keys(server.runs).length, 0);
}

function rangeOf(text: string): { readonly from: number; readonly to: number } {
  const match = /^(\d+)(?:\.\.(\d+))?$/.exec(text);
  if (match === null) throw new Error(`"${text}" is no seed and no range; give one such as 7 or 1..500`);
  const from = Number(match[1]);
  return { from, to: Number(match[2] ?? from) };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
