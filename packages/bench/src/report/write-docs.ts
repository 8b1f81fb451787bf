// Puts reports into docs/performance.md, between the two marks that are there.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { markdownOf } from "./markdown.ts";
import type { Report } from "./report.ts";

const file = join(import.meta.dirname, "../../../../docs/performance.md");
const marks = ["<!-- figures: written by `bench --docs` -->", "<!-- end of figures -->"] as const;

/** Replaces what is between the marks. Throws when they are not there. */
export function writeDocs(reports: readonly Report[]): void {
  const text = readFileSync(file, "utf8");
  const [begin, end] = marks;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no place for the figures: ${begin} … ${end}`);
  writeFileSync(file, `${text.slice(0, from)}${begin}\n\n${markdownOf(reports)}\n${text.slice(to)}`);
}
