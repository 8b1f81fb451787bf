// The `stepwright` command as a person or a script runs it: a process of its own, with what it prints, reads and ends with.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { cleanEnvironment } from "./child.ts";
import { entry, nodeArgs } from "./server-process.ts";
import type { ServerApi } from "./server-api.ts";

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of a command. */
export interface CommandOptions {
  /** What is written to its standard input, which is closed then. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What is run; default: the server of the other tests. */
  readonly program?: readonly string[];
}

/** A command that goes on. */
export interface RunningCommand {
  /** Resolves with the next line of its output. */
  line(): Promise<string>;
  /** Sends a signal; resolves with how it has ended. */
  end(signal: NodeJS.Signals): Promise<CommandResult>;
  /** Closes its output, as a reader that has seen enough; resolves with how it has ended. */
  closeOutput(): Promise<CommandResult>;
}

/** The command: what is run, without its arguments. */
export const program: readonly string[] = [process.execPath, ...nodeArgs, entry];

/** Runs a command on a server to its end. */
export async function runCommand(
  server: Pick<ServerApi, "url">,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const child = start(server, args, options);
  const result = collect(child);
  child.stdin.end(options.input ?? "");
  return result;
}

/** Starts a command on a server. */
export function startCommand(
  server: Pick<ServerApi, "url">,
  args: readonly string[],
  options: Omit<CommandOptions, "input"> = {},
): RunningCommand {
  const child = start(server, args, options);
  onTestFinished(() => void child.kill("SIGKILL"));
  const result = collect(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async line() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the command ended: ${JSON.stringify(await result)}`);
      return value;
    },
    end(signal) {
      child.kill(signal);
      return result;
    },
    closeOutput() {
      child.stdout.destroy();
      return result;
    },
  };
}

/** Does something again and again until something else has come of it: a feed does not say from when on it hears what happens. */
export async function whileDoing<T>(act: () => Promise<unknown>, wait: () => Promise<T>): Promise<T> {
  const waiting = { isOver: false };
  const result = wait().finally(() => (waiting.isOver = true));
  while (!waiting.isOver) await act();
  return result;
}

function start(
  { url }: Pick<ServerApi, "url">,
  args: readonly string[],
  { env = {}, program: own = program }: CommandOptions,
): ChildProcessWithoutNullStreams {
  const [file = "", ...first] = own;
  return spawn(file, [...first, ...args], {
    cwd: tmpdir(),
    env: { ...cleanEnvironment(), STEPWRIGHT_SERVER: url, ...env },
  });
}

async function collect(child: ChildProcessWithoutNullStreams): Promise<CommandResult> {
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}
