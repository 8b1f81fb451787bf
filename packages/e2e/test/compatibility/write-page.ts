// Writes docs/compatibility.md.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compatibilityPage } from "./page.ts";

writeFileSync(fileURLToPath(new URL("../../../../docs/compatibility.md", import.meta.url)), compatibilityPage());
