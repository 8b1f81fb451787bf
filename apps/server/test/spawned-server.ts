// Runs the command as a person does: a process of its own, started from the sources, listened to by its log.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** A server process that answers. */
export interface SpawnedServer {
  readonly url: string;
  readonly process: ChildProcess;
  /** Sends a signal and resolves with the exit code once the process is gone; null when the signal itself ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of a command. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A limit on the size of files, in blocks of 512 bytes as `ulimit` counts them: what stands in for a full disk. */
  readonly fileBlocksMax?: number;
}

/** Starts a server; resolves when its log says that it has started. */
export async function spawnServer(args: readonly string[], options: CommandOptions): Promise<SpawnedServer> {
  const child = spawnCommand(args, options);
  const ended = once(child, "exit") as Promise<[number | null]>;
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const started = new Promise<string>((resolve, reject) => {
    if (child.stdout === null) throw new Error("the process has no output");
    createInterface({ input: child.stdout }).on("line", (text) => {
      const line: unknown = text.startsWith("{") ? JSON.parse(text) : null;
      if (typeof line === "object" && line !== null && "msg" in line && line.msg === "server started" && "url" in line)
        resolve(String(line.url));
    });
    void ended.then(([code]) => reject(new Error(`ended with ${code} before it started: ${stderr}`)));
  });
  return {
    url: await started,
    process: child,
    async end(signal) {
      child.kill(signal);
      const [code] = await ended;
      return code;
    },
  };
}

/** Runs a command to its end. */
export async function runCommand(args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const child = spawnCommand(args, options);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

function spawnCommand(args: readonly string[], { cwd, env = {}, fileBlocksMax }: CommandOptions): ChildProcess {
  const whole = [process.execPath, "--conditions=@stepwright/source", main, ...args];
  const [file = "", ...rest] =
    fileBlocksMax === undefined ? whole : ["/bin/sh", "-c", `ulimit -f ${fileBlocksMax} && exec "$@"`, "sh", ...whole];
  return spawn(file, rest, {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}
