// Which functions an event starts, by its name.
import type { ApiEventDetail, ApiFunction } from "@stepwright/protocol";

type WithTriggers = Pick<ApiFunction, "triggers">;

/** Says why an event started no run, as far as the rest of what came of it does not. */
export function noRunText(
  event: Pick<ApiEventDetail, "name" | "matches" | "fates">,
  functions: readonly Pick<ApiFunction, "name" | "slug" | "triggers">[],
): string {
  const heldBack = new Set(event.fates.map(({ functionSlug }) => functionSlug));
  const others = listeners(event.name, functions).filter(({ slug }) => !heldBack.has(slug));
  if (others.length > 0) {
    const names = others.map(({ name }) => name).join(", ");
    return `This event started no run. ${names} ${others.length === 1 ? "listens" : "listen"} to its name: a condition does not hold, or there is nothing stored of why.`;
  }
  if (heldBack.size > 0) return "This event has started no run.";
  return event.matches.length > 0
    ? "This event started no run: no function listens to its name."
    : "This event started no run: no function listens to its name, and no run waited for it.";
}

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
