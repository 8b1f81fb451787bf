// Installs the dependencies when they are missing or belong to another lockfile.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { run } from "./run.mjs";
import { packageManager, pinnedNode, root } from "./workspace.mjs";

/**
 * Makes sure that `node_modules` is what the lockfile says. Ends the process with a
 * sentence when that is not possible. Costs a few milliseconds when nothing is to do.
 */
export async function ensureInstalled() {
  const [major = 0] = process.versions.node.split(".").map(Number);
  if (major < 20) {
    process.stderr.write(`Stepwright's scripts need Node 20 or newer; this is v${process.versions.node}.\n`);
    process.exit(1);
  }
  if (isInstalled()) return;

  process.stdout.write("Installing the dependencies (about a minute the first time) ...\n");
  const args = ["install", "--frozen-lockfile", "--prefer-offline", "--config.confirm-modules-purge=false"];
  // The environment as it is: the tools of the checkout are what this is about to fetch.
  const { code, output } = await run("npx", ["-y", packageManager, ...args], { env: process.env });
  if (code === 0 && existsSync(pinnedNode)) return;

  process.stderr.write(
    `${output}\nThe install failed (exit code ${code}); the lines above say why. It needs the npm registry, or a mirror named as \`registry\` in an .npmrc.\n`,
  );
  process.exit(1);
}

/**
 * Compares the lockfile with the copy that pnpm leaves of the one it installed, so an
 * install by hand counts as well as ours and an interrupted one does not.
 */
function isInstalled() {
  const installed = join(root, "node_modules/.pnpm/lock.yaml");
  return (
    existsSync(pinnedNode) &&
    existsSync(installed) &&
    readFileSync(installed).equals(readFileSync(join(root, "pnpm-lock.yaml")))
  );
}
