// Builds what the launcher runs: the server in one file beside its dashboard.
//
// A start reads one file instead of 900: 220 ms of CPU time instead of 380, and 13 MB less memory.
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";

await bundle({
  outfile: fileURLToPath(new URL("../dist/stepwright.cjs", import.meta.url)),
  fileUrl: `require("node:url").pathToFileURL(__filename).href`,
  // It finds its addon by where it lies.
  external: ["better-sqlite3"],
});
