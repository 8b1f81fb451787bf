// Searches: lines of CEL about an event, or about a run's events, output and error.
import type { Run, StoredEvent } from "@stepwright/engine";
import { compile, type Compiled, matches, type Variables } from "@stepwright/expressions";
import { type JsonText, parseJsonText } from "@stepwright/protocol";
import type { Runtime } from "@stepwright/runtime";
import type { Context } from "../context.ts";
import { sentText } from "../event-words.ts";
import { failure } from "../failure.ts";
import { searchCharsMax } from "../limits.ts";
import { errorText } from "../run-words.ts";

/** Conditions that all have to hold. */
export type Search = readonly Compiled[];

/** Reads the lines of a search; null when there are none. `what` is retrieved when a line is wrong. */
export function readSearch(text: string | null | undefined, what: "runs" | "events"): Search | null {
  const lines = (text ?? "").split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
  if (lines.length === 0) return null;
  if ((text ?? "").length > searchCharsMax)
    throw failure(`error retrieving ${what}: the query has more than ${searchCharsMax} characters`);
  const roots = what === "runs" ? ["event", "output", "error"] : ["event"];
  return lines.map((line) => {
    const compiled = compile(line);
    if (compiled.kind === "invalid") throw failure(`error retrieving ${what}: ${compiled.message}\n | ${line}`);
    const unknown = [...compiled.expression.variables].find((name) => !roots.includes(name));
    if (unknown !== undefined)
      throw failure(
        `error retrieving ${what}: undeclared reference to "${unknown}"; use ${roots.join(", ")}\n | ${line}`,
      );
    return compiled.expression;
  });
}

/**
 * Tells which of the runs a search finds.
 *
 * What it reads is not kept with the request: a search looks at thousands of runs, and shows a few.
 */
export async function findRuns(
  runs: readonly Run[],
  search: Search,
  { runtime, now }: Context,
): Promise<readonly Run[]> {
  const [aboutEvents, aboutResult] = [search.filter(isAboutEvent), search.filter((line) => !isAboutEvent(line))];
  const candidates = runs.filter((run) => aboutResult.every((line) => matches(line, resultOf(run), { now })));
  if (aboutEvents.length === 0 || candidates.length === 0) return candidates;
  const eventsOf = await runtime.storage.runs.eventsOf(candidates.map(({ id }) => id));
  const found: Run[] = [];
  for (const run of candidates) {
    const events = await Promise.all((eventsOf.get(run.id) ?? []).map((event) => eventValue(event, runtime)));
    // Each line may be met by another event of a batch.
    const isMet = (line: Compiled) => events.some((event) => matches(line, { ...resultOf(run), event }, { now }));
    if (aboutEvents.every(isMet)) found.push(run);
  }
  return found;
}

/** Tells whether a search finds an event. */
export async function isEventFound(event: StoredEvent, search: Search, { runtime, now }: Context): Promise<boolean> {
  const value = await eventValue(event, runtime);
  return search.every((line) => matches(line, { event: value }, { now }));
}

function isAboutEvent(line: Compiled): boolean {
  return line.variables.has("event");
}

function resultOf(run: Run): Variables {
  return { output: valueOf(run.status === "completed" ? run.output : null), error: valueOf(errorText(run)) };
}

async function eventValue(event: StoredEvent, runtime: Runtime): Promise<unknown> {
  return parseJsonText(sentText(event, await runtime.eventPayload(event)));
}

function valueOf(text: JsonText | null): unknown {
  return text === null ? null : parseJsonText(text);
}
