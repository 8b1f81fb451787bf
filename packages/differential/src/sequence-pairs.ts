// Which steps of a program come one after the other, whatever the timing: the pairs whose order both sides must agree on.
import { timeStep } from "./names.ts";
import type { Part, Program } from "./program.ts";
import { labelOf } from "./step-labels.ts";

/** The end of `before` comes before the start of `after`. */
export interface SequencePair {
  readonly before: string;
  readonly after: string;
}

/** Steps at the edges of a part; a part without steps has none. */
interface Edges {
  readonly first: readonly string[];
  readonly last: readonly string[];
  readonly pairs: readonly SequencePair[];
}

/** Lists the pairs of neighbours; what follows from them is left out. */
export function sequencePairs(program: Program): readonly SequencePair[] {
  return inSequence(program.parts.map((part) => edgesOf(part, 0))).pairs;
}

function edgesOf(part: Part, round: number): Edges {
  switch (part.kind) {
    case "step":
    case "sleep":
    case "wait":
    case "answer":
    case "invoke":
    case "send":
      return single(labelOf(part.id, round));
    case "sleepUntil":
      return inSequence([single(labelOf(timeStep(part.id), round)), single(labelOf(part.id, round))]);
    case "hiccup":
      return { first: [], last: [], pairs: [] };
    case "sequence":
      return inSequence(part.parts.map((one) => edgesOf(one, round)));
    case "parallel": {
      const branches = part.branches.map((one) => edgesOf(one, round));
      // What a rejected group leaves behind may go on when the function does.
      const rejecting = part.branches.flatMap((one, index) => (isRejecting(one) ? (branches[index] ?? []) : []));
      return {
        first: branches.flatMap(({ first }) => first),
        last: (rejecting.length > 0 ? rejecting : branches).flatMap(({ last }) => last),
        pairs: branches.flatMap(({ pairs }) => pairs),
      };
    }
    case "caught":
      return edgesOf(part.part, round);
    case "loop":
      return inSequence(Array.from({ length: part.times }, (_, index) => edgesOf(part.part, index)));
  }
}

function isRejecting(part: Part): boolean {
  return part.kind === "step" && (part.outcome.kind === "refuses" || part.outcome.kind === "fails");
}

function single(label: string): Edges {
  return { first: [label], last: [label], pairs: [] };
}

function inSequence(parts: readonly Edges[]): Edges {
  const withSteps = parts.filter(({ first }) => first.length > 0);
  return {
    first: withSteps.at(0)?.first ?? [],
    last: withSteps.at(-1)?.last ?? [],
    pairs: withSteps.flatMap(({ pairs, first }, index) => {
      const before = withSteps[index - 1]?.last ?? [];
      return [...before.flatMap((one) => first.map((other) => ({ before: one, after: other }))), ...pairs];
    }),
  };
}
