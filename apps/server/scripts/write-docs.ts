// Writes docs/configuration.md from the settings and docs/errors.md from the error table.
import { writeFileSync } from "node:fs";
import { errorsPage } from "../src/errors-page.ts";
import { configurationPage } from "../src/help.ts";

const docs = new URL("../../../docs/", import.meta.url);
writeFileSync(new URL("configuration.md", docs), configurationPage());
writeFileSync(new URL("errors.md", docs), errorsPage());
