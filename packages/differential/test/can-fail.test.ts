// The comparison sees what it is there for: one program on the server, and another one, wrong in one thing, on the engine.
import { beforeAll, describe, expect, test } from "vitest";
import { compareScenarios, type DifferenceKind } from "../src/compare.ts";
import { runOnEngine } from "../src/engine-side.ts";
import type { Part, Program, Scenario } from "../src/program.ts";
import { recordScenario, type ScenarioRecord } from "../src/record.ts";
import { reportDifferences } from "../src/report.ts";
import { runOnServer } from "../src/server-side.ts";

const parts: readonly Part[] = [
  { kind: "step", id: "one", outcome: { kind: "returns", value: 1 } },
  { kind: "step", id: "two", outcome: { kind: "flaky", times: 1, value: 2 } },
  {
    kind: "parallel",
    branches: [
      { kind: "sleep", id: "short", seconds: 1 },
      { kind: "sleep", id: "long", seconds: 2 },
    ],
  },
  { kind: "caught", part: { kind: "step", id: "bad", outcome: { kind: "refuses", message: "no" } } },
  { kind: "wait", id: "wait", for: "event", answerer: "scenario", timeoutSeconds: 60, by: "if" },
  { kind: "invoke", id: "invoke", fn: "f1", timeoutSeconds: null },
  { kind: "send", id: "send", fns: ["f1"] },
];

const child: Program = {
  id: "f1",
  retries: 1,
  handlesFailure: false,
  parts: [{ kind: "step", id: "only", outcome: { kind: "returns", value: 3 } }],
  ending: { kind: "returns" },
};

const scenario = scenarioOf(parts);

/** One thing that goes wrong, and what is to be said about it. */
interface Wrong {
  readonly name: string;
  readonly scenario: Scenario;
  readonly kinds: readonly DifferenceKind[];
  /** A line of the report. */
  readonly says: string;
}

const wrongs: readonly Wrong[] = [
  {
    name: "a step that is lost",
    scenario: scenarioOf(parts.filter((part) => !("id" in part) || part.id !== "one")),
    kinds: ["steps", "output", "executions"],
    says: "steps of f0 @ e0, one",
  },
  {
    name: "an attempt that is doubled",
    scenario: changed("one", { kind: "step", id: "one", outcome: { kind: "flaky", times: 1, value: 1 } }),
    kinds: ["attempts", "executions"],
    says: "attempts of f0 @ e0, one",
  },
  {
    name: "another order",
    scenario: scenarioOf([parts[1], parts[0], ...parts.slice(2)].filter((part) => part !== undefined)),
    kinds: ["order"],
    says: "two began before one had ended",
  },
  {
    name: "another result",
    scenario: changed("one", { kind: "step", id: "one", outcome: { kind: "returns", value: 7 } }),
    kinds: ["steps", "output"],
    says: '"value":7',
  },
  {
    name: "another error",
    scenario: changed("bad", { kind: "step", id: "bad", outcome: { kind: "refuses", message: "never" } }),
    kinds: ["steps", "attempts"],
    says: '"message":"never"',
  },
  {
    name: "branches that end in another order",
    scenario: scenarioOf(
      parts.map((part) =>
        part.kind === "parallel"
          ? {
              kind: "parallel",
              branches: [
                { kind: "sleep", id: "short", seconds: 2 },
                { kind: "sleep", id: "long", seconds: 1 },
              ],
            }
          : part,
      ),
    ),
    kinds: ["time"],
    says: "time of f0 @ e0, short, end",
  },
  {
    name: "a sleep that is too short on the server",
    scenario: changed("long", { kind: "sleep", id: "long", seconds: 3 }),
    kinds: ["time"],
    says: "time of f0 @ e0, long, planned duration",
  },
  {
    name: "an event and a run too many",
    scenario: changed("send", { kind: "send", id: "send", fns: ["f1", "f1"] }),
    kinds: ["runs", "events"],
    says: "runs of f1 @ e0/send:1",
  },
  {
    name: "a run that fails in place of ending well",
    scenario: {
      ...scenario,
      programs: scenario.programs.map((program) =>
        program.id === "f1" ? { ...program, ending: { kind: "refuses", message: "no" } } : program,
      ),
    },
    kinds: ["status", "error"],
    says: "status of f1 @ e0/invoke",
  },
];

describe("a difference is seen", () => {
  let onServer: ScenarioRecord;
  beforeAll(async () => {
    const [observed] = await runOnServer([scenario]);
    if (observed === undefined) throw new Error("broken promise: one scenario, one observation");
    onServer = recordScenario(scenario, observed);
  });

  test("there is none where nothing is wrong", async () => {
    const engine = recordScenario(scenario, await runOnEngine(scenario));
    expect(compareScenarios({ engine, server: onServer })).toEqual([]);
  });

  test.each(wrongs)("$name", async ({ scenario: wrong, kinds, says }) => {
    const engine = recordScenario(scenario, await runOnEngine(wrong));
    const differences = compareScenarios({ engine, server: onServer });
    expect(differences.map(({ kind }) => kind)).toEqual(expect.arrayContaining([...kinds]));
    expect(reportDifferences(scenario, differences)).toContain(says);
  });
});

function scenarioOf(ofFirst: readonly Part[]): Scenario {
  const first: Program = { id: "f0", retries: 1, handlesFailure: false, parts: ofFirst, ending: { kind: "returns" } };
  return { seed: 0, mode: "v4", programs: [first, child], events: [{ atSeconds: 0, fn: "f0", path: "e0" }] };
}

/** The scenario with another part in place of the one with the id, wherever it is. */
function changed(id: string, replacement: Part): Scenario {
  const change = (part: Part): Part => {
    if ("id" in part && part.id === id) return replacement;
    if (part.kind === "parallel") return { ...part, branches: part.branches.map(change) };
    return part.kind === "caught" ? { ...part, part: change(part.part) } : part;
  };
  return scenarioOf(parts.map(change));
}
