// A report as a table for the terminal.
import type { Figure } from "../figure.ts";
import { cellsOf, headings } from "./cells.ts";
import { conditionsOf } from "./conditions.ts";
import type { Report } from "./report.ts";

/** The table with aligned columns, and the conditions below it. */
export function tableOf(report: Report): string {
  return `${alignedTable(report.figures)}\n${conditionsOf(report)}\n`;
}

function alignedTable(figures: readonly Figure[]): string {
  const rows = [headings, ...figures.map(cellsOf)];
  const widths = headings.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0, column))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const numberColumns = new Set([2, 3, 5, 7]);

/** Words to the left, numbers to the right. */
function pad(cell: string, width: number, column: number): string {
  return numberColumns.has(column) ? cell.padStart(width) : cell.padEnd(width);
}
