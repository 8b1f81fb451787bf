// A figure in words, as both tables show it.
import { cpuRatioOf, type Figure, ratioOf } from "../figure.ts";
import { describeTarget, isMet } from "../targets.ts";

/** Headings of the columns. */
export const headings = [
  "figure",
  "target",
  "reached",
  "p99",
  "compared with",
  "ratio",
  "CPU",
  "CPU ratio",
  "met",
] as const;

/** One cell per heading. */
export function cellsOf(figure: Figure): readonly string[] {
  const ratio = ratioOf(figure);
  const cpuRatio = cpuRatioOf(figure);
  const met = isMet(figure);
  const { reference } = figure;
  return [
    figure.title,
    describeTarget(figure),
    `${round(figure.value)} ${figure.unit}`,
    figure.p99 === null ? "" : `${round(figure.p99)} ${figure.unit}`,
    reference === null ? "" : `${reference.name} ${round(reference.value)}${cpuOf(reference.cpuMicros, null)}`,
    ratio === null ? "" : `× ${ratio.toFixed(2)}`,
    cpuOf(figure.cpuMicros, figure.cpuPer).trim(),
    cpuRatio === null ? "" : `× ${cpuRatio.toFixed(2)}`,
    met === null ? "" : met ? "yes" : "no",
  ];
}

function cpuOf(micros: number | null, per: string | null): string {
  if (micros === null) return "";
  return per === null ? ` (${round(micros)} µs)` : `${round(micros)} µs per ${per}`;
}

/** Three digits that mean something, with separators of thousands. */
function round(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits });
}
