// The command: measures, prints the table, writes what was asked for.
import { writeFileSync } from "node:fs";
import { type Arguments, readArguments, usage } from "./arguments.ts";
import { markdownOf } from "./report/markdown.ts";
import { tableOf } from "./report/print-table.ts";
import { runScenarios } from "./run-scenarios.ts";
import { scenarios } from "./scenarios/index.ts";

const words = process.argv.slice(2);

try {
  if (words[0] === "list") list();
  else if (words.includes("--help") || words.includes("-h")) process.stdout.write(usage);
  else await measure(readArguments(words));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}

function list(): void {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  process.stdout.write(scenarios.map(({ name, about }) => `${name.padEnd(width)}  ${about}\n`).join(""));
}

async function measure(options: Arguments): Promise<void> {
  const unknown = options.scenarios.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `there is no scenario ${unknown.join(", ")}; there are: ${scenarios.map(({ name }) => name).join(", ")}`,
    );
  }
  const wanted = scenarios.filter(({ name }) => options.scenarios.length === 0 || options.scenarios.includes(name));
  const report = await runScenarios(wanted, {
    ...options,
    onScenario: ({ name }) => process.stderr.write(`… ${name}\n`),
  });
  process.stdout.write(tableOf(report));
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.markdown !== null) writeFileSync(options.markdown, markdownOf(report));
}
