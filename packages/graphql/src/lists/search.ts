// Searches: lines of CEL about an event, or about a run's events, output and error.
import type { Run, StoredEvent } from "@stepwright/engine";
import { compile, type Compiled, matches, type Variables } from "@stepwright/expressions";
import { type JsonText, parseJsonText } from "@stepwright/protocol";
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

/** Tells which of the runs a search finds. */
export async function findRuns(runs: readonly Run[], search: Search, context: Context): Promise<readonly Run[]> {
  const judged = await Promise.all(runs.map(async (run) => [run, await isFound(run, search, context)] as const));
  return judged.flatMap(([run, isWanted]) => (isWanted ? [run] : []));
}

async function isFound(run: Run, search: Search, context: Context): Promise<boolean> {
  const result: Variables = {
    output: valueOf(run.status === "completed" ? run.output : null),
    error: valueOf(errorText(run)),
  };
  const [aboutEvents, aboutResult] = [search.filter(isAboutEvent), search.filter((line) => !isAboutEvent(line))];
  if (!aboutResult.every((line) => matches(line, result, context))) return false;
  if (aboutEvents.length === 0) return true;
  const events = await Promise.all((await context.eventsOf(run.id)).map((event) => eventValue(event, context)));
  // Each line may be met by another event of a batch.
  return aboutEvents.every((line) => events.some((event) => matches(line, { ...result, event }, context)));
}

/** Tells whether a search finds an event. */
export async function isEventFound(event: StoredEvent, search: Search, context: Context): Promise<boolean> {
  const value = await eventValue(event, context);
  return search.every((line) => matches(line, { event: value }, context));
}

function isAboutEvent(line: Compiled): boolean {
  return line.variables.has("event");
}

async function eventValue(event: StoredEvent, context: Context): Promise<unknown> {
  return parseJsonText((await sentText(event, context)) as JsonText);
}

function valueOf(text: JsonText | null): unknown {
  return text === null ? null : parseJsonText(text);
}
