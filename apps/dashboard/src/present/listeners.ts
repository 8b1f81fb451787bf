// Which functions an event starts, by its name.
import type { ApiFunction } from "@stepwright/protocol";

type WithTriggers = Pick<ApiFunction, "triggers">;

/** The event names that start functions, in order, each once. Patterns are left out: they are no names. */
export function triggerNames(functions: readonly WithTriggers[]): readonly string[] {
  const names = functions.flatMap((fn) =>
    fn.triggers.flatMap(({ event }) => (event === null || event.includes("*") ? [] : [event])),
  );
  return [...new Set(names)].toSorted();
}

/** The functions that listen to an event of this name. Whether one starts may depend on its expression too. */
export function listeners<T extends WithTriggers>(name: string, functions: readonly T[]): readonly T[] {
  return functions.filter((fn) => fn.triggers.some(({ event }) => event !== null && matches(event, name)));
}

/** A pattern ends in `*` and stands for every name that begins like it. */
function matches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
