// The scenarios of the tests. `pnpm --filter @stepwright/differential differential --seeds 31..500` runs others.
import { generateScenarios } from "../src/generate.ts";

/** A hundred and twenty functions. */
export const testedScenarios = generateScenarios({ from: 1, to: 30 });
