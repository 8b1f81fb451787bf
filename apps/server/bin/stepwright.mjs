#!/usr/bin/env node
// The launcher: brings the server up on a Node that can run it, whichever Node it was started with.
//
// It is the first code to run, so it keeps to what every Node since 18 understands and
// imports nothing but builtins: the server's SQLite addon ends older Nodes with a
// segmentation fault, and the person in front of it deserves a sentence instead.

import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { exitWithParent, exitWithParentRequested } from "./exit-with-parent.mjs";
import { findPinnedNode, isNodeNewEnough, nodeVersionMin } from "./find-node.mjs";

const launcher = realpathSync(fileURLToPath(import.meta.url));
const main = new URL("../dist/stepwright.cjs", import.meta.url);
const pinned = findPinnedNode(launcher);

if (pinned !== undefined && realpathSync(process.execPath) !== pinned) {
  continueOn(pinned);
} else if (!isNodeNewEnough(process.versions.node)) {
  refuse(
    `Stepwright needs Node ${nodeVersionMin} or newer; this is v${process.versions.node}. ` +
      "Install a newer one from https://nodejs.org, or run `npm start` in the repository, which brings its own.",
  );
} else if (!existsSync(main)) {
  refuse("Stepwright is not built yet. Run `pnpm install && pnpm build` (or `npm start`) in the repository first.");
} else {
  if (exitWithParentRequested()) exitWithParent();
  await import(main.href);
}

/**
 * Goes on with the same arguments on another Node.
 *
 * Where the running Node can replace itself, it does. Elsewhere a child takes over: it
 * has our stdio, gets our signals, hands us its exit code, and goes away with us even
 * if we are killed without warning.
 */
function continueOn(node) {
  const args = [launcher, ...process.argv.slice(2)];
  if (process.platform !== "win32" && typeof process.execve === "function") {
    process.execve(node, [node, ...args], process.env);
  }

  const child = spawn(node, args, {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    // Its own process group: a terminal's Ctrl-C would otherwise reach it twice, from there and from us.
    detached: process.platform !== "win32",
    env: { ...process.env, STEPWRIGHT_EXIT_WITH_PARENT: "1" },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => refuse(`Stepwright could not start ${node}: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
