// Runs the command that is tested: with our standard input and output, the signals that we get, and an exit code for us.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";

/** How it has ended. */
export type ChildEnd =
  | { readonly kind: "ended"; readonly exitCode: number }
  /** It could not be run: one sentence, and what shells exit with then. */
  | { readonly kind: "notRun"; readonly message: string; readonly exitCode: number };

/** Passed on. What a terminal sends, it sends to the command as well, which must not hear it twice. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
const signalsOfTerminals: readonly string[] = ["SIGINT", "SIGQUIT"];

/** Runs it to its end. Until then no signal ends this process. */
export async function runChild(
  [file, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string | undefined>>,
): Promise<ChildEnd> {
  const child = spawn(file, args, { stdio: "inherit", env });
  const isOnTerminal = process.stdin.isTTY;
  const pass = (signal: NodeJS.Signals): void => {
    if (!isOnTerminal || !signalsOfTerminals.includes(signal)) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, pass);
  try {
    return await new Promise((resolve) => {
      child.once("error", (error) => resolve(notRun(file, error)));
      child.once("exit", (code, signal) =>
        resolve({ kind: "ended", exitCode: code ?? 128 + (signal === null ? 0 : constants.signals[signal]) }),
      );
    });
  } finally {
    for (const signal of signals) process.off(signal, pass);
  }
}

function notRun(file: string, error: NodeJS.ErrnoException): ChildEnd {
  if (error.code === "ENOENT") {
    const where = /[\\/]/.test(file) ? "at that path" : "on the PATH";
    return { kind: "notRun", message: `There is no command "${file}" ${where}`, exitCode: 127 };
  }
  const reason = error.code === "EACCES" ? "it may not be executed" : error.message;
  return { kind: "notRun", message: `"${file}" cannot be run: ${reason}`, exitCode: 126 };
}
