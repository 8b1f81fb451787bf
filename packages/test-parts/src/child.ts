// A process of the harness: its output is read line by line, and whoever waits for a line is told when it comes.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** A started program. */
export interface Child {
  readonly pid: number;
  /** The last lines it wrote, stdout and stderr, oldest first. */
  lines(): readonly string[];
  /** The first line that matches, written already or still to come; rejects when the program ends without it. */
  line(pattern: RegExp, options?: { readonly timeoutMs?: number }): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and waits for the end; the exit code, null after a signal. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Resolves with the exit code, null after a signal, once all output was read. */
  readonly ended: Promise<number | null>;
  readonly hasEnded: boolean;
}

/** What to start. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** User to run as, where we may choose. */
  readonly uid?: number;
  /** Largest file it may write, in blocks of 512 bytes; may be raised while it runs. */
  readonly fileBlocksMax?: number;
  /** Hears every line that it writes, stdout and stderr; `lines` keeps the last ones only. */
  readonly onLine?: (line: string) => void;
}

/** Lines that are kept: enough to see what went before a failure, few enough for hours of rounds. */
const linesMax = 2_000;

/** Starts the program. It never outlives this process. */
export function startChild(program: Program): Child {
  const [file, args] = commandOf(program);
  const child = spawn(file, args, {
    cwd: program.cwd ?? "/",
    env: { PATH: process.env["PATH"] ?? "", HOME: program.cwd ?? "/", ...program.env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(program.uid === undefined ? {} : { uid: program.uid, gid: program.uid }),
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program.command} could not be started`);
  const kept: string[] = [];
  const waiting = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      kept.push(line);
      if (kept.length > linesMax) kept.shift();
      program.onLine?.(line);
      for (const look of waiting) look(line);
    });
  }
  const ended = endOf(child);
  const killAtExit = (): void => void child.kill("SIGKILL");
  process.once("exit", killAtExit);
  void ended.then(() => process.off("exit", killAtExit));

  return {
    pid,
    lines: () => kept,
    ended,
    get hasEnded() {
      return child.exitCode !== null || child.signalCode !== null;
    },
    line: (pattern, { timeoutMs = 60_000 } = {}) =>
      new Promise((resolve, reject) => {
        const settle = (act: () => void): void => {
          waiting.delete(look);
          clearTimeout(deadline);
          act();
        };
        const fail = (why: string): void =>
          settle(() =>
            reject(new Error(`${program.command} ${why} ${String(pattern)}:\n${kept.slice(-40).join("\n")}`)),
          );
        const look = (line: string): void => {
          const match = pattern.exec(line);
          if (match !== null) settle(() => resolve(match));
        };
        const deadline = setTimeout(() => fail(`did not write within ${timeoutMs} ms`), timeoutMs);
        waiting.add(look);
        for (const line of kept) look(line);
        void ended.then(() => fail("ended without"));
      }),
    signal: (signal) => void child.kill(signal),
    async end(signal) {
      child.kill(signal);
      // A stopped process takes no other signal than this one.
      if (signal !== "SIGKILL") child.kill("SIGCONT");
      return ended;
    },
  };
}

function commandOf({ command, args, fileBlocksMax }: Program): [string, readonly string[]] {
  if (fileBlocksMax === undefined) return [command, args];
  return ["/bin/sh", ["-c", `ulimit -S -f ${fileBlocksMax} && exec "$@"`, "sh", command, ...args]];
}

/** `close` rather than `exit`: then all output has arrived. */
function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("close", (code) => resolve(code)));
}
