// Writes docs/configuration.md from the settings, docs/command-line.md from the help, docs/errors.md from the error table, and the doctor's table in docs/operations.md.
import { readFileSync, writeFileSync } from "node:fs";
import { withFindingsTable } from "../src/data/findings-table.ts";
import { errorsPage } from "../src/errors-page.ts";
import { commandLinePage } from "../src/help.ts";
import { configurationPage } from "../src/serve-help.ts";

const docs = new URL("../../../docs/", import.meta.url);
writeFileSync(new URL("configuration.md", docs), configurationPage());
writeFileSync(new URL("command-line.md", docs), commandLinePage());
writeFileSync(new URL("errors.md", docs), errorsPage());
const operations = new URL("operations.md", docs);
writeFileSync(operations, withFindingsTable(readFileSync(operations, "utf8")));
