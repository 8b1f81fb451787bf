// The matchers in jest itself, in a process of its own: what passes, and what a failure says there.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";

const jest = createRequire(import.meta.url).resolve("jest/bin/jest");
const config = join(import.meta.dirname, "jest", "config.json");

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

test("jest takes the matchers, and shows what they say", () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning", jest, "--config", config, "--json"],
    // The environment of vitest would make other libraries think that they are in it.
    { encoding: "utf8", env: { PATH: process.env["PATH"], HOME: process.env["HOME"] } },
  );
  if (!stdout.startsWith("{")) throw new Error(`jest did not run: ${stdout}${stderr}`);
  const { testResults } = JSON.parse(stdout) as Report;
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const messages = Object.fromEntries(results.map(({ title, failureMessages }) => [title, textOf(failureMessages)]));
  expect(results.map(({ title, status }) => `${title}: ${status}`)).toEqual([
    "passes: passed",
    "another output: failed",
    "another function: failed",
    "no await: failed",
  ]);
  expect(messages).toMatchInlineSnapshot(`
    {
      "another function": "Error: expected the engine to have started welcome, but it was not; started: shop-plain 1x",
      "another output": "Error: expected the run of shop-welcome to have completed with this output, but it returned something else

    - Expected
    + Received

      Object {
        "emailsSent": 3,
    -   "plan": "pro",
    +   "plan": "free",
      }

    shop-welcome completed after 7d  run ID, by event user/signed-up, queued 2026-01-05T09:00:00Z
      step                 kind   status     attempts   at  took  0                     7d
      send-welcome-email   step   completed         1  0ms   0ms  █
      wait-before-tips     sleep  completed            0ms    2d  ───────
      send-tips-email      step   completed         1   2d   0ms        █
      wait-before-upgrade  sleep  completed             2d    5d        ──────────────────
      check-user-plan      step   completed         1   7d   0ms                         █
      output: {"emailsSent":3,"plan":"free"}",
      "no await": "TypeError: toHaveCompleted was given a promise: await the run first, as in \`const run = await sent.run(); expect(run).toHaveCompleted(…)\`",
      "passes": "",
    }
  `);
});

/** Without colours, drawn ids and the stack. */
function textOf(messages: readonly string[]): string {
  const text = stripVTControlCharacters(messages.join("\n")).replaceAll(/\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b/g, "ID");
  return text.split(/\n\s+at /, 1)[0] ?? "";
}
