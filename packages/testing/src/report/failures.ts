// What went wrong in the attempts of a step.
import type { ApiStep } from "@stepwright/protocol";
import { errorLines } from "./error-text.ts";

/** Attempts one after another that failed with the same error. */
export interface Failures {
  /** `attempt 2` or `attempts 1 to 3`, counted from 1 as people do. */
  readonly attempts: string;
  /** Lines of the error and its causes. */
  readonly lines: readonly string[];
}

/** Puts failed attempts of a step together that have the same error. */
export function failuresOf({ attempts }: Pick<ApiStep, "attempts">): readonly Failures[] {
  const groups: { readonly first: number; last: number; readonly lines: readonly string[] }[] = [];
  for (const { attempt, error } of attempts) {
    if (error === null) continue;
    const lines = errorLines(error);
    const before = groups.at(-1);
    if (before !== undefined && before.last === attempt - 1 && before.lines.join("\n") === lines.join("\n")) {
      before.last = attempt;
    } else groups.push({ first: attempt, last: attempt, lines });
  }
  return groups.map(({ first, last, lines }) => ({
    attempts: first === last ? `attempt ${first + 1}` : `attempts ${first + 1} to ${last + 1}`,
    lines,
  }));
}
