// What a simulated function does: a small program of steps, made by chance.
import { type Chance, type CodeTree, stepsOf } from "@stepwright/test-parts";

/** One step of the code. */
export type CodeStep =
  /** `failures` first executions throw; a final one throws an error that is not to be tried again. */
  | {
      readonly kind: "run";
      readonly id: string;
      readonly failures: number;
      readonly isFinal: boolean;
      readonly ms: number;
    }
  /** `step.sendEvent`. */
  | { readonly kind: "send"; readonly id: string; readonly event: string; readonly ms: number }
  | { readonly kind: "sleep"; readonly id: string; readonly seconds: number }
  /** `isMatching`: only an event of the same user ends it. */
  | {
      readonly kind: "wait";
      readonly id: string;
      readonly event: string;
      readonly isMatching: boolean;
      readonly seconds: number;
    }
  | { readonly kind: "signal"; readonly id: string; readonly seconds: number }
  | { readonly kind: "invoke"; readonly id: string; readonly slug: string; readonly seconds: number }
  /** `step.fetch`, or `step.ai.infer`: a request that the server makes. */
  | { readonly kind: "fetch"; readonly id: string; readonly isAi: boolean };

/** A function's code. */
export type Code = CodeTree<CodeStep>;

/** What code may refer to. */
export interface CodeScope {
  /** Events that may be sent: none of them leads back to the function itself. */
  readonly sends: readonly string[];
  readonly waits: readonly string[];
  /** Slugs of functions that may be invoked, on the same terms. */
  readonly invokes: readonly string[];
  /** Attempts of the function: a step that fails less often succeeds in the end. */
  readonly attemptsMax: number;
}

/** Makes code by chance. */
export function makeCode(chance: Chance, scope: CodeScope): Code {
  let steps = 0;
  const nextId = () => `s${(steps += 1)}`;

  const step = (): Code => {
    const roll = chance.fraction();
    const id = nextId();
    if (roll < 0.12) return { kind: "sleep", id, seconds: chance.pick([1, 2, 5, 30]) };
    if (roll < 0.24) {
      const { sends } = scope;
      if (sends.length > 0) return { kind: "send", id, event: chance.pick(sends), ms: chance.between(0, 30) };
    } else if (roll < 0.4) {
      const isMatching = chance.hits(0.6);
      return { kind: "wait", id, event: chance.pick(scope.waits), isMatching, seconds: chance.pick([2, 10, 40]) };
    } else if (roll < 0.47) return { kind: "signal", id, seconds: chance.pick([3, 15]) };
    else if (roll < 0.57 && scope.invokes.length > 0) {
      return { kind: "invoke", id, slug: chance.pick(scope.invokes), seconds: chance.pick([5, 60, 600]) };
    } else if (roll < 0.64) return { kind: "fetch", id, isAi: chance.hits(0.4) };
    const isFinal = chance.hits(0.06);
    const failures = chance.hits(0.2) ? failuresOf(chance.between(1, scope.attemptsMax), scope) : 0;
    return { kind: "run", id, failures, isFinal, ms: chance.pick([0, 1, 5, 20, 200, 1_500]) };
  };

  const tree = (depth: number): Code => {
    const roll = chance.fraction();
    if (depth === 0 || roll < 0.45) return step();
    const parts = Array.from({ length: chance.between(2, 3) }, () => tree(depth - 1));
    if (roll < 0.7) return { kind: "sequence", parts };
    if (roll < 0.9) return { kind: "all", parts, isRace: chance.hits(0.3) };
    return { kind: "caught", part: tree(depth - 1) };
  };

  return tree(chance.between(0, 2));
}

/** A step that fails as often as it is tried fails for ever: a crash may have it tried once more. */
function failuresOf(count: number, { attemptsMax }: CodeScope): number {
  return count < attemptsMax ? count : Number.MAX_SAFE_INTEGER;
}

/** Says whether one step of the code is over for certain when the other is come to. */
export function comesBefore(code: Code, one: string, other: string): boolean {
  switch (code.kind) {
    case "sequence": {
      const first = code.parts.findIndex((part) => has(part, one));
      const second = code.parts.findIndex((part) => has(part, other));
      if (first < 0 || second < 0) return false;
      const part = code.parts[first];
      if (part === undefined || first > second) return false;
      return first === second ? comesBefore(part, one, other) : !isLoose(part);
    }
    case "all":
      return code.parts.some((part) => has(part, one) && has(part, other) && comesBefore(part, one, other));
    case "caught":
      return comesBefore(code.part, one, other);
    default:
      return false;
  }
}

function has(code: Code, id: string): boolean {
  return stepsOf(code).some((step) => step.id === id);
}

/** Says whether code behind it may be come to while steps of it are at work. */
function isLoose(code: Code): boolean {
  switch (code.kind) {
    case "sequence":
      return code.parts.some(isLoose);
    case "all":
      return code.isRace || code.parts.some(isLoose);
    // A group that is rejected leaves its other members behind.
    case "caught":
      return hasGroup(code.part);
    default:
      return false;
  }
}

function hasGroup(code: Code): boolean {
  switch (code.kind) {
    case "sequence":
      return code.parts.some(hasGroup);
    case "all":
      return true;
    case "caught":
      return hasGroup(code.part);
    default:
      return false;
  }
}

/**
 * How the code ends when the app itself never fails, whatever the order in which things happen; null when that is
 * for others to say.
 */
export function certainEnd(code: Code, attemptsMax: number): "completed" | "failed" | null {
  switch (code.kind) {
    case "run":
      return code.isFinal || code.failures >= attemptsMax ? "failed" : "completed";
    case "sleep":
    case "wait":
    case "signal":
      return "completed";
    // The event may be refused, the other function may end in any way, and so may the request.
    case "send":
    case "invoke":
    case "fetch":
      return null;
    case "caught":
      return "completed";
    case "sequence":
    case "all": {
      const ends = code.parts.map((part) => certainEnd(part, attemptsMax));
      if (ends.includes(null)) return null;
      return ends.includes("failed") ? "failed" : "completed";
    }
  }
}
