// Adds up results, prints a line for each, and ends with the sum that `.ci/run` reads.

import process from "node:process";

/**
 * Creates an empty tally. `add` prints one line per result, after the result's `output`
 * if it failed; `end` prints `N passed, N failed` and sets the exit code.
 */
export function createTally() {
  const startedAt = Date.now();
  let lastAt = startedAt;
  const sum = { passed: 0, failed: 0 };

  return {
    add(name, { passed, failed, skipped = 0, output = "", note = "" }) {
      const now = Date.now();
      if (failed > 0 && output !== "") process.stdout.write(`${output.trimEnd()}\n`);
      const counts = [
        `${passed} passed`,
        ...(failed > 0 ? [`${failed} failed`] : []),
        ...(skipped > 0 ? [`${skipped} skipped`] : []),
        ...(note === "" ? [] : [note]),
      ];
      const mark = failed > 0 ? "✗" : "✓";
      process.stdout.write(`${mark} ${name.padEnd(32)} ${counts.join(", ")} (${seconds(now - lastAt)})\n`);
      lastAt = now;
      sum.passed += passed;
      sum.failed += failed;
    },

    end() {
      process.stdout.write(`\nTook ${seconds(Date.now() - startedAt)}.\n${sum.passed} passed, ${sum.failed} failed\n`);
      // No tests at all means that something went wrong before them.
      process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;
    },
  };
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
