// Decides which Node may run the server, and finds the one this checkout pins.

import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";

/** The oldest Node that loads the server's SQLite addon and strips TypeScript types, as `major.minor`. */
export const nodeVersionMin = "22.18";

/** Tells whether a version such as `22.18.0` is at least {@link nodeVersionMin}. */
export function isNodeNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [majorMin = 0, minorMin = 0] = nodeVersionMin.split(".").map(Number);
  return major > majorMin || (major === majorMin && minor >= minorMin);
}

/**
 * Finds the Node that the npm package `node` installed, in the closest `node_modules` above `file`.
 *
 * Returns its real path, or `undefined` where nothing is pinned (a published package, a global install).
 */
export function findPinnedNode(file) {
  const executable = process.platform === "win32" ? "node.exe" : "node";
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    const candidate = join(directory, "node_modules", "node", "bin", executable);
    if (existsSync(candidate)) return realpathSync(candidate);
    if (dirname(directory) === directory) return undefined;
  }
}
