// Paces of starts: in no stretch of time are there more of them than the limit lets through.
import type { FunctionOptions } from "../functions.ts";
import type { Checker, SeenCommit } from "../witness.ts";
import { newRows } from "./new-rows.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface Curve {
  readonly atOnceMax: number;
  readonly intervalMs: number;
}

/** Makes the checker of `throttle`: it paces the first calls of runs. */
export function throttlesHold({ view, limits }: CheckSurroundings, report: Report): Checker {
  const started = new Set<string>();
  const paces = createPaces(report);
  return {
    name: "throttles hold",
    committed(commit) {
      const { batch } = commit;
      for (const runId of calledRuns(view, commit)) {
        if (started.has(runId)) continue;
        started.add(runId);
        const run = runOf(view, runId);
        const { throttle } = limits.allowed(run.function_slug);
        if (throttle === undefined) continue;
        const curve = {
          atOnceMax: throttle.limit + throttle.burst,
          intervalMs: (throttle.seconds * 1_000) / throttle.limit,
        };
        const key = throttle.isKeyed ? run.user : "";
        paces.start(`${run.function_slug} ${key} ${limits.era(run.function_slug)}`, batch.now, curve);
      }
    },
  };
}

/** Runs whose calls were leased. */
function calledRuns(view: CheckSurroundings["view"], { result, isUnheard }: SeenCommit): readonly string[] {
  if (!isUnheard) return result.leased.flatMap(({ work }) => (work.kind === "call" ? [work.runId] : []));
  const sql = "SELECT run_id AS id FROM queue_items WHERE kind = 'call' AND generation > 0";
  return view()
    .all<{ id: string }>(sql)
    .map(({ id }) => id);
}

const limitedSql = `SELECT runs.row, function_slug, original_run_id, json_extract(data, '$.user') AS user, json_extract(data, '$.once') AS once
FROM runs JOIN run_events ON run_id = runs.id AND position = 0 JOIN events ON seq = event_seq WHERE runs.row > ? ORDER BY runs.row`;

interface LimitedRun extends StartedRun {
  readonly row: number;
  readonly once: string | null;
  readonly original_run_id: string | null;
}

/** Makes the checker of `rateLimit` and `idempotency`: they pace starts, and drop the rest. */
export function rateLimitsHold({ view, limits }: CheckSurroundings, report: Report): Checker {
  const rows = newRows<LimitedRun>(view, { table: "runs", sql: limitedSql });
  const paces = createPaces(report);
  return {
    name: "rate limits hold",
    swept: rows.swept,
    committed({ batch }) {
      for (const run of rows.take()) {
        const options = limits.allowed(run.function_slug);
        // What a debounce or a batch has let go was counted when it came in, or not at all; a rerun is free.
        if (run.original_run_id !== null || options.debounce !== undefined || options.batch !== undefined) continue;
        const limit = limitOf(options, run);
        if (limit !== null)
          paces.start(`${run.function_slug} ${limit.key} ${limits.era(run.function_slug)}`, batch.now, limit);
      }
    },
  };
}

interface StartedRun {
  readonly function_slug: string;
  readonly user: string | null;
}

function runOf(view: CheckSurroundings["view"], runId: string): StartedRun {
  const run = view().get<StartedRun>(
    `SELECT function_slug, json_extract(data, '$.user') AS user FROM runs
JOIN run_events ON run_id = runs.id AND position = 0 JOIN events ON seq = event_seq WHERE runs.id = ?`,
    runId,
  );
  if (run === undefined) throw new Error(`run ${runId} was leased and is not there`);
  return run;
}

/** A tenth of the limit and one more may start at once, then one per part of the period. */
function limitOf(
  options: FunctionOptions,
  run: { readonly user: string | null; readonly once: string | null },
): (Curve & { readonly key: string }) | null {
  if (options.isIdempotent === true)
    return run.once === null ? null : { key: run.once, atOnceMax: 1, intervalMs: 24 * 3_600_000 };
  const { rateLimit } = options;
  if (rateLimit === undefined || (rateLimit.isKeyed && run.user === null)) return null;
  return {
    key: rateLimit.isKeyed ? (run.user ?? "") : "",
    atOnceMax: 1 + Math.floor(rateLimit.limit / 10),
    intervalMs: (rateLimit.seconds * 1_000) / rateLimit.limit,
  };
}

/** Remembers starts, and looks at every stretch of time that ends now. */
function createPaces(report: Report) {
  const starts = new Map<string, number[]>();
  return {
    start(key: string, now: number, { atOnceMax, intervalMs }: Curve) {
      const before = starts.get(key) ?? [];
      const isTooMany = before.some((from, index) => {
        const count = before.length - index + 1;
        return now >= from && (count - atOnceMax) * intervalMs > now - from + 1;
      });
      if (isTooMany)
        report(`${key} started at ${[...before, now].join(", ")}: more than ${atOnceMax} and one per ${intervalMs} ms`);
      starts.set(key, [...before, now]);
    },
  };
}
