// A report as a table for the terminal.
import { alignedTable } from "./aligned-table.ts";
import { cellsOf, headings } from "./cells.ts";
import { conditionsOf } from "./conditions.ts";
import type { Report } from "./report.ts";

/** The table with aligned columns, and the conditions below it. */
export function tableOf(report: Report): string {
  return `${alignedTable([headings, ...report.figures.map(cellsOf)])}\n${conditionsOf(report)}\n`;
}
