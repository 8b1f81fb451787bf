// How many calls of a limited function were in flight at once, as the app saw it.
import type { Line } from "./apps/ledger.ts";

/** The app may learn a little later than the server that a connection is gone; until then both its calls are counted. */
const graceMs = 500;

/**
 * Counts the calls of the ledger that overlap.
 *
 * A call is in flight from when it came in until it was answered or its connection was gone: for as long as a server
 * that lives holds its lease. One that leaves within the grace after another came in without having been answered does
 * not count with that one, and calls of an app that was killed count until the next line of another boot.
 */
export function mostAtOnce(lines: readonly Line[]): { readonly calls: number; readonly at: number } {
  const left = new Map(lines.flatMap((line) => (line.kind === "leave" ? [[line.call, line] as const] : [])));
  const open = new Map<string, Extract<Line, { kind: "enter" }>>();
  let most = { calls: 0, at: 0 };
  for (const line of lines) {
    if (line.kind === "leave") open.delete(line.call);
    if (line.kind !== "enter") continue;
    for (const call of open.keys()) if (bootOf(call) !== bootOf(line.call)) open.delete(call);
    const counted = [...open.keys()].filter((call) => {
      const leave = left.get(call);
      return leave === undefined || leave.how === "answered" || leave.at > line.at + graceMs;
    });
    open.set(line.call, line);
    if (counted.length + 1 > most.calls) most = { calls: counted.length + 1, at: line.at };
  }
  return most;
}

function bootOf(call: string): string {
  return call.slice(0, call.indexOf("."));
}
