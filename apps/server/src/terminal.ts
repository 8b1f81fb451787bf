// The process as a command sees it.
import { fstatSync } from "node:fs";
import process from "node:process";
import { text } from "node:stream/consumers";
import type { Terminal } from "./remote/terminal.ts";

/** How long nothing may come on standard input before it is said what is waited for. */
const silenceMs = 2_000;

/** Makes it. From now on Ctrl-C, and a reader of the output that goes away, end what is being done and not the process. */
export function openTerminal(): Terminal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stop.abort());
  process.stdout.on("error", () => {
    // `… | head` has seen enough.
    stop.abort();
  });
  return {
    env: process.env,
    readInput: () => (process.stdin.isTTY ? Promise.resolve(null) : readInput()),
    hasInput: hasInput(),
    write: (output) => void process.stdout.write(output),
    remark: (sentence) => void process.stderr.write(`${sentence}\n`),
    signal: stop.signal,
    now: Date.now,
  };
}

/** A pipe that another command never closes looks like a command that hangs. */
async function readInput(): Promise<string> {
  const hint = setTimeout(
    () => process.stderr.write("Reading standard input; end it with Ctrl-D, or give </dev/null for none.\n"),
    silenceMs,
  );
  process.stdin.once("readable", () => clearTimeout(hint));
  try {
    return await text(process.stdin);
  } finally {
    clearTimeout(hint);
  }
}

/** A file, or a pipe of a shell. Programs that start us leave other things there that nobody ever writes to. */
function hasInput(): boolean {
  try {
    const stat = fstatSync(0);
    return stat.isFile() || stat.isFIFO();
  } catch {
    // Closed.
    return false;
  }
}
