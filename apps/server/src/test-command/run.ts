// Does what `stepwright test` asks for: a server, the command beside it, and what is said when it has ended.
import { resolve } from "node:path";
import process from "node:process";
import type { ApiApp } from "@stepwright/protocol";
import { saveRun } from "@stepwright/testing";
import { pino } from "pino";
import type { SettingKey } from "../config.ts";
import { readConfig } from "../read-config.ts";
import { startVirtualServer, type VirtualServer } from "../virtual-clock/start-virtual-server.ts";
import { environmentOf } from "./environment.ts";
import { createRunKeeper, type KeptRuns } from "./kept-runs.ts";
import { reportText, sum } from "./report.ts";
import type { TestLine } from "./request.ts";
import { runChild } from "./run-child.ts";

/** How it has ended: what to say on standard error, and what to exit with. */
export interface TestOutcome {
  readonly text: string;
  readonly exitCode: number;
}

/** Does it. Throws a `StepwrightError` whose message is for people when the server cannot start. */
export async function runTest(line: TestLine): Promise<TestOutcome> {
  const config = readConfig({
    command: "dev",
    flags: settingsOf(line),
    env: process.env,
    configFile: line.configFile,
    cwd: process.cwd(),
  });
  // Standard output is the command's.
  const log = pino({ level: config.logLevel, base: null }, pino.destination({ fd: 2, sync: true }));
  const server: VirtualServer = await startVirtualServer(config, {
    log,
    cacheDir: process.env["XDG_CACHE_HOME"] || null,
    beforeReset: () => keeper.gather(),
  });
  const keeper = createRunKeeper({ ask: (path) => server.ask(path), isAll: line.isVerbose });
  const [url = ""] = server.urls;
  const failedRuns = line.saveFailedTo === null ? null : resolve(line.saveFailedTo);
  try {
    const end = await runChild(line.command, environmentOf(process.env, { url, failedRuns }));
    if (end.kind === "notRun") return { text: `${end.message}.\n`, exitCode: end.exitCode };
    await keeper.gather();
    const kept = keeper.kept();
    const saved = failedRuns === null ? "" : saveFailed(kept, failedRuns);
    const text =
      sum(kept.counts) === 0
        ? await noRunText(server, url)
        : reportText(kept, { hasColors: process.stderr.isTTY && !process.env["NO_COLOR"] });
    return { text: text + saved, exitCode: end.exitCode };
  } finally {
    await server.stop();
  }
}

/** Those of the command line, and what goes without saying here: any free port, and a log that only tells of trouble. */
function settingsOf({ values }: TestLine): ReadonlyMap<SettingKey, unknown> {
  return new Map<SettingKey, unknown>([["port", 0], ["logLevel", "error"], ...values, ["virtualClock", true]]);
}

async function noRunText(server: VirtualServer, url: string): Promise<string> {
  const { items: apps } = await server.ask<{ readonly items: readonly ApiApp[] }>("/api/apps");
  return `\nNo run was made. ${whyNoRun(apps, url)}\n`;
}

function whyNoRun(apps: readonly ApiApp[], url: string): string {
  if (apps.length === 0)
    return `No app is registered: name it with -u URL, or send {"url": "http://localhost:…"} to ${url}/api/apps in the tests.`;
  const problem = apps.find((app) => app.problem !== null)?.problem?.message;
  return problem === undefined
    ? "The apps are registered, but no event came that one of their functions listens to. The variables of this command say where events go: see INNGEST_DEV."
    : `An app could not be synced: ${problem}.`;
}

function saveFailed({ shown }: KeptRuns, folder: string): string {
  const failed = shown.filter(({ status }) => status === "failed");
  return failed.map((run) => `Saved ${saveRun(run, folder)}\n`).join("");
}
