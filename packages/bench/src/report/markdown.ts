// Reports as Markdown: the conditions, and a table per scenario.
import { scenarios } from "../scenarios/index.ts";
import { cellsOf, headings } from "./cells.ts";
import { conditionsOf } from "./conditions.ts";
import type { Report, ReportedFigure } from "./report.ts";

/** Each report in sections of the third level, under the conditions in which it was made. */
export function markdownOf(reports: readonly Report[]): string {
  return reports.map(sectionsOf).join("\n");
}

function sectionsOf(report: Report): string {
  const sections = scenarios.flatMap(({ name, about }) => {
    const figures = report.figures.filter(({ scenario }) => scenario === name);
    return figures.length === 0 ? [] : [`### \`${name}\`\n\n${about}\n\n${tableOf(figures)}\n`];
  });
  return `${conditionsOf(report)}\n\n${sections.join("\n")}`;
}

/** Columns that are empty in every row are left out. */
function tableOf(figures: readonly ReportedFigure[]): string {
  const rows = figures.map(cellsOf);
  const isFilled = headings.map((_, column) => rows.some((row) => row[column] !== ""));
  const line = (cells: readonly string[]): string =>
    `| ${cells
      .filter((_, column) => isFilled[column])
      .map((cell) => cell.replaceAll("|", "\\|"))
      .join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}
