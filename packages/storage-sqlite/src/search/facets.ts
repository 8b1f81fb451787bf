// Facets: what lists are filtered by, as words of the index. A frequent word and a rare filter are then one intersection of two
// lists of rows, 12 ms at worst in a million runs, where looking at every row with the word takes a second.
import { createHash } from "node:crypto";
import type { RunStatus } from "@stepwright/engine";
import type { EventFilter, RunFilter } from "@stepwright/storage";

/** No word of a text begins so: `wordsOf` knows letters and digits, and this is for private use. */
const mark = "\uE000";
const hashesMax = 10_000;

type Facet = "status" | "function" | "app" | "trigger" | "name" | "internal";

const letters: Readonly<Record<Facet, string>> = {
  status: "s",
  function: "f",
  app: "a",
  trigger: "t",
  name: "n",
  internal: "i",
};
/** The status of a run that has not ended. It changes, and the index follows only the end. */
const open = "open";

const hashes = new Map<string, string>();

/** Makes the word of a facet. Two values may share one, so what is found is compared with the row. */
function facet(kind: Facet, value: string): string {
  const known = hashes.get(value);
  if (known !== undefined) return `${mark}${letters[kind]}${known}`;
  if (hashes.size >= hashesMax) hashes.clear();
  const hash = createHash("sha1").update(value).digest("hex").slice(0, 12);
  hashes.set(value, hash);
  return `${mark}${letters[kind]}${hash}`;
}

/** The facets of a run. */
export function runFacets(run: {
  readonly status: RunStatus;
  readonly function_id: string;
  readonly app_id: string;
  readonly trigger_name: string;
}): readonly string[] {
  return [
    statusFacet(run.status),
    facet("function", run.function_id),
    facet("app", run.app_id),
    facet("trigger", run.trigger_name),
  ];
}

/** The facets of an event. */
export function eventFacets(event: { readonly name: string; readonly is_internal: 0 | 1 }): readonly string[] {
  return [facet("name", event.name), ...(event.is_internal === 1 ? [internalFacet()] : [])];
}

/** Facets of which a run must have one of each list. */
export function facetsOfRuns(filter: RunFilter): readonly (readonly string[])[] {
  return [
    ...(filter.statuses === undefined ? [] : [[...new Set(filter.statuses.map(statusFacet))]]),
    ...(filter.functionId === undefined ? [] : [[facet("function", filter.functionId)]]),
    ...(filter.appId === undefined ? [] : [[facet("app", filter.appId)]]),
    ...(filter.triggerName === undefined ? [] : [[facet("trigger", filter.triggerName)]]),
  ];
}

/** As `facetsOfRuns`, of events. */
export function facetsOfEvents(filter: EventFilter): readonly (readonly string[])[] {
  return filter.name === undefined ? [] : [[facet("name", filter.name)]];
}

/** What our own events have. */
export function internalFacet(): string {
  return facet("internal", "");
}

/**
 * Rows that share a facet of their own, which bounds what a search has to look at. It takes 5 ms to go through the facet itself; with
 * a quarter of the rows, finding the places in all lists again for each block took longer than all the rest.
 */
export const blockRows = 262_144;

/** What the rows of a block have. */
export function blockFacet(row: number): string {
  return `${mark}b${Math.floor(row / blockRows)}`;
}

function statusFacet(status: RunStatus): string {
  return facet("status", status === "queued" || status === "running" ? open : status);
}
