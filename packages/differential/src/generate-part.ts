// Pieces of code by chance, each within what is left to spend.
import type { JsonValue } from "@stepwright/protocol";
import type { Chance } from "@stepwright/test-parts";
import { type Cost, type Costs, partCost } from "./cost.ts";
import type { Part, StepOutcome, WaitPart } from "./program.ts";
import { pickMessage, pickValue } from "./values.ts";

/** What a function's code can be made of. */
export interface PartMaker {
  /** Any part that costs no more than is left. Errors in it are caught, unless the whole function is called again. */
  part(left: Cost): Part;
  /** A part whose error nobody catches. */
  uncaught(left: Cost): Part;
}

/** What the function is like that the parts are for. */
export interface PartMakerOptions {
  readonly retries: number;
  /** Functions that it may start. */
  readonly later: readonly string[];
  /** Those of them that sleep for longer than a second before they do anything else. */
  readonly slow: readonly string[];
  /** Whether there is somebody outside who answers waits. */
  readonly isAnswered: boolean;
  readonly costs: Costs;
}

/** Where a part is to stand. */
interface Place {
  readonly depth: number;
  readonly isInLoop: boolean;
}

type Recipe = (place: Place, left: Cost) => Part | null;

/** How deep groups, loops and catches may lie in one another. */
const depthMax = 3;

/** A function with so many ids has no more groups and loops: they would fill it with what takes no time. */
const idsMax = 9;

/** Makes the parts of one function; step ids are counted, so none comes twice. */
export function createPartMaker(
  chance: Chance,
  { retries, later, slow, isAnswered, costs }: PartMakerOptions,
): PartMaker {
  let made = 0;
  const id = (word: string): string => `${word}-${(made += 1)}`;
  const value = (): JsonValue => pickValue(chance);
  const step = (outcome: StepOutcome): Part => ({ kind: "step", id: id(outcome.kind), outcome });
  const costOf = (part: Part): Cost => partCost(part, { retries, others: costs });
  const fits = (part: Part, left: Cost): boolean => {
    const { seconds, runs } = costOf(part);
    return seconds <= left.seconds && runs <= left.runs;
  };
  const deeper = (place: Place): Place => ({ ...place, depth: place.depth + 1 });

  const plain = (): Part => step({ kind: "returns", value: value() });
  const failing = (): Part =>
    step(
      chance.hits(0.5)
        ? { kind: "refuses", message: pickMessage(chance, "refused") }
        : { kind: "fails", message: pickMessage(chance, "broken") },
    );
  const wait = (options: Pick<WaitPart, "for" | "answerer" | "timeoutSeconds">): WaitPart => ({
    kind: "wait",
    id: id(options.for),
    by: chance.pick(["if", "match"]),
    ...options,
  });

  /** A wait that another branch of its group answers, in time or too late. */
  const answeredGroup = (kind: "event" | "signal"): Part => {
    // Nobody waits for a signal that comes too late, which is another error than the one that is looked for here.
    const isLate = kind === "event" && chance.hits(0.4);
    const waiting = wait({ for: kind, answerer: "branch", timeoutSeconds: isLate ? 1 : 5 });
    const seconds = isLate ? 2 : 1;
    const answering = { kind: "answer", id: id("answer"), to: waiting.id, with: kind } as const;
    // Where branches go on together, the one that answers would wait for the one that is answered.
    const branch: Part =
      costs.isStaged || chance.hits(0.5)
        ? { ...answering, invokedSeconds: seconds }
        : {
            kind: "sequence",
            parts: [
              { kind: "sleep", id: id("sleep"), seconds },
              { ...answering, invokedSeconds: null },
            ],
          };
    return { kind: "parallel", branches: [waiting, branch] };
  };

  const sequence = (place: Place, left: Cost): Part => {
    const parts: Part[] = [];
    let rest = left;
    for (let count = chance.between(2, 3); count > 0; count -= 1) {
      const part = any(deeper(place), rest);
      rest = less(rest, costOf(part));
      parts.push(part);
    }
    return { kind: "sequence", parts };
  };

  /**
   * A group that is rejected at once while its other branch sleeps. What comes then sleeps for longer: with version 1 of
   * the request the function goes on before the branch has ended, and would race it.
   */
  const rejectedGroup = (): Part => {
    const branches: readonly Part[] = [
      step({ kind: "refuses", message: pickMessage(chance, "refused") }),
      { kind: "sleep", id: id("sleep"), seconds: 1 },
    ];
    const after: Part = { kind: "sleep", id: id("sleep"), seconds: 2 };
    return { kind: "sequence", parts: [{ kind: "caught", part: { kind: "parallel", branches } }, after] };
  };

  const recipes: readonly (readonly [weight: number, Recipe])[] = [
    [5, plain],
    [5, () => (retries === 0 ? null : step({ kind: "flaky", times: chance.between(1, retries), value: value() }))],
    [4, () => (retries === 0 ? null : step({ kind: "asksForTime", seconds: 2, value: value() }))],
    [3, () => ({ kind: "caught", part: failing() })],
    [6, () => ({ kind: "sleep", id: id("sleep"), seconds: chance.between(1, 2) })],
    [4, () => ({ kind: "sleepUntil", id: id("until"), seconds: chance.between(1, 2) })],
    [4, () => wait({ for: "event", answerer: "nobody", timeoutSeconds: chance.between(1, 2) })],
    [2, () => (isAnswered ? wait({ for: "event", answerer: "scenario", timeoutSeconds: 60 }) : null)],
    [5, () => answeredGroup("event")],
    [2, () => wait({ for: "signal", answerer: "nobody", timeoutSeconds: 1 })],
    [1, () => (isAnswered ? wait({ for: "signal", answerer: "scenario", timeoutSeconds: 60 }) : null)],
    [3, () => answeredGroup("signal")],
    [12, () => invoke(later, null)],
    // A function that may end at the very second of the timeout would be a toss-up.
    [8, () => invoke(slow, 1)],
    [6, ({ isInLoop }) => (later.length === 0 || isInLoop ? null : send())],
    [5, ({ depth }) => (depth > 0 || retries === 0 ? null : hiccup())],
    [4, (place, left) => group(place, left)],
    [2, ({ isInLoop }) => (isInLoop ? null : rejectedGroup())],
    [3, (place, left) => loop(place, left)],
    [1, (place, left) => (made >= idsMax ? null : { kind: "caught", part: sequence(place, left) })],
  ];

  /** Its error is caught: whether the function fails is up to chance. */
  const invoke = (fns: readonly string[], timeoutSeconds: number | null): Part | null => {
    if (fns.length === 0) return null;
    return { kind: "caught", part: { kind: "invoke", id: id("invoke"), fn: chance.pick(fns), timeoutSeconds } };
  };
  const send = (): Part => ({
    kind: "send",
    id: id("send"),
    fns: Array.from({ length: chance.between(1, 2) }, () => chance.pick(later)),
  });
  const hiccup = (): Part => ({
    kind: "hiccup",
    id: id("hiccup"),
    times: 1,
    retryAfterSeconds: chance.hits(0.3) ? 2 : null,
  });
  const group = (place: Place, left: Cost): Part | null => {
    if (place.depth >= depthMax || made >= idsMax) return null;
    const branches: Part[] = [];
    let rest = left;
    for (let count = chance.between(2, 3); count > 0; count -= 1) {
      const branch = chance.hits(0.4) ? sequence(place, rest) : any(deeper(place), rest);
      const { seconds, runs } = costOf(branch);
      rest = less(rest, { seconds: costs.isStaged ? seconds : 0, runs });
      branches.push(branch);
    }
    return { kind: "parallel", branches };
  };
  const loop = (place: Place, left: Cost): Part | null => {
    if (place.isInLoop || place.depth >= depthMax || made >= idsMax) return null;
    // In a group every completion is one more call of the function.
    const times = place.depth === 0 ? chance.between(2, 3) : 2;
    const perRound: Cost = { seconds: Math.floor(left.seconds / times), runs: Math.floor(left.runs / times) };
    return { kind: "loop", times, part: sequence({ ...place, isInLoop: true }, perRound) };
  };

  const total = recipes.reduce((sum, [weight]) => sum + weight, 0);
  const pickRecipe = (): Recipe => {
    let left = chance.fraction() * total;
    for (const [weight, recipe] of recipes) {
      left -= weight;
      if (left < 0) return recipe;
    }
    return plain;
  };
  const any = (place: Place, left: Cost): Part => {
    for (let tries = 0; tries < 10; tries += 1) {
      const part = pickRecipe()(place, left);
      if (part !== null && fits(part, left)) return part;
    }
    return plain();
  };

  return {
    part: (left) => any({ depth: 0, isInLoop: false }, left),
    uncaught(left) {
      const part = failing();
      return fits(part, left) ? part : step({ kind: "refuses", message: pickMessage(chance, "refused") });
    },
  };
}

/** What is left of a cost when a part of it is spent. */
export function less(whole: Cost, spent: Cost): Cost {
  return { seconds: whole.seconds - spent.seconds, runs: whole.runs - spent.runs };
}
