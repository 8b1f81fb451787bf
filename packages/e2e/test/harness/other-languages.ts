// Apps in other languages than JavaScript: programs with the published SDKs, built or installed from pinned versions.
import { execFile, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ApiApp, ApiRun } from "@stepwright/protocol";
import { beforeAll, beforeEach } from "vitest";
import type { Child } from "./child.ts";
import type { Scope } from "./scope.ts";
import type { ServerProcess } from "./server-process.ts";

const run = promisify(execFile);
const apps = fileURLToPath(new URL("../apps/", import.meta.url));
const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "stepwright-e2e");
const preparationMs = 900_000;

/** A way of running the suite: a language, and how its SDK is set up. */
export interface Language {
  readonly name: string;
  readonly language: "python" | "go";
  readonly env: Readonly<Record<string, string>>;
  /** What the SDK calls itself when it registers. */
  readonly sdk: RegExp;
}

const python = { language: "python", sdk: /^py:v0\.5\.19$/u } as const;
const go = { language: "go", sdk: /^go:v0\.16\.0$/u } as const;

/** All of them, for `describe.each`. */
export const languages: readonly Language[] = [
  { ...python, name: "Python", env: {} },
  { ...python, name: "Python, streaming", env: { STREAMING: "1" } },
  { ...go, name: "Go", env: {} },
  { ...go, name: "Go, checkpointing", env: { CHECKPOINTING: "1" } },
  { ...go, name: "Go, streaming", env: { STREAMING: "1" } },
];

/** One execution of a step, or of other code that tells of itself. */
export interface Execution {
  readonly runId: string;
  readonly attempt: number;
  readonly step: string;
}

/** A program that the server knows. */
export interface LanguageApp {
  readonly id: string;
  readonly url: string;
  readonly child: Child;
  readonly synced: ApiApp;
  event(name: string): string;
  send(name: string, data?: object): Promise<string>;
  start(name: string, data?: object): Promise<ApiRun>;
  runOnce(name: string, data?: object, options?: { readonly timeoutMs?: number }): Promise<ApiRun>;
  /** What ran so far, oldest first. */
  executions(runId?: string): readonly Execution[];
  /** Has the program send events by its own SDK; returns the ids. */
  sendItself(events: readonly { readonly name: string; readonly data: object }[]): Promise<readonly string[]>;
  /** Ends the program and serves the functions of another deploy at the same URL. */
  deploy(number: number): Promise<LanguageApp>;
}

/** How to start a program. */
export interface LanguageAppOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly port?: string;
  readonly id?: string;
}

let made = 0;

/**
 * Makes a language ready before the tests of a `describe`.
 *
 * Without its tools the tests are skipped with a word on what is missing; in CI they fail, which brings the tools itself.
 */
export function useLanguage(
  { language }: Pick<Language, "language">,
  prepare: () => Promise<unknown> = programs[language],
): void {
  const missing = process.env["CI"] === undefined ? missingTool(language) : null;
  beforeAll(async () => {
    if (missing === null) await prepare();
  }, preparationMs);
  beforeEach(({ skip }) => {
    if (missing !== null) skip(missing);
  });
}

function missingTool(language: Language["language"]): string | null {
  const { command, remedy } = tools[language];
  return spawnSync(command, [], { stdio: "ignore", input: "" }).error === undefined
    ? null
    : `${command} is not on this machine: ${remedy}`;
}

/** Starts a program and syncs it; it ends with the file. */
export async function serveLanguage(
  scope: Scope,
  server: ServerProcess,
  language: Language,
  options: LanguageAppOptions = {},
): Promise<LanguageApp> {
  const id = options.id ?? `${language.language}-${++made}`;
  const program = await programs[language.language]();
  const child = scope.startChild({
    ...program,
    env: {
      INNGEST_DEV: server.url,
      DEPLOY: "1",
      ...language.env,
      ...options.env,
      APP_ID: id,
      PORT: options.port ?? "0",
    },
  });
  const [, url = "", port = ""] = await child.waitForOutput(/^serving (http:\/\/localhost:(\d+)\S*)$/m);
  const synced = await server.addApp(url);
  if (synced.status !== "synced") throw new Error(`it was not synced: ${JSON.stringify(synced.problem)}`);
  const event = (name: string): string => `${id}/${name}`;
  const send = async (name: string, data: object = {}): Promise<string> => {
    const [eventId = ""] = await server.send({ name: event(name), data });
    return eventId;
  };
  const start = async (name: string, data?: object): Promise<ApiRun> => {
    const [first] = await server.runsOf(await send(name, data));
    if (first === undefined) throw new Error("broken promise: runsOf returns at least one run");
    return first;
  };
  return {
    id,
    url,
    child,
    synced,
    event,
    send,
    start,
    runOnce: async (name, data, waiting) => server.ended((await start(name, data)).id, waiting),
    executions: (runId) => executionsIn(child.output()).filter((one) => runId === undefined || one.runId === runId),
    async sendItself(events) {
      const response = await fetch(new URL("/send", url), { method: "POST", body: JSON.stringify(events) });
      if (!response.ok) throw new Error(`the program did not send: ${await response.text()}`);
      return (await response.json()) as readonly string[];
    },
    async deploy(number) {
      await child.end("SIGKILL");
      return serveLanguage(scope, server, language, { env: { ...options.env, DEPLOY: String(number) }, port, id });
    },
  };
}

function executionsIn(output: string): readonly Execution[] {
  return [...output.matchAll(/^ran (\S+) (\d+) (.*)$/gm)].map(([, runId = "", attempt = "", step = ""]) => ({
    runId,
    attempt: Number(attempt),
    step,
  }));
}

const tools = {
  python: { command: "python3", remedy: "apt-get install python3-venv" },
  go: { command: "go", remedy: "apt-get install golang-go" },
} as const;

interface Command {
  readonly command: string;
  readonly file: string;
}

let pythonReady: Promise<Command> | null = null;
let goReady: Promise<Command> | null = null;

function pythonProgram(): Promise<Command> {
  pythonReady ??= (async () => {
    const folder = join(apps, "python");
    return { command: await pythonWith(join(folder, "requirements.txt")), file: join(folder, "app.py") };
  })();
  return pythonReady;
}

/** Python with pinned packages, in an environment that is made once per list of them and version of Python. Returns the path of the program. */
export async function pythonWith(requirements: string): Promise<string> {
  const version = await versionOf("python", "--version");
  const environment = join(cache, `python-${digest([version, readFileSync(requirements, "utf8")])}`);
  if (!existsSync(environment)) {
    mkdirSync(cache, { recursive: true });
    // Made under another name, then renamed: a half-made one, or one that two processes make, is never used.
    const draft = `${environment}-${process.pid}`;
    await run("python3", ["-m", "venv", draft]);
    const pip = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", requirements];
    await run(join(draft, "bin", "python"), pip, { timeout: preparationMs });
    moveInto(draft, environment);
  }
  return join(environment, "bin", "python");
}

/** The Go program, built once per state of its sources. */
function goProgram(): Promise<Command> {
  goReady ??= (async () => {
    const folder = join(apps, "go");
    const version = await versionOf("go", "version");
    const sources = readdirSync(folder).toSorted();
    const built = join(
      cache,
      `go-${digest([version, ...sources.map((name) => readFileSync(join(folder, name), "utf8"))])}`,
    );
    if (!existsSync(built)) {
      mkdirSync(cache, { recursive: true });
      const draft = `${built}-${process.pid}`;
      const env = { ...process.env, GOFLAGS: "-mod=readonly -buildvcs=false" };
      await run("go", ["build", "-o", join(draft, "app"), "."], { cwd: folder, env, timeout: preparationMs });
      moveInto(draft, built);
    }
    return { command: join(built, "app"), file: "" };
  })();
  return goReady;
}

const programs = { python: pythonProgram, go: goProgram } as const;

async function versionOf(language: Language["language"], question: string): Promise<string> {
  const { command, remedy } = tools[language];
  try {
    const { stdout } = await run(command, [question]);
    return stdout;
  } catch (error) {
    throw new Error(`${command} is needed for the tests of its SDK: ${remedy}`, { cause: error });
  }
}

/** Another process may have made the same meanwhile: then that one is used. */
function moveInto(draft: string, target: string): void {
  try {
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

function digest(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}
