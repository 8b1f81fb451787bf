// Which runs `stepwright runs` is about: its filters, as they are written and as the server takes them.
import type { FlagValues, Flags } from "../arguments/read-flags.ts";
import { readPast } from "../arguments/read-time.ts";

/** The filters, as they were written; what is null was not. */
export interface RunsFilter {
  readonly status: string | null;
  readonly function: string | null;
  readonly app: string | null;
  readonly event: string | null;
  readonly since: string | null;
  readonly until: string | null;
  readonly search: string | null;
}

const text = { type: "string" } as const;
const names = ["status", "function", "app", "event", "since", "until", "search"] as const;

/** Their flags. */
export const filterFlags = {
  status: text,
  function: text,
  app: text,
  event: text,
  since: text,
  until: text,
  search: text,
} as const satisfies Flags & Record<(typeof names)[number], unknown>;

/** Reads them; a mistake is a sentence. */
export function readFilter(values: FlagValues): RunsFilter | string {
  for (const name of ["since", "until"] as const) {
    const problem = timeProblem(name, values.get(name));
    if (problem !== null) return problem;
  }
  const [status = null, fn = null, app = null, event = null, since = null, until = null, search = null] = names.map(
    (name) => values.get(name) ?? null,
  );
  return { status, function: fn, app, event, since, until, search };
}

/** What is wrong with a time; null when nothing is, or there is none. */
export function timeProblem(name: string, written: string | undefined): string | null {
  if (written === undefined || readPast(written, 0) !== null) return null;
  return `--${name} ${written} is no time; write how long ago, such as 2h, or a date such as 2026-01-31T12:00:00Z`;
}

/** The filters as parameters of the server's list. */
export function filterParameters(filter: RunsFilter, now: number): URLSearchParams {
  const { status, function: fn, app, event, since, until, search } = filter;
  const given: Readonly<Record<string, string | number | null>> = {
    status,
    function: fn,
    app,
    event,
    from: since === null ? null : readPast(since, now),
    to: until === null ? null : readPast(until, now),
    search,
  };
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(given)) if (value !== null) parameters.set(name, String(value));
  return parameters;
}

/** The filters as flags, for the command that goes on where a page ended. */
export function filterFlagsText(filter: RunsFilter): string {
  return names
    .filter((name) => filter[name] !== null)
    .map((name) => ` --${name} ${shellWord(filter[name] ?? "")}`)
    .join("");
}

/** A word as a shell takes it for one. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
