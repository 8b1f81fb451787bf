// Knows this checkout: where it lies, which Node it pins, which packages it holds.
//
// These scripts run before anything is installed, on whichever Node the person has
// (20 or newer), so they import builtins only.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The folder of the checkout. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** The pinned Node, as installed by the npm package `node`. Exists after an install only. */
export const pinnedNode = join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");

/** The exact pnpm of the `packageManager` field, such as `pnpm@10.34.9`. */
export const packageManager = readJson(join(root, "package.json")).packageManager;

/**
 * Returns the environment for the tools of the checkout: its Node and its commands come
 * first on the PATH, and no tool sends usage data.
 */
export function toolEnvironment() {
  // Windows spells it `Path`; a second spelling beside it would be ignored or win at random.
  const pathName = Object.keys(process.env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  return {
    ...process.env,
    [pathName]: [dirname(pinnedNode), join(root, "node_modules/.bin"), process.env[pathName] ?? ""].join(delimiter),
    // Where output goes into a file, escape sequences only hide it; with CI set, some tools send them all the same.
    ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }),
    DO_NOT_TRACK: "1",
    NEXT_TELEMETRY_DISABLED: "1",
    TURBO_TELEMETRY_DISABLED: "1",
  };
}

/** Lists the packages of the workspace as `{ name, directory, manifest }`, the end-to-end tests last. */
export function workspacePackages() {
  const found = ["packages", "apps", "examples"].flatMap((parent) =>
    existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((entry) => join(root, parent, entry)) : [],
  );
  return found
    .filter((directory) => existsSync(join(directory, "package.json")))
    .map((directory) => {
      const manifest = readJson(join(directory, "package.json"));
      return { name: manifest.name, directory, manifest };
    })
    .sort((a, b) => Number(isEndToEnd(a)) - Number(isEndToEnd(b)) || a.name.localeCompare(b.name));
}

function isEndToEnd(workspacePackage) {
  return workspacePackage.name === "@stepwright/e2e";
}

/** Reads a JSON file. */
export function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
