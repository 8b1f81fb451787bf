// Scenarios from seeds: a few functions that start one another, and the events that start them.
import { type Chance, createChance } from "@stepwright/test-parts";
import { type Cost, type Costs, programCost } from "./cost.ts";
import { createPartMaker, less } from "./generate-part.ts";
import {
  allParts,
  type Ending,
  type Part,
  type PlannedEvent,
  type Program,
  type Scenario,
  type SdkMode,
} from "./program.ts";

/** Functions of a scenario. */
export const functionsPerScenario = 4;

/** What each function may cost. Later ones are started by earlier ones, so that the sum bounds the time of a scenario. */
const costsMax: readonly Cost[] = [
  { seconds: 9, runs: 8 },
  { seconds: 7, runs: 6 },
  { seconds: 5, runs: 4 },
  { seconds: 4, runs: 3 },
];

const modes: readonly SdkMode[] = ["v3", "v4", "v3", "v4-without-checkpointing"];

/** Makes the scenario of a seed; the seed decides everything, the SDK included. */
export function generateScenario(seed: number): Scenario {
  const chance = createChance(seed);
  const programs: Program[] = [];
  const mode = modes[seed % modes.length] ?? "v4";
  // Of the others, tests await the runs, and the clock jumps by itself.
  const isAnswered = seed % 3 !== 0;
  const functions = new Map<string, Cost>();
  const costs: Costs = { functions, isStaged: isStaged(mode) };
  // From the last to the first: a function starts those behind it, so nothing goes round in circles.
  for (let index = functionsPerScenario - 1; index >= 0; index -= 1) {
    const program = generateProgram(chance.fork(), { index, later: programs, isAnswered, costs });
    functions.set(program.id, programCost(program, costs));
    programs.unshift(program);
  }
  return { seed, mode, programs, events: eventsFor(chance.fork(), programs) };
}

/** Makes the scenarios of a range of seeds, both ends included. */
export function generateScenarios(range: { readonly from: number; readonly to: number }): readonly Scenario[] {
  return Array.from({ length: range.to - range.from + 1 }, (_, index) => generateScenario(range.from + index));
}

/** Version 4 has version 2 of the request. */
export function isStaged(mode: SdkMode): boolean {
  return mode !== "v3";
}

interface Surroundings {
  readonly index: number;
  readonly later: readonly Program[];
  readonly isAnswered: boolean;
  readonly costs: Costs;
}

function generateProgram(chance: Chance, { index, later, isAnswered, costs }: Surroundings): Program {
  const retries = chance.pick([0, 1, 1, 2]);
  const ending = pickEnding(chance);
  const handlesFailure = chance.hits(0.4);
  const limit = costsMax[index] ?? { seconds: 3, runs: 3 };
  const maker = createPartMaker(chance, {
    retries,
    later: later.map(({ id }) => id),
    slow: later.filter(isSlow).map(({ id }) => id),
    isAnswered,
    costs,
  });
  const parts: Part[] = chance.hits(0.35) ? [{ kind: "sleep", id: "first-sleep", seconds: 2 }] : [];
  const left = (): Cost => less(limit, programCost({ retries, handlesFailure, parts, ending }, costs));
  for (let count = chance.between(3, 6); count > 0; count -= 1) parts.push(maker.part(left()));
  if (chance.hits(0.15)) parts.push(maker.uncaught(left()));
  return { id: `f${index}`, retries, handlesFailure, parts, ending };
}

function isSlow({ parts: [first] }: Program): boolean {
  return first?.kind === "sleep" && first.seconds > 1;
}

function pickEnding(chance: Chance): Ending {
  if (chance.hits(0.15)) return { kind: "throws", message: "out of ink" };
  if (chance.hits(0.1)) return { kind: "isCancelled" };
  if (chance.hits(0.1)) return { kind: "refuses", message: "no such thing" };
  return { kind: "returns" };
}

/** The first function is started from outside, and so is each that no other one starts. */
function eventsFor(chance: Chance, programs: readonly Program[]): readonly PlannedEvent[] {
  const started = new Set(
    programs.flatMap(({ parts }) => parts.flatMap(allParts)).flatMap((part) => functionsStartedBy(part)),
  );
  return programs
    .filter(({ id }, index) => index === 0 || !started.has(id) || chance.hits(0.2))
    .map(({ id }, index) => ({ atSeconds: index === 0 ? 0 : chance.between(0, 1), fn: id, path: `e${index}` }));
}

function functionsStartedBy(part: Part): readonly string[] {
  if (part.kind === "invoke") return [part.fn];
  return part.kind === "send" ? part.fns : [];
}
