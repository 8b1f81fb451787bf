// Several measurements of the same figures become one.
import type { Figure, Reference } from "./figure.ts";
import { quantile } from "./latency.ts";

/**
 * The median of each figure, part by part, in the order in which they first appear. A figure may be missing in some rounds.
 * Counts are those of the last round that has it.
 */
export function medianFigures<F extends Figure>(rounds: readonly (readonly F[])[]): readonly F[] {
  return [...Map.groupBy(rounds.flat(), ({ id }) => id).values()].flatMap((all) => {
    const last = all.at(-1);
    return last === undefined ? [] : [medianFigure(last, all)];
  });
}

function medianFigure<F extends Figure>(figure: F, all: readonly F[]): F {
  return {
    ...figure,
    value: median(all.map(({ value }) => value)) ?? figure.value,
    p99: median(all.map(({ p99 }) => p99)),
    cpuMicros: median(all.map(({ cpuMicros }) => cpuMicros)),
    reference:
      figure.reference &&
      medianReference(
        figure.reference,
        all.flatMap(({ reference }) => reference ?? []),
      ),
  };
}

function medianReference(reference: Reference, all: readonly Reference[]): Reference {
  return {
    ...reference,
    value: median(all.map(({ value }) => value)) ?? reference.value,
    p99: median(all.map(({ p99 }) => p99)),
    cpuMicros: median(all.map(({ cpuMicros }) => cpuMicros)),
  };
}

/** Null when there is nothing; of an even number the upper one. */
function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  return sorted.length === 0 ? null : quantile(sorted, 0.5);
}
