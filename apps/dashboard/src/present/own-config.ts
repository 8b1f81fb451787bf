// What a function sets itself, out of its stored configuration, which holds every option.
import type { JsonValue } from "@stepwright/protocol";
import { flowOptions } from "./flow-control.ts";

/** Options that a function's page shows in other places. */
const shownElsewhere: ReadonlySet<string> = new Set(["name", "slug", "retries", "triggers", ...flowOptions]);

/** The options that are set; those left at nothing are left out. */
export function ownConfig(config: JsonValue): { readonly [key: string]: JsonValue } {
  if (typeof config !== "object" || config === null || Array.isArray(config)) return {};
  return Object.fromEntries(
    Object.entries(config).filter(([name, value]) => !shownElsewhere.has(name) && isSet(value)),
  );
}

function isSet(value: JsonValue): boolean {
  if (value === null) return false;
  return typeof value !== "object" || Object.values(value).some((item) => isSet(item));
}
