// The process under measurement: the built server as a user starts it, or the floor in its place.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { linesOf } from "./lines-of.ts";

/** What is measured. `ceiling` is the floor without a disk, which signs its calls: as fast as a published SDK can be called. */
export type SubjectKind = "server" | "floor" | "ceiling";

/** A running process under measurement. */
export interface Subject {
  readonly kind: SubjectKind;
  readonly url: string;
  readonly eventKey: string;
  /** What an app or a reader of the API shows to be let in. */
  readonly signingKeyHash: string;
  readonly pid: number;
  /** The SQLite file that it writes. */
  readonly databaseFile: string;
  /** Where the inspector listens; null unless it was asked for. */
  readonly inspectorUrl: string | null;
  /** From the start of the process until it said that it listens. */
  readonly startMs: number;
  /** Ends it, and removes its data unless the folder was given. */
  stop(): Promise<void>;
  /** Ends it at once, as a crash does; the data stays. */
  kill(): Promise<void>;
}

/** How to start it. */
export interface SubjectOptions {
  readonly kind: SubjectKind;
  readonly synchronous: "full" | "normal";
  /** A data folder to use and keep; default is a fresh one, removed at the end. */
  readonly dataDir?: string;
  /** More arguments for the server. */
  readonly serverArgs?: readonly string[];
  readonly inspect?: boolean;
}

/** The signing key of the server under measurement, as an SDK wants it. */
export const signingKey = "00112233445566778899aabbccddeeff";
const eventKey = "bench";
// The history of a big database is older than runs are kept by default: nothing may be removed while it is measured.
const keptKinds = ["completed", "failed", "cancelled", "skipped", "events"];
const startDeadlineMs = 60_000;

const programs: Readonly<Record<SubjectKind, URL>> = {
  server: new URL("../../../apps/server/dist/stepwright.cjs", import.meta.url),
  floor: new URL("./floor/floor-process.ts", import.meta.url),
  ceiling: new URL("./floor/floor-process.ts", import.meta.url),
};

/** Starts the process on a free port; resolves once it says that it listens. */
export async function startSubject(options: SubjectOptions): Promise<Subject> {
  const { kind, inspect = false } = options;
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "stepwright-bench-")));
  const begunAt = performance.now();
  const child = spawn(
    process.execPath,
    [...(inspect ? ["--inspect=127.0.0.1:0"] : []), fileURLToPath(programs[kind]), ...argsOf(options, dataDir)],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const killAtExit = (): void => void child.kill("SIGKILL");
  process.once("exit", killAtExit);
  void ended.then(() => process.off("exit", killAtExit));
  const removeFresh = async (): Promise<void> => {
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  const announcements = Promise.all([
    announced(child, "stdout", kind === "server" ? /"url":"([^"]+)".*server started/ : /^listening (\S+)/),
    announced(child, "stderr", inspect ? /^Debugger listening on (\S+)/ : null),
  ]);
  announcements.catch(removeFresh);
  const [url, inspectorUrl] = await announcements;
  if (url === null) throw new Error("broken promise: a pattern was given");
  const startMs = performance.now() - begunAt;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return {
    kind,
    url: url.replace("localhost", "127.0.0.1"),
    eventKey,
    signingKeyHash: createHash("sha256").update(Buffer.from(signingKey, "hex")).digest("hex"),
    pid: child.pid ?? 0,
    databaseFile: join(dataDir, "main.db"),
    inspectorUrl,
    startMs,
    async stop() {
      await end("SIGTERM");
      await removeFresh();
    },
    kill: () => end("SIGKILL"),
  };
}

function argsOf({ kind, synchronous, serverArgs = [] }: SubjectOptions, dataDir: string): readonly string[] {
  if (kind === "floor") return [join(dataDir, "main.db"), synchronous];
  if (kind === "ceiling") return [":memory:", synchronous, signingKey];
  const where = ["--port", "0", "--host", "127.0.0.1", "--data-dir", dataDir];
  const keys = ["--event-key", eventKey, "--signing-key", signingKey];
  const retention = keptKinds.flatMap((kind) => [`--retain-${kind}`, "forever"]);
  const rest = ["--synchronous", synchronous, "--shutdown-grace", "1", ...retention, ...serverArgs];
  return ["start", ...where, ...keys, ...rest];
}

/** Passes the process's output on to ours, but for the line that matches, and returns what that line announces. */
function announced(child: ChildProcess, from: "stdout" | "stderr", pattern: RegExp | null): Promise<string | null> {
  const output = child[from];
  if (output === null) throw new Error("broken promise: the output is a pipe");
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the process did not start within ${startDeadlineMs / 1_000} s`));
    }, startDeadlineMs);
    const settle = (value: string | null): void => {
      clearTimeout(deadline);
      resolve(value);
    };
    child.once("exit", (code) => {
      clearTimeout(deadline);
      reject(
        new Error(`the process ended with code ${String(code)} before it listened; is the server built (pnpm build)?`),
      );
    });
    if (pattern === null) settle(null);
    linesOf(output, (line) => {
      const found = pattern === null ? null : pattern.exec(line);
      if (found !== null) settle(found[1] ?? null);
      else if (isWorthShowing(line)) process.stderr.write(`${line}\n`);
    });
  });
}

/** Warnings and errors of the server, and everything that is no line of its log. */
function isWorthShowing(line: string): boolean {
  if (line === "" || /^(?:Debugger|For help, see|Waiting for the debugger)/.test(line)) return false;
  return !/^\{"level":(?:"(?:info|debug|trace)"|[123]0)/.test(line);
}
