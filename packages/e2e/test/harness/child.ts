// Programs on the repository's own Node, as child processes that never outlive the test process.
import { fileURLToPath } from "node:url";
import { type Child as AnyChild, startChild as startAny } from "@stepwright/test-parts";

/** The repository's top folder. */
export const repository = fileURLToPath(new URL("../../../..", import.meta.url));

// Not `.bin/node`: that is a shell script, and a signal to it would not reach the real process.
const node = fileURLToPath(new URL("node_modules/node/bin/node", new URL("../../../..", import.meta.url)));

/** A running program. */
export interface Child extends AnyChild {
  /** What it has written so far, stdout and stderr in order of arrival. */
  output(): string;
  /** Waits for a line that matches; what was written before counts. Throws when the program ends without it. */
  waitForOutput(pattern: RegExp, options?: { readonly timeoutMs?: number }): Promise<RegExpExecArray>;
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
  /** Hears every line that it writes. */
  readonly onLine?: (line: string) => void;
}

/** Starts a program. */
export function startChild(program: Program): Child {
  const file = program.file === "" ? [] : [program.file];
  const child = startAny({
    command: program.command ?? node,
    args: [...(program.nodeArgs ?? []), ...file, ...(program.args ?? [])],
    cwd: program.cwd ?? repository,
    env: { ...cleanEnvironment(), ...program.env },
    ...(program.onLine === undefined ? {} : { onLine: program.onLine }),
  });
  return Object.assign(child, {
    output: () => child.lines().join("\n"),
    waitForOutput: child.line,
  });
}

/** The environment without what would configure a server or an SDK behind the test's back. */
export function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(INNGEST|STEPWRIGHT|VITEST|NODE_OPTIONS$|NODE_ENV$|PORT$|TEST$)/.test(name),
  );
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
