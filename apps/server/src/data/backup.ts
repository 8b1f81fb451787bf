// `stepwright backup`: a copy of a live database, whole and on the disk before it gets its name.
import { existsSync, renameSync, rmSync, statfsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { copyDatabase, databaseSize, examineDatabase, syncFolder } from "@stepwright/storage-sqlite";
import { databaseFile, filesOf, findingText } from "./doctor.ts";
import { type DataOutcome, failed, reasonOf, sizeText } from "./outcome.ts";
import type { DataRequest } from "./request.ts";
import type { DataTools } from "./run.ts";

/** Makes the backup. */
export function backUp(request: Extract<DataRequest, { kind: "backup" }>, tools: DataTools): DataOutcome {
  const folder = request.dataDir === null ? tools.dataDirDefault() : resolve(tools.cwd, request.dataDir);
  const file = databaseFile(folder);
  if (file === null) return failed(`there is no database in ${folder}; name the data folder with --data-dir FOLDER`);
  const to = resolve(tools.cwd, request.to);
  // In the same folder, so that it can be renamed into place; named by the process, so that two backups do not meet.
  const draft = `${to}.${tools.processId}.partial`;
  try {
    const refusal = whyNot({ to, file, isForced: request.isForced }, tools);
    return refusal === null ? copy({ ...request, file, to, draft }, tools) : failed(refusal);
  } catch (error) {
    return failed(`the backup failed: ${reasonOf(error)}; nothing was written to ${to}`);
  } finally {
    tools.progress(null);
    rmSync(draft, { force: true });
  }
}

/** Why the backup cannot be made; null when it can. */
function whyNot(
  { to, file, isForced }: { readonly to: string; readonly file: string; readonly isForced: boolean },
  { nativeBinding }: DataTools,
): string | null {
  if (isPartOf(to, file))
    return "the backup cannot take the place of the database itself, or of a file that belongs to it";
  if (!existsSync(dirname(to))) return `the folder ${dirname(to)} does not exist`;
  if (existsSync(to) && statSync(to).isDirectory())
    return `${to} is a folder; name a file in it, such as ${join(to, "backup.db")}`;
  if (existsSync(to) && !isForced) return `${to} exists already; choose another name, or give --force to replace it`;
  const { bytes, freeBytes } = databaseSize({ file, nativeBinding });
  return missingSpace(dirname(to), bytes - freeBytes);
}

/** Says whether a path is that of the database, of its log or index, or of the lock of its folder. */
function isPartOf(path: string, file: string): boolean {
  return [...filesOf(file), join(dirname(file), "lock.db")].includes(path);
}

/** A sentence when the disk of a folder has less room than this; null when it has enough. */
export function missingSpace(folder: string, bytes: number): string | null {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= bytes) return null;
  return `the disk of ${folder} has ${sizeText(bavail * bsize)} left, and ${sizeText(bytes)} are needed`;
}

function copy(
  o: {
    readonly file: string;
    readonly to: string;
    readonly draft: string;
    readonly isVerified: boolean;
  },
  { nativeBinding, progress, now }: DataTools,
): DataOutcome {
  const startedAt = now();
  progress("copying");
  copyDatabase({ file: o.file, to: o.draft, nativeBinding });
  const copiedAt = now();
  const findings = o.isVerified
    ? examineDatabase({
        file: o.draft,
        isFull: false,
        nativeBinding,
        onProgress: ({ number, of, name }) => progress(`checking, ${number} of ${of}: ${name}`),
      }).findings
    : [];
  const damage = findings.filter((finding) => finding.isDamage);
  if (damage.length > 0) {
    return failed(
      `the copy is damaged, and was not kept; check the data itself with "stepwright doctor --db ${o.file} --full"`,
    );
  }
  renameSync(o.draft, o.to);
  syncFolder(dirname(o.to));
  const checked = o.isVerified ? ` and checked in ${secondsText(now() - copiedAt)}` : ", not checked";
  const size = sizeText(statSync(o.to).size);
  const report = `${o.file} copied to ${o.to}: ${size} in ${secondsText(copiedAt - startedAt)}${checked}.\n`;
  if (findings.length === 0) return { kind: "done", text: report, exitCode: 0 };
  const warnings = `\nThe backup is complete. The doctor found in it, as in the data:\n\n${findings.map(findingText).join("\n")}`;
  return { kind: "done", text: `${report}${warnings}`, exitCode: 0 };
}

function secondsText(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
