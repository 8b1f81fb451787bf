// The command: measures, prints the table, writes what was asked for.
import { readFileSync, writeFileSync } from "node:fs";
import { type Arguments, readArguments, usage, UsageError } from "./arguments.ts";
import { createDatabases } from "./big-database/databases.ts";
import { compareRuns } from "./report/compare.ts";
import { appendHistory } from "./report/history.ts";
import { markdownOf } from "./report/markdown.ts";
import { tableOf } from "./report/print-table.ts";
import type { Report } from "./report/report.ts";
import { writeDocs } from "./report/write-docs.ts";
import { runScenarios } from "./run-scenarios.ts";
import { scenarios } from "./scenarios/index.ts";

const words = process.argv.slice(2);
// pnpm runs scripts in the folder of their package; files that are named are meant from where it was called.
process.chdir(process.env["INIT_CWD"] ?? ".");

try {
  if (words[0] === "list") list();
  else if (words.includes("--help") || words.includes("-h")) process.stdout.write(usage);
  else if (words[0] === "compare") compare(words.slice(1));
  else if (words[0] === "report") showAgain(readArguments(words.slice(1)));
  else if (words[0] === "build") await build(words[1], readArguments(words.slice(2)));
  else await measure(readArguments(words));
} catch (error) {
  process.stderr.write(`${textOf(error)}\n`);
  process.exitCode = 1;
}

function list(): void {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  process.stdout.write(scenarios.map(({ name, about }) => `${name.padEnd(width)}  ${about}\n`).join(""));
}

function compare([before, after]: readonly string[]): void {
  if (before === undefined || after === undefined) throw new UsageError("say what to compare: bench compare A B");
  process.stdout.write(compareRuns(before, after));
}

async function build(runs: string | undefined, { data }: Arguments): Promise<void> {
  const count = Number(runs);
  if (!Number.isInteger(count) || count < 1 || data === null)
    throw new UsageError("say how many runs, and where: bench build 1000000 --data DIR");
  await createDatabases(data).prepare(count);
}

async function measure(options: Arguments): Promise<void> {
  const { words: names } = options;
  const unknown = names.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    throw new UsageError(
      `there is no scenario ${unknown.join(", ")}; there are: ${scenarios.map(({ name }) => name).join(", ")}`,
    );
  }
  refuseWorthless(options);
  const wanted = scenarios.filter(({ name }) => names.length === 0 || names.includes(name));
  const writeJson = (report: Report): void => {
    if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  };
  const report = await runScenarios(wanted, {
    ...options,
    onScenario: ({ name }) => process.stderr.write(`… ${name}\n`),
    onPart: writeJson,
  });
  for (const failure of report.failures) process.stderr.write(`failed: ${failure}\n`);
  if (report.failures.length > 0) process.exitCode = 1;
  writeJson(report);
  keep([report], options);
}

/** Shows and keeps reports that were written as JSON before, as if they were of this run. */
function showAgain(options: Arguments): void {
  if (options.words.length === 0) throw new UsageError("say which reports: bench report FILE …");
  const reports = options.words.map((file) => JSON.parse(readFileSync(file, "utf8")) as Report);
  for (const { size } of reports) refuseWorthless({ ...options, size });
  keep(reports, options);
}

function keep(reports: readonly Report[], options: Arguments): void {
  for (const report of reports) {
    process.stdout.write(tableOf(report));
    if (options.isRecorded) appendHistory(report);
  }
  if (options.isForDocs) writeDocs(reports);
  if (options.markdown !== null) writeFileSync(options.markdown, markdownOf(reports));
}

function refuseWorthless({ isRecorded, isForDocs, size, profileFolder }: Arguments): void {
  if (!isRecorded && !isForDocs) return;
  if (size === "smoke") throw new UsageError("the figures of a smoke run mean nothing: they are kept nowhere");
  if (profileFolder !== null)
    throw new UsageError("a profile slows down what it looks at: its figures are kept nowhere");
}

/** Without a stack for those who mistyped a command. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isMistyped =
    error instanceof UsageError || ("code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));
  return isMistyped ? error.message : (error.stack ?? error.message);
}
