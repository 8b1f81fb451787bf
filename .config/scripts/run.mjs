// Runs commands: either showing what they print or keeping it until somebody needs it.

import { spawn } from "node:child_process";
import process from "node:process";
import { root, toolEnvironment } from "./workspace.mjs";

/**
 * Runs a command to its end, in the folder of the checkout unless `cwd` says otherwise.
 *
 * Resolves to `{ code, output }` and never rejects: a command that cannot start has code
 * 127 and the reason as its output. With `show`, the output goes to the terminal and is
 * not kept. After `limitMs` the command and everything it started are killed (code 124).
 */
export function run(command, args, { cwd = root, env = toolEnvironment(), show = false, limitMs } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
      // Its own group, so that a command over its limit goes together with what it started.
      detached: limitMs !== undefined && process.platform !== "win32",
      // npx, pnpm and the like are .cmd files there, which only a shell can start.
      shell: process.platform === "win32",
    });

    const chunks = [];
    child.stdout?.on("data", (chunk) => chunks.push(chunk));
    child.stderr?.on("data", (chunk) => chunks.push(chunk));
    const output = () => Buffer.concat(chunks).toString("utf8");

    let isOverLimit = false;
    const timer =
      limitMs === undefined
        ? undefined
        : setTimeout(() => {
            isOverLimit = true;
            killGroup(child, "SIGKILL");
          }, limitMs);
    const interrupt = limitMs === undefined ? undefined : () => killGroup(child, "SIGKILL");
    if (interrupt !== undefined) process.once("exit", interrupt);

    const finish = (result) => {
      clearTimeout(timer);
      if (interrupt !== undefined) process.off("exit", interrupt);
      resolve(result);
    };
    child.on("error", (error) => finish({ code: 127, output: `${output()}${command}: ${error.message}\n` }));
    child.on("close", (code) =>
      finish(
        isOverLimit
          ? { code: 124, output: `${output()}\nStopped: not finished after ${limitMs / 1000} s.\n` }
          : { code: code ?? 1, output: output() },
      ),
    );
  });
}

/** Sends a signal to a child that leads its own process group, and to everything in that group. */
export function killGroup(child, signal) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
  } catch (error) {
    // It ended between our look and our signal, which is what we wanted.
    if (error.code !== "ESRCH") throw error;
  }
}

/** Makes Ctrl-C end this process through its exit handlers, which take the running commands along. */
export function exitOnSignals() {
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
}
