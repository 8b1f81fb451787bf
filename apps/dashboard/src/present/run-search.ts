// The filters of the runs list, as they stand in the address and as the API takes them.
import type { ApiRunStatus } from "@stepwright/protocol";
import { textOf } from "./search-params.ts";

/** Every status a run can have, in the order of the filter. */
export const runStatuses = [
  "queued",
  "running",
  "completed",
  "failed",
  "cancelled",
  "skipped",
] as const satisfies readonly ApiRunStatus[];

/** What `/runs` is filtered by. An absent field filters nothing. */
export interface RunSearch {
  readonly status?: readonly ApiRunStatus[];
  /** Slug of a function. */
  readonly fn?: string;
  readonly app?: string;
  readonly event?: string;
  /** What is searched for. */
  readonly q?: string;
  /** How far back, such as `15m`, `1h` or `7d`. */
  readonly last?: string;
  /** Where an older part of the list begins; the newest runs if absent. */
  readonly cursor?: string;
}

/** Reads the filters from an address. What cannot be read is left out: a mistyped address shows too much, never nothing. */
export function parseRunSearch(raw: Readonly<Record<string, unknown>>): RunSearch {
  const status = (textOf(raw, "status") ?? "").split(",").filter(isRunStatus);
  const last = textOf(raw, "last");
  const texts = {
    fn: textOf(raw, "fn"),
    app: textOf(raw, "app"),
    event: textOf(raw, "event"),
    q: textOf(raw, "q"),
    cursor: textOf(raw, "cursor"),
  };
  return {
    ...(status.length === 0 ? {} : { status: [...new Set(status)] }),
    ...present(texts),
    ...(last === undefined || spanMs(last) === null ? {} : { last }),
  };
}

/** Translates the filters to the query of `GET /api/runs`. */
export function runsQuery(search: RunSearch, now: number): Readonly<Record<string, string>> {
  const backMs = search.last === undefined ? null : spanMs(search.last);
  return {
    ...(search.status === undefined ? {} : { status: search.status.join(",") }),
    ...present({ function: search.fn, app: search.app, event: search.event, search: search.q }),
    ...(backMs === null ? {} : { from: String(now - backMs) }),
  };
}

/** Says whether anything narrows the list. */
export function isFiltered(search: RunSearch): boolean {
  return (
    search.status !== undefined ||
    search.fn !== undefined ||
    search.app !== undefined ||
    search.event !== undefined ||
    search.q !== undefined ||
    search.last !== undefined
  );
}

/** Adds or takes away one status; an empty choice means all. */
export function toggleStatus(search: RunSearch, status: ApiRunStatus): RunSearch {
  const { status: before = [], cursor: _, ...rest } = search;
  const after = before.includes(status) ? before.filter((item) => item !== status) : [...before, status];
  return after.length === 0 ? rest : { ...rest, status: runStatuses.filter((item) => after.includes(item)) };
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a span such as `15m`; null if it is none. */
export function spanMs(text: string): number | null {
  const match = /^([1-9]\d{0,5})([mhd])$/.exec(text);
  const unit = unitMs[match?.[2] ?? ""];
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

function isRunStatus(text: string): text is ApiRunStatus {
  return (runStatuses as readonly string[]).includes(text);
}

/** Leaves out what is undefined. */
function present<K extends string>(fields: Readonly<Record<K, string | undefined>>): { readonly [key in K]?: string } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [key in K]?: string;
  };
}
