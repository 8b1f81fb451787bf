// Runs turbo without usage data, with this checkout's Node and pnpm on the PATH:
// `node turbo.mjs run build --filter=@stepwright/http`.

import process from "node:process";
import { run } from "./run.mjs";

const { code } = await run("turbo", process.argv.slice(2), { show: true });
process.exitCode = code;
