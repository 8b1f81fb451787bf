// The server under load: a process of its own, as a user starts it, with a look into its memory.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A running server. */
export interface ServerProcess {
  readonly url: string;
  readonly eventKey: string;
  /** What goes into `Authorization`. */
  readonly bearer: string;
  /** Lines of its log at `warn` and above, by message. */
  readonly complaints: ReadonlyMap<string, number>;
  memory(isCollected: boolean): Promise<Memory>;
  /** Resident bytes, open file handles, CPU seconds since the start. */
  usage(): Promise<{ readonly rss: number; readonly handles: number; readonly cpuSeconds: number }>;
  /** Bytes of the database and of its log. */
  files(): Promise<{ readonly database: number; readonly wal: number }>;
  readonly isRunning: boolean;
  stop(): Promise<void>;
}

/** Bytes. */
export interface Memory {
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
}

const signingKey = "00112233445566778899aabbccddeeff";
const eventKey = "soak";

/** Starts the built server on a free port with a fresh data folder; resolves when its log says that it has started. */
export async function startServerProcess(flags: readonly string[]): Promise<ServerProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), "stepwright-soak-"));
  const entry = fileURLToPath(new URL("../../../apps/server/dist/main.js", import.meta.url));
  const probe = new URL("memory-probe.ts", import.meta.url).href;
  const keys = ["--event-key", eventKey, "--signing-key", signingKey];
  const args = ["start", "--port", "0", "--host", "127.0.0.1", "--data-dir", dataDir, ...keys, "--json", ...flags];
  const child = spawn(process.execPath, ["--expose-gc", "--import", probe, entry, ...args], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const ended = once(child, "exit");
  const complaints = new Map<string, number>();
  const url = await untilStarted(child, complaints);
  return {
    url,
    eventKey,
    bearer: `Bearer ${createHash("sha256").update(Buffer.from(signingKey, "hex")).digest("hex")}`,
    complaints,
    async memory(isCollected) {
      const answer = once(child, "message");
      child.send(isCollected ? "collected" : "as it is");
      return ((await answer) as [Memory])[0];
    },
    usage: () => usageOf(child.pid ?? 0),
    async files() {
      return { database: await sizeOf(join(dataDir, "main.db")), wal: await sizeOf(join(dataDir, "main.db-wal")) };
    },
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    async stop() {
      child.kill("SIGTERM");
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function untilStarted(child: ChildProcess, complaints: Map<string, number>): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) throw new Error("the server has no output");
    createInterface({ input: child.stdout }).on("line", (text) => {
      const line = JSON.parse(text) as { readonly level: number; readonly msg: string; readonly url?: string };
      if (line.msg === "server started" && line.url !== undefined) resolve(line.url);
      if (line.level >= 40) complaints.set(line.msg, (complaints.get(line.msg) ?? 0) + 1);
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}; is it built (pnpm build)?`)));
  });
}

/** The clock of `/proc` ticks a hundred times a second. */
const ticksPerSecond = 100;

async function usageOf(pid: number): Promise<{ rss: number; handles: number; cpuSeconds: number }> {
  const [status, stat, handles] = await Promise.all([
    readFile(`/proc/${pid}/status`, "utf8"),
    readFile(`/proc/${pid}/stat`, "utf8"),
    readdir(`/proc/${pid}/fd`),
  ]);
  const rss = Number(/VmRSS:\s+(\d+)/u.exec(status)?.[1] ?? 0) * 1024;
  // User and system time are the 14th and 15th field; the name before them is in parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { rss, handles: handles.length, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond };
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
