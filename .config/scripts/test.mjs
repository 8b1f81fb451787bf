// `npm test`: installs what is missing, builds, runs the tests of every package, and ends
// with the line `N passed, N failed`.
//
// `npm test -- engine http` runs those packages only; `--verbose` shows what vitest prints.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { build } from "./build.mjs";
import { ensureInstalled } from "./install.mjs";
import { exitOnSignals, run } from "./run.mjs";
import { createTally } from "./tally.mjs";
import { readJson, workspacePackages } from "./workspace.mjs";

/** A package whose tests hang must not hold up the others for ever; the slowest takes a few minutes. */
const packageLimitMs = 15 * 60_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { verbose: { type: "boolean", default: false } },
});

exitOnSignals();
const tally = createTally();
const packages = chosenPackages(positionals);

await ensureInstalled();
// The end-to-end tests start the built server, the built dashboard and the built example; those of faults, of differences
// and benchmarks the built server; the examples of tests use the built package as their users do.
const needBuild = new Set([
  "@stepwright/e2e",
  "@stepwright/faults",
  "@stepwright/bench",
  "@stepwright/differential",
  "stepwright-example-testing-jest",
  "stepwright-example-testing-vitest",
]);
if (packages.some(({ name }) => needBuild.has(name))) {
  if (!(await build())) tally.add("build", { passed: 0, failed: 1, note: "the build failed" });
}
// One package after another: vitest already uses every core for the files of one.
for (const workspacePackage of packages) {
  const result = await runTests(workspacePackage);
  tally.add(workspacePackage.name, result);
}
tally.end();

function chosenPackages(names) {
  const tested = workspacePackages().filter(({ manifest }) => manifest.scripts?.test !== undefined);
  const matches = (name) => tested.filter((one) => one.name === name || one.name === `@stepwright/${name}`);
  const unknown = names.filter((name) => matches(name).length === 0);
  if (unknown.length > 0) {
    process.stderr.write(
      `No package with tests is called ${unknown.join(", ")}. There are: ${tested.map(({ name }) => name).join(", ")}.\n`,
    );
    process.exit(1);
  }
  return names.length === 0 ? tested : names.flatMap(matches);
}

/** Runs the `test` script of one package and counts from the report of vitest or jest: they write the same. */
async function runTests({ directory, manifest }) {
  const folder = mkdtempSync(join(tmpdir(), "stepwright-test-"));
  const report = join(folder, "report.json");
  try {
    const { code, output } = await run("pnpm", ["--silent", "run", "test", ...reportArguments(manifest, report)], {
      cwd: directory,
      show: values.verbose,
      limitMs: packageLimitMs,
    });
    const counted = countTests(report);
    if (code === 0 && counted.failed === 0) return counted;
    // A run that failed without a failed test (a file that does not load, an unhandled
    // rejection, a crash, a time limit) counts as one, or it would pass unseen.
    return { ...counted, failed: Math.max(counted.failed, 1), output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By what runs the tests: a package may have the other one for tests of its own. */
function reportArguments({ scripts }, report) {
  if (scripts.test.startsWith("jest")) return ["--json", `--outputFile=${report}`];
  return ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
}

/** Counts the tests of a JSON report; none when there is no readable one. */
function countTests(report) {
  let content;
  try {
    content = readJson(report);
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
  const filesNotLoaded = content.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(({ status }) => status === "failed"),
  );
  return {
    passed: content.numPassedTests,
    failed: content.numFailedTests + filesNotLoaded.length,
    skipped: content.numPendingTests + (content.numTodoTests ?? 0),
  };
}
