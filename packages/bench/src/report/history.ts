// The committed history: one line of JSON per figure and run of the benchmarks, in a file per scenario.
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Figure, ratioOf } from "../figure.ts";
import { isMet } from "../targets.ts";
import type { Report } from "./report.ts";

/** One figure as it is remembered. */
export interface HistoryLine {
  readonly date: string;
  /** Null when it was not known; with `+` when there were changes on top of it. */
  readonly commit: string | null;
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  readonly synchronous: "full" | "normal";
  readonly loadBefore: number;
  readonly loadAfter: number;
  readonly scenario: string;
  readonly id: string;
  readonly value: number;
  readonly unit: Figure["unit"];
  readonly p99: number | null;
  readonly reference: number | null;
  readonly ratio: number | null;
  readonly cpuMicros: number | null;
  readonly referenceCpuMicros: number | null;
  readonly isMet: boolean | null;
}

/** Where the history is committed. */
export const historyFolder = join(import.meta.dirname, "../../history");

/** Appends a line per figure to the file of its scenario. */
export function appendHistory(report: Report, folder: string = historyFolder): void {
  mkdirSync(folder, { recursive: true });
  for (const line of linesOf(report)) {
    appendFileSync(join(folder, `${line.scenario}.jsonl`), `${JSON.stringify(line)}\n`);
  }
}

/** Reads the whole history, oldest first within a scenario. */
export function readHistory(folder: string = historyFolder): readonly HistoryLine[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as HistoryLine);
}

/** A report as lines. */
export function linesOf({ machine, synchronous, loadAfter, figures }: Report): readonly HistoryLine[] {
  const { date, commit, node, cpu, cores, loadBefore } = machine;
  return figures.map((figure) => ({
    date,
    commit,
    node,
    cpu,
    cores,
    synchronous,
    loadBefore,
    loadAfter: rounded(loadAfter),
    scenario: figure.scenario,
    id: figure.id,
    value: rounded(figure.value),
    unit: figure.unit,
    p99: figure.p99 === null ? null : rounded(figure.p99),
    reference: figure.reference === null ? null : rounded(figure.reference.value),
    ratio: roundedOrNull(ratioOf(figure)),
    cpuMicros: roundedOrNull(figure.cpuMicros),
    referenceCpuMicros: roundedOrNull(figure.reference?.cpuMicros ?? null),
    isMet: isMet(figure),
  }));
}

function roundedOrNull(value: number | null): number | null {
  return value === null ? null : rounded(value);
}

/** Four digits are more than the measurement has. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
