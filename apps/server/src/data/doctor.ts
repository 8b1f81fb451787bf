// `stepwright doctor --db`: examines a database and says what is wrong with it.
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { examineDatabase, type Examination, type Finding } from "@stepwright/storage-sqlite";
import { countText, type DataOutcome, failed, reasonOf, sizeText } from "./outcome.ts";
import type { DataRequest } from "./request.ts";
import type { DataTools } from "./run.ts";

const exit = { clean: 0, findings: 1, unchecked: 2 } as const;

/** Examines the database. */
export function examine(request: Extract<DataRequest, { kind: "doctor" }>, tools: DataTools): DataOutcome {
  const file = databaseFile(resolve(tools.cwd, request.db));
  if (file === null) return failed(`there is no database at ${resolve(tools.cwd, request.db)}`, exit.unchecked);
  let examination: Examination;
  try {
    examination = examineDatabase({
      file,
      isFull: request.isFull,
      nativeBinding: tools.nativeBinding,
      onProgress: ({ number, of, name }) => tools.progress(`${number} of ${of}: ${name}`),
    });
  } catch (error) {
    return failed(`the database ${file} could not be checked: ${reasonOf(error)}`, exit.unchecked);
  } finally {
    tools.progress(null);
  }
  return {
    kind: "done",
    text: request.isJson ? `${JSON.stringify({ file, ...examination })}\n` : reportText(file, examination),
    exitCode: examination.findings.length === 0 ? exit.clean : exit.findings,
  };
}

/** The database at a path that names it, or the folder it is in; null when there is none. */
export function databaseFile(path: string): string | null {
  if (!existsSync(path)) return null;
  if (!statSync(path).isDirectory()) return path;
  const file = join(path, "main.db");
  return existsSync(file) ? file : null;
}

/** A database with its log and the index of that. */
export function filesOf(file: string): readonly string[] {
  return [file, `${file}-wal`, `${file}-shm`];
}

/** Writes what was found for people. */
export function reportText(file: string, { schema, bytes, freeBytes, checks, findings }: Examination): string {
  const head = `${file}: ${sizeText(bytes)}, of which ${sizeText(freeBytes)} are free; schema ${schema.found}${
    schema.found < schema.newest ? ` (the next start brings it to ${schema.newest})` : ""
  }\n`;
  const made = countText(checks, "check", "checks");
  if (findings.length === 0) return `${head}${made} made, nothing found.\n`;
  return `${head}${made} made, ${findings.length} found something:\n\n${findings.map(findingText).join("\n")}`;
}

/** Writes one finding for people. */
export function findingText({ code, says, advice, count, ids }: Finding): string {
  const more = count > ids.length ? [`and ${(count - ids.length).toLocaleString("en")} more`] : [];
  const lines = [`${code}: ${count.toLocaleString("en")} × ${says}`, ...[...ids, ...more].map((id) => `    ${id}`)];
  return `${lines.join("\n")}\n  ${advice}\n`;
}
