// Differences for people: what differs, in which run, by which program, and how to see it again.
import type { Difference } from "./compare.ts";
import { printProgram } from "./print-program.ts";
import type { Scenario } from "./program.ts";

/** Enough to see what differs; some steps return kilobytes. */
const textMax = 1_000;

/** Writes the differences of a scenario. */
export function reportDifferences(scenario: Scenario, differences: readonly Difference[]): string {
  const { seed, mode } = scenario;
  const fns = new Set(differences.map(({ where }) => where.split(" ")[0]));
  // What differs in the whole scenario may come from any of its functions.
  const concerned = scenario.programs.filter(({ id }) => fns.has(id));
  const programs = concerned.length === 0 ? scenario.programs : concerned;
  return [
    `seed ${seed}, SDK ${mode}: ${differences.length} differences`,
    ...differences.map(({ kind, where, engine, server }) =>
      [`  ${kind} of ${where}`, `    test engine: ${text(engine)}`, `    real server: ${text(server)}`].join("\n"),
    ),
    ...programs.map((program) => printProgram(program)),
    `started by ${scenario.events.map(({ fn, path, atSeconds }) => `${fn} @ ${path} after ${atSeconds} s`).join(", ")}`,
    `again: pnpm --filter @stepwright/differential differential --seeds ${seed}`,
  ].join("\n");
}

function text(value: unknown): string {
  const whole = typeof value === "string" ? value : JSON.stringify(value);
  return whole.length > textMax ? `${whole.slice(0, textMax)}… (${whole.length} characters)` : whole;
}
