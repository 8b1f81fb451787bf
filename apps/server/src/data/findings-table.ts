// The table of what the doctor may find, in docs/operations.md.
import { findingCodes } from "@stepwright/storage-sqlite";

const begin = "<!-- Written by `pnpm --filter @stepwright/server run docs`; a test checks that it is current. -->\n";
const end = "\n<!-- End of what is written. -->";

/** Puts the table of today into the page, in place of the one that is there. */
export function withFindingsTable(page: string): string {
  const rows = findingCodes.map(({ code, says }) => `| \`${code}\` | ${says} |`);
  const table = ["| code | what was found |", "|---|---|", ...rows].join("\n");
  const [head = "", rest = ""] = page.split(begin);
  return `${head}${begin}${table}${end}${rest.slice(rest.indexOf(end) + end.length)}`;
}
