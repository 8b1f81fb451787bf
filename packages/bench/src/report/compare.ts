// What changed between two runs of the benchmarks. Ratios and CPU time are compared first: times depend on the machine's mood.
import { existsSync, readFileSync } from "node:fs";
import { UsageError } from "../arguments.ts";
import { alignedTable } from "./aligned-table.ts";
import { type HistoryLine, linesOf, readHistory } from "./history.ts";
import type { Report } from "./report.ts";

/** Compares two runs, each a file that `--json` wrote or the beginning of a commit id in the history. */
export function compareRuns(before: string, after: string): string {
  const old = new Map(linesOfRun(before).map((line) => [line.id, line]));
  const rows = linesOfRun(after).flatMap((line) => {
    const other = old.get(line.id);
    return other === undefined ? [] : [rowOf(other, line)];
  });
  if (rows.length === 0) throw new UsageError(`${before} and ${after} have no figure in common`);
  const headings = [
    "figure",
    "value",
    "",
    "change",
    "ratio",
    "",
    "change",
    "CPU µs",
    "",
    "change",
    "CPU ratio",
    "",
    "change",
  ];
  return `${alignedTable([headings, ...rows])}\nchange > 1: worse\n`;
}

function rowOf(before: HistoryLine, after: HistoryLine): readonly string[] {
  const isRate = after.unit === "per s";
  return [
    `${after.id} (${after.unit})`,
    ...pair(before.value, after.value, isRate),
    ...pair(before.ratio, after.ratio, false),
    ...pair(before.cpuMicros, after.cpuMicros, false),
    ...pair(cpuRatioOf(before), cpuRatioOf(after), false),
  ];
}

/** What the server spends beside what the floor spends: it moves least from one hour of a machine to the next. */
function cpuRatioOf({ cpuMicros, referenceCpuMicros }: HistoryLine): number | null {
  return cpuMicros === null || referenceCpuMicros === null
    ? null
    : Number((cpuMicros / referenceCpuMicros).toPrecision(3));
}

function pair(before: number | null, after: number | null, isRate: boolean): readonly string[] {
  if (before === null || after === null) return ["", "", ""];
  const change = isRate ? before / after : after / before;
  return [String(before), String(after), `× ${change.toFixed(2)}`];
}

/** Of a commit that was measured more than once, the last measurement of each figure counts. */
function linesOfRun(name: string): readonly HistoryLine[] {
  if (existsSync(name)) return linesOf(JSON.parse(readFileSync(name, "utf8")) as Report);
  const lines = readHistory().filter(({ commit }) => commit !== null && commit.startsWith(name));
  if (lines.length === 0) throw new UsageError(`${name} is neither a file nor a commit of the history`);
  return [...new Map(lines.map((line) => [line.id, line])).values()];
}
