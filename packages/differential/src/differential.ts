// One row of scenarios on both sides, and what came of it.
import { compareScenarios, type Difference } from "./compare.ts";
import { runOnEngine } from "./engine-side.ts";
import type { Scenario } from "./program.ts";
import { recordScenario, type ScenarioRecord } from "./record.ts";
import { runOnServer } from "./server-side.ts";

/** A scenario on both sides. */
export interface Comparison {
  readonly scenario: Scenario;
  readonly engine: ScenarioRecord;
  readonly server: ScenarioRecord;
  readonly differences: readonly Difference[];
}

/** The majors of the SDK. One process has room for one: both keep something else under one global name. */
export type Major = "v3" | "v4";

/** The major that runs a scenario. */
export function majorOf({ mode }: Scenario): Major {
  return mode === "v3" ? "v3" : "v4";
}

/** Runs scenarios of one major on both sides: on the engine one after another, on the server all at once. */
export async function compareSides(scenarios: readonly Scenario[]): Promise<readonly Comparison[]> {
  const engineRecords: ScenarioRecord[] = [];
  for (const scenario of scenarios) engineRecords.push(recordScenario(scenario, await runOnEngine(scenario)));
  const observed = await runOnServer(scenarios);
  return scenarios.map((scenario, index) => {
    const [engine, onServer] = [engineRecords[index], observed[index]];
    if (engine === undefined || onServer === undefined) throw new Error("broken promise: both sides ran everything");
    const server = recordScenario(scenario, onServer);
    return { scenario, engine, server, differences: compareScenarios({ engine, server }) };
  });
}
