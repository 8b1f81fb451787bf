// A report as a Markdown table.
import { cellsOf, headings } from "./cells.ts";
import { conditionsOf } from "./conditions.ts";
import type { Report } from "./report.ts";

/** The table and the conditions below it. */
export function markdownOf(report: Report): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const table = [
    line(headings),
    line(headings.map(() => "---")),
    ...report.figures.map((figure) => line(cellsOf(figure))),
  ];
  return `${table.join("\n")}\n\n${conditionsOf(report)}\n`;
}
