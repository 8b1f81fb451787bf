// Builds the workspace through turbo's cache: seconds when nothing changed.

import process from "node:process";
import { run } from "./run.mjs";

/**
 * Builds every package, or one with all it needs. Resolves to whether that went well;
 * what the tools printed is shown only if it did not.
 */
export async function build({ only } = {}) {
  const filter = only === undefined ? [] : [`--filter=${only}`];
  const { code, output } = await run("turbo", ["run", "build", "--output-logs=errors-only", ...filter]);
  if (code !== 0) process.stderr.write(`${output}\n`);
  return code === 0;
}
