// `pnpm verify`: every check there is, each reported on one line. `--without-tests` leaves
// out the tests, for CI, which runs them by themselves.

import process from "node:process";
import { build } from "./build.mjs";
import { ensureInstalled } from "./install.mjs";
import { exitOnSignals, run } from "./run.mjs";
import { createTally } from "./tally.mjs";

const withTests = !process.argv.includes("--without-tests");

/** In the order in which a mistake is quickest to see. `fix` is what to run when the check fails. */
const checks = [
  { name: "format", command: ["pnpm", "--silent", "format:check"], fix: "pnpm format" },
  { name: "lint", command: ["pnpm", "--silent", "lint"], fix: "pnpm lint --fix" },
  { name: "knip", command: ["pnpm", "--silent", "knip"] },
  { name: "types", command: ["turbo", "run", "typecheck", "--output-logs=errors-only", "--continue"] },
];

exitOnSignals();
await ensureInstalled();
const tally = createTally();
for (const { name, command, fix } of checks) await check(name, command, fix);
tally.add("build", (await build()) ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
await check("publint", [process.execPath, ".config/scripts/publint.mjs"]);
if (withTests) {
  const { code } = await run(process.execPath, [".config/scripts/test.mjs"], { show: true });
  tally.add("tests", code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
}
tally.end();

async function check(name, [command, ...args], fix) {
  const { code, output } = await run(command, args);
  tally.add(
    name,
    code === 0
      ? { passed: 1, failed: 0 }
      : { passed: 0, failed: 1, output, note: fix === undefined ? "" : `try: ${fix}` },
  );
}
