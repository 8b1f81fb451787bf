// Does what `stepwright doctor`, `backup` and `restore` ask for.
import { constants, setPriority } from "node:os";
import process from "node:process";
import { StepwrightError } from "@stepwright/protocol";
import { createWallClock } from "@stepwright/runtime";
import { readConfig } from "../read-config.ts";
import { loadAddon } from "../sea/addon.ts";
import { backUp } from "./backup.ts";
import { examine } from "./doctor.ts";
import { type DataOutcome, failed } from "./outcome.ts";
import type { DataRequest } from "./request.ts";
import { restore } from "./restore.ts";

/** What the commands need of the process they run in. */
export interface DataTools {
  readonly cwd: string;
  readonly processId: number;
  readonly nativeBinding: object | undefined;
  readonly now: () => number;
  /** The folder that a server would use here. */
  readonly dataDirDefault: () => string;
  /** Says on a terminal what is being done; null when nothing is any more. */
  readonly progress: (what: string | null) => void;
}

/** Does it. */
export function runData(request: DataRequest): DataOutcome {
  // Whatever is written holds the data of every run: only this user may read it.
  process.umask(0o077);
  // Reading a whole database takes a processor for seconds, which a server beside us needs more: on two busy cores its
  // calls per second fell to the half during a backup, and do not fall measurably with this.
  setPriority(constants.priority.PRIORITY_LOW);
  try {
    return perform(request, {
      cwd: process.cwd(),
      processId: process.pid,
      nativeBinding: loadAddon(process.env["XDG_CACHE_HOME"] || null)?.addon,
      now: createWallClock().now,
      dataDirDefault,
      progress: showProgress,
    });
  } catch (error) {
    // A wrong setting, or an addon that cannot be loaded: both say what to do.
    if (!(error instanceof StepwrightError)) throw error;
    return failed(error.message, request.kind === "doctor" ? 2 : 1);
  }
}

function dataDirDefault(): string {
  return readConfig({ command: "dev", flags: new Map(), env: process.env, configFile: null, cwd: process.cwd() })
    .dataDir;
}

/** Does it with these tools. */
export function perform(request: DataRequest, tools: DataTools): DataOutcome {
  switch (request.kind) {
    case "doctor":
      return examine(request, tools);
    case "backup":
      return backUp(request, tools);
    case "restore":
      return restore(request, tools);
  }
}

function showProgress(what: string | null): void {
  if (!process.stderr.isTTY) return;
  const clearLine = "\r\u001B[K";
  process.stderr.write(what === null ? clearLine : `${clearLine}${what}`);
}
