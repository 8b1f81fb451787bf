// A child process whose output is kept and that never outlives the test process.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { until } from "./poll.ts";

/** The repository's top folder. */
export const repository = fileURLToPath(new URL("../../../..", import.meta.url));

// Not `.bin/node`: that is a shell script, and a signal to it would not reach the real process.
const node = fileURLToPath(new URL("node_modules/node/bin/node", new URL("../../../..", import.meta.url)));

/** A running program. */
export interface Child {
  readonly pid: number;
  /** Everything it has written so far, stdout and stderr in order of arrival. */
  output(): string;
  /** Waits for output that matches; what was written before counts. Throws when the program ends without it. */
  waitForOutput(pattern: RegExp, options?: { readonly timeoutMs?: number }): Promise<RegExpExecArray>;
  /** Sends the signal and waits for the end; returns the exit code, null after a signal. Does nothing to an ended program. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Waits for the end. */
  readonly ended: Promise<number | null>;
  readonly hasEnded: boolean;
}

/** What to run: a file, its arguments and what differs in its environment. */
export interface Program {
  /** What runs the file; default: the repository's own Node. */
  readonly command?: string;
  /** Empty for a command that is a program itself. */
  readonly file: string;
  readonly nodeArgs?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Starts a program. */
export function startChild(program: Program): Child {
  const file = program.file === "" ? [] : [program.file];
  const child = spawn(program.command ?? node, [...(program.nodeArgs ?? []), ...file, ...(program.args ?? [])], {
    cwd: program.cwd ?? repository,
    env: { ...cleanEnvironment(), ...program.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program.file} could not be started`);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => void chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => void chunks.push(chunk));
  const output = (): string => Buffer.concat(chunks).toString("utf8");
  const ended = endOf(child);
  const killAtExit = (): void => void child.kill("SIGKILL");
  process.once("exit", killAtExit);
  void ended.then(() => process.off("exit", killAtExit));

  return {
    pid,
    output,
    ended,
    get hasEnded() {
      return hasEnded(child);
    },
    waitForOutput: (pattern, { timeoutMs = 30_000 } = {}) =>
      until(
        () => {
          const match = pattern.exec(output());
          if (match === null && hasEnded(child))
            throw new Error(`${program.file} ended without ${String(pattern)}:\n${output()}`);
          return match;
        },
        { timeoutMs, describe: () => `${program.file} wrote ${String(pattern)}; it wrote:\n${output()}` },
      ),
    async end(signal) {
      if (!hasEnded(child)) child.kill(signal);
      return ended;
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** `close` rather than `exit`: then all output has arrived. */
async function endOf(child: ChildProcess): Promise<number | null> {
  await once(child, "close");
  return child.exitCode;
}

/** The environment without what would configure a server or an SDK behind the test's back. */
function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(INNGEST|STEPWRIGHT|VITEST|NODE_OPTIONS$|NODE_ENV$|PORT$|TEST$)/.test(name),
  );
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
