// Runs what the command line asks for, and ends the process the way its caller expects.
import process from "node:process";
import { StepwrightError } from "@stepwright/protocol";
import type { Logger } from "pino";
import { banner } from "./banner.ts";
import { readCommandLine } from "./command-line.ts";
import type { Config } from "./config.ts";
import type { DataOutcome } from "./data/outcome.ts";
import { helpText } from "./help.ts";
import { openLog, type OpenLog } from "./log.ts";
import { readConfig } from "./read-config.ts";
import { runRemote, type RemoteLine } from "./remote/commands.ts";
import { exitCodes } from "./remote/exit-codes.ts";
import type { RemoteOutcome } from "./remote/open-client.ts";
import { collectWhenIdle } from "./small-heap.ts";
import { portsOfApps } from "./ports.ts";
import type { RunningServer } from "./start-server.ts";
import type { TestLine } from "./test-command/request.ts";
import { version } from "./version.ts";

/** Reads the arguments of the process and acts on them. Mistakes and failed starts print one sentence and exit with 1. */
export async function runCli(): Promise<void> {
  const line = readCommandLine(process.argv.slice(2));
  switch (line.kind) {
    case "help":
      process.stdout.write(helpText(line.command));
      return;
    case "version":
      process.stdout.write(`${version}\n`);
      return;
    case "mistake":
      refuse(line.message);
      return;
    case "data": {
      const { runData } = await import("./data/run.ts");
      end(runData(line.request));
      return;
    }
    case "serve": {
      const { command, values: flags, configFile } = line;
      const notices = [...line.notices];
      const onNotice = (notice: string) => void notices.push(notice);
      try {
        const config = readConfig({ command, flags, env: process.env, configFile, cwd: process.cwd(), onNotice });
        await serve(config, notices);
      } catch (error) {
        if (!(error instanceof StepwrightError)) throw error;
        refuse(capitalized(error.message) + codeOf(error));
      }
      return;
    }
    case "test":
      await runTestCommand(line);
      return;
    default:
      await runOnServer(line);
  }
}

/** How long a command may take to end when it is told to. */
const giveUpMs = 1_000;

/** Acts on a running server. What is still open then, such as a connection that is kept, must not keep the process. */
async function runOnServer(line: RemoteLine): Promise<void> {
  // Imported only now, as the server below: neither needs the other.
  const { openTerminal } = await import("./terminal.ts");
  const terminal = openTerminal();
  // What waits for runs ends by itself, and says what goes on; a question to a server that hangs does not.
  terminal.signal.addEventListener("abort", () => setTimeout(() => process.exit(exitCodes.interrupted), giveUpMs));
  end(await runRemote(line, terminal));
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
  process.exit();
}

/** Runs a command beside a server. What the command leaves open, such as a connection of it that lives on, must not keep the process. */
async function runTestCommand(line: TestLine): Promise<void> {
  for (const notice of line.notices) process.stderr.write(`${notice}\n`);
  try {
    const { runTest } = await import("./test-command/run.ts");
    const { text, exitCode } = await runTest(line);
    await new Promise<void>((resolve) => process.stderr.write(text, () => resolve()));
    process.exit(exitCode);
  } catch (error) {
    if (!(error instanceof StepwrightError)) throw error;
    refuse(capitalized(error.message) + codeOf(error));
  }
}

async function serve(config: Config, notices: readonly string[]): Promise<void> {
  const isTerminal = process.stdout.isTTY && !config.json;
  const { log, drain, flush } = openLog({ level: config.logLevel, isTerminal });
  process.on("uncaughtException", (error) => die(log, flush, error));
  process.on("unhandledRejection", (error) => die(log, flush, error));
  for (const notice of notices) log.warn({ component: "server" }, notice);

  // Imported only now: help and mistakes answer at once, without loading the server.
  const { startServer } = await import("./start-server.ts");
  const server = await startServer(config, {
    log,
    discoverPorts: portsOfApps(process.env["PORT"]),
    cacheDir: process.env["XDG_CACHE_HOME"] || null,
    isTestMode: process.env["TEST_MODE"] === "true",
  });
  collectWhenIdle();
  if (isTerminal) process.stdout.write(banner({ config, server, version }));
  stopOnSignal(server, { log, drain, flush });
}

/** The first signal stops the server in order, the second at once. */
function stopOnSignal(server: RunningServer, { log, drain, flush }: OpenLog): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) {
      flush();
      process.exit(1);
    }
    isStopping = true;
    log.info({ component: "server", signal }, "stopping");
    void server.stop().then(
      async () => {
        await drain();
        // What is left, such as an idle connection of a client, must not keep the process.
        process.exit(0);
      },
      (error: unknown) => die(log, flush, error),
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGQUIT", "SIGHUP"] as const) process.on(signal, stop);
}

/** Nothing is known to be whole any more: the next start finds everything that was committed. */
function die(log: Logger, flush: () => void, error: unknown): void {
  log.fatal({ component: "server", err: error }, "the server broke down");
  flush();
  process.exit(1);
}

/** What is wrong with the data may be looked for by scripts; what is wrong with a setting is said to a person. */
function codeOf({ code }: StepwrightError): string {
  return code.startsWith("DATA_") ? ` (${code})` : "";
}

/** Prints how a command ended that is no server. */
function end(outcome: RemoteOutcome | DataOutcome): void {
  if (outcome.kind === "done") {
    process.stdout.write(outcome.text);
    if ("remarks" in outcome) for (const remark of outcome.remarks ?? []) process.stderr.write(`${remark}\n`);
  } else refuse(capitalized(outcome.message));
  if (outcome.exitCode !== undefined) process.exitCode = outcome.exitCode;
}

function refuse(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}

function capitalized(sentence: string): string {
  const first = /^https?:/.test(sentence) ? sentence.charAt(0) : sentence.charAt(0).toUpperCase();
  return `${first}${sentence.slice(1)}${/[.?!]$/.test(sentence) ? "" : "."}`;
}
