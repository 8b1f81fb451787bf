// Writes docs/configuration.md from the settings, docs/errors.md from the error table, and the doctor's table in docs/operations.md.
import { readFileSync, writeFileSync } from "node:fs";
import { withFindingsTable } from "../src/data/findings-table.ts";
import { errorsPage } from "../src/errors-page.ts";
import { configurationPage } from "../src/help.ts";

const docs = new URL("../../../docs/", import.meta.url);
writeFileSync(new URL("configuration.md", docs), configurationPage());
writeFileSync(new URL("errors.md", docs), errorsPage());
const operations = new URL("operations.md", docs);
writeFileSync(operations, withFindingsTable(readFileSync(operations, "utf8")));
