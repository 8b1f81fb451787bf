// Puts the built dashboard beside the built server, where a published package looks for it.
import { cpSync, existsSync, rmSync } from "node:fs";

const from = new URL("../../dashboard/dist/", import.meta.url);
const to = new URL("../dist/dashboard/", import.meta.url);

rmSync(to, { recursive: true, force: true });
if (existsSync(new URL("index.html", from))) cpSync(from, to, { recursive: true });
else console.warn("the dashboard is not built, so this server has none");
