// Random functions, random interleavings, crashes: whatever happens, a run ends once and as its code says.
// fast-check prints the seed, the function and the interleaving's seed of a failure.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEnded } from "../src/index.ts";
import { type SdkMode, stepsOf } from "@stepwright/test-parts";
import { type Code, expectedEnd } from "./fake-app.ts";
import { runOf } from "./model-store.ts";
import { attemptsMax, childEnds, type Simulation, simulate } from "./simulation.ts";

describe("any function under any interleaving", () => {
  it("ends once, as its code says, with every result stored once and no call too many", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(codeArbitrary(), modeArbitrary(), fc.nat(), (code, mode, seed) => check(simulate(code, mode, seed))),
      { numRuns: Number(process.env["SIMULATE_RUNS"] ?? 1_000) },
    );
  });
});

function check(simulation: Simulation): void {
  const { world, code, mode, log } = simulation;
  const runs = [...world.store.runs.values()].map(({ run }) => run);
  expect(runs.every((run) => isEnded(run.status))).toBe(true);
  expect({ status: runs[0]?.status, error: runs[0]?.error }).toMatchObject({ status: expectedEnd(code, childEnds) });
  for (const run of runs.slice(1)) expect(run.status).toBe(run.functionSlug === "sim-ok" ? "completed" : "failed");
  expect(simulation.finals).toBe(runs.filter((run) => run.status === "completed").length);
  expect([...world.store.items.values()].filter(({ item }) => runOf(item.work) !== null)).toEqual([]);
  expect(world.store.pauses.size).toBe(0);
  const names = [...world.store.events.values()].map((event) => event.name);
  expect(names.filter((name) => name === "inngest/function.finished")).toHaveLength(runs.length);
  expect(names.filter((name) => name === "inngest/function.failed")).toHaveLength(
    runs.filter((run) => run.status === "failed").length,
  );
  const isRacing = mode.version === 2 && JSON.stringify(code).includes('"isRace":true');
  for (const stacks of isRacing ? [] : simulation.stacks.values()) expect(new Set(stacks).size).toBe(stacks.length);
  if (simulation.crashes === 0) for (const [step, times] of log.succeeded) expect([step, times]).toEqual([step, 1]);
  expect(simulation.calls).toBeLessThanOrEqual(callsMax(simulation, runs.length));
}

/** One call per run, two per step, one more per retry, hiccup and crash. */
function callsMax(simulation: Simulation, runCount: number): number {
  const steps = stepsOf(simulation.code);
  const failures = steps.reduce(
    (sum, step) => sum + (step.kind === "run" ? Math.min(step.failures, attemptsMax) : 0),
    0,
  );
  const children = (runCount - 1) * 4;
  return 1 + steps.length * 2 + failures + children + simulation.crashes + 2;
}

function modeArbitrary(): fc.Arbitrary<SdkMode> {
  return fc.record({ version: fc.constantFrom(1 as const, 2 as const), isCheckpointing: fc.boolean() });
}

/** Functions of up to about fifteen steps. */
function codeArbitrary(): fc.Arbitrary<Code> {
  const { code } = fc.letrec<{ code: Code }>((tie) => {
    const leaf: fc.Arbitrary<Code> = fc.oneof(
      { weight: 5, arbitrary: runArbitrary() },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant("sleep" as const), id: fc.constant(""), seconds: fc.nat(20) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant("wait" as const), id: fc.constant(""), seconds: fc.nat(20) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant("invoke" as const),
          id: fc.constant(""),
          slug: fc.constantFrom("sim-ok", "sim-ok", "sim-bad"),
        }),
      },
    );
    const parts = fc.array(tie("code"), { minLength: 1, maxLength: 4 });
    return {
      code: fc.oneof(
        { maxDepth: 3, depthIdentifier: "code" },
        leaf,
        fc.record({ kind: fc.constant("sequence" as const), parts }),
        fc.record({ kind: fc.constant("all" as const), parts, isRace: fc.boolean() }),
        fc.record({ kind: fc.constant("caught" as const), part: tie("code") }),
      ),
    };
  });
  return code.map((made) => withIds(made, { next: 0 }));
}

function runArbitrary(): fc.Arbitrary<Code> {
  return fc.record({
    kind: fc.constant("run" as const),
    id: fc.constant(""),
    failures: fc.constantFrom(0, 0, 0, 1, 1, Infinity),
    isFinal: fc.constantFrom(false, false, false, false, true),
  });
}

function withIds(code: Code, counter: { next: number }): Code {
  switch (code.kind) {
    case "sequence":
    case "all":
      return { ...code, parts: code.parts.map((part) => withIds(part, counter)) };
    case "caught":
      return { ...code, part: withIds(code.part, counter) };
    case "run":
    case "sleep":
    case "wait":
    case "invoke":
      counter.next += 1;
      return { ...code, id: `s${counter.next}` };
  }
}
