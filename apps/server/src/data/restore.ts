// `stepwright restore`: makes a backup the data of a server that is not running. What was there before is kept.
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { StepwrightError } from "@stepwright/protocol";
import {
  copyDatabase,
  databaseSize,
  examineDatabase,
  lockFolder,
  summarizeDatabase,
  syncFolder,
} from "@stepwright/storage-sqlite";
import { missingSpace } from "./backup.ts";
import { databaseFile, filesOf, findingText } from "./doctor.ts";
import { countText, type DataOutcome, failed, reasonOf } from "./outcome.ts";
import type { DataRequest } from "./request.ts";
import type { DataTools } from "./run.ts";

/** The database while it is being written, in the folder it is for. */
const draftName = "main.db.restoring";
/** Begins the name of a folder that keeps what was there before. */
const formerPrefix = "former-";

/** Restores the backup. */
export function restore(request: Extract<DataRequest, { kind: "restore" }>, tools: DataTools): DataOutcome {
  const from = databaseFile(resolve(tools.cwd, request.from));
  if (from === null) return failed(`there is no backup at ${resolve(tools.cwd, request.from)}`);
  const folder = resolve(tools.cwd, request.dataDir);
  try {
    const problem = problemOf(from, tools);
    if (problem !== null) return failed(problem);
    // Only this user may look into the folder: it holds the data of every run.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const lock = lockFolder(join(folder, "main.db"), tools.nativeBinding);
    try {
      return intoLocked({ from, folder, isForced: request.isForced }, tools);
    } finally {
      lock.release();
    }
  } catch (error) {
    // Of a folder that a server uses, and others that say themselves what to do.
    if (error instanceof StepwrightError) return failed(error.message);
    return failed(`the backup could not be restored: ${reasonOf(error)}`);
  } finally {
    tools.progress(null);
  }
}

/** Why the backup must not be used; null when it may. */
function problemOf(from: string, { nativeBinding, progress }: DataTools): string | null {
  const { findings } = examineDatabase({
    file: from,
    isFull: false,
    nativeBinding,
    onProgress: ({ number, of, name }) => progress(`checking, ${number} of ${of}: ${name}`),
  });
  const damage = findings.filter((finding) => finding.isDamage);
  return damage.length === 0 ? null : `${from} cannot be restored:\n${damage.map(findingText).join("\n")}`;
}

interface Target {
  readonly from: string;
  readonly folder: string;
  readonly isForced: boolean;
}

function intoLocked({ from, folder, isForced }: Target, tools: DataTools): DataOutcome {
  const draft = join(folder, draftName);
  rmSync(draft, { force: true });
  const former = readdirSync(folder).filter((name) => isFormer(name, { from, folder }));
  if (former.length > 0 && !isForced) {
    return failed(
      `${folder} is not empty (${former.slice(0, 3).join(", ")}); choose another folder, or give --force to move what is there aside`,
    );
  }
  const { bytes, freeBytes } = databaseSize({ file: from, nativeBinding: tools.nativeBinding });
  const noRoom = missingSpace(folder, bytes - freeBytes);
  if (noRoom !== null) return failed(noRoom);
  tools.progress("copying");
  // Not the file as it is: a copy that was made by hand may have its newest commits in a log beside it.
  copyDatabase({ file: from, to: draft, nativeBinding: tools.nativeBinding });
  const aside = former.length === 0 ? null : moveAside(folder, former, tools.now());
  renameSync(draft, join(folder, "main.db"));
  syncFolder(folder);
  const kept = aside === null ? "" : `What was there before is kept in ${aside}.\n`;
  return { kind: "done", text: `${from} restored into ${folder}.\n${kept}${whatNext(folder, tools)}`, exitCode: 0 };
}

/** Says whether a file of the folder has to go: all but what is ours, and a backup that lies there. */
function isFormer(name: string, { from, folder }: { readonly from: string; readonly folder: string }): boolean {
  if (name.startsWith("lock.db") || name.startsWith(formerPrefix)) return false;
  const isBackup = filesOf(from).includes(join(folder, name));
  return !isBackup || from === join(folder, "main.db");
}

/** Moves the database away together with its log, without which it would not be what it was. */
function moveAside(folder: string, names: readonly string[], now: number): string {
  const stamp = new Date(now).toISOString().replace(/[:.]/g, "-");
  const aside = join(folder, `${formerPrefix}${stamp}`);
  mkdirSync(aside, { mode: 0o700 });
  for (const name of names) renameSync(join(folder, name), join(aside, name));
  return aside;
}

function whatNext(folder: string, { nativeBinding, now }: DataTools): string {
  const file = join(folder, "main.db");
  const summary = summarizeDatabase({ file, now: now(), nativeBinding });
  const newest =
    summary.newestEventAt === null
      ? "It holds no events."
      : `Its newest event was received at ${new Date(summary.newestEventAt).toISOString()}; what came later is not in it.`;
  return `
${newest}
It holds ${countText(summary.runs, "run", "runs")}, ${countText(summary.unfinished, "of which has", "of which have")} not ended.

What happens when a server starts on it:
- ${countText(summary.leased, "queue item", "queue items")} that the earlier server had in hand are due again, and calls among them are made
  again. A step whose result was stored is not run again; one that had run without its result being stored is.
- ${countText(summary.overdue, "other", "others")} whose time has passed are due at once: sleeps end, waits time out, retries are made.
- A cron whose time has passed runs once for the latest tick, or not at all with --cron-missed-tick none.
- Runs that had ended after the backup may go on from where they were in it.
- Data that is older than the --retain-… settings is removed, beginning a minute after the start.
`;
}
