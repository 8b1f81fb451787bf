// How many runs of a function are under way at once: `concurrency.fn` and `singleton`.
import type { Checker } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

const countSql = (
  isKeyed: boolean,
  statuses: string,
) => `SELECT count(*) AS count, group_concat(runs.id) AS ids FROM runs
JOIN run_events ON run_id = runs.id AND position = 0 JOIN events ON seq = event_seq
WHERE function_slug = ? AND runs.id NOT IN (SELECT value FROM json_each(?)) AND status IN (${statuses})${isKeyed ? " GROUP BY json_extract(data, '$.user')" : ""}`;

/** Makes the checker. */
export function runLimitsHold({ view, functions, limits, records }: CheckSurroundings, report: Report): Checker {
  const limited = functions.filter(
    (fn) => fn.options.runConcurrency !== undefined || fn.options.singleton !== undefined,
  );
  const most = (
    slug: string,
    { isKeyed, statuses, without = [] }: { isKeyed: boolean; statuses: string; without?: readonly string[] },
  ) =>
    Math.max(
      0,
      ...view()
        .all<{ count: number }>(countSql(isKeyed, statuses), slug, JSON.stringify(without))
        .map(({ count }) => count),
    );
  return {
    name: "run limits hold",
    committed() {
      for (const { slug, options } of limited) {
        const { runConcurrency, singleton } = options;
        if (runConcurrency !== undefined) {
          // A run is under way from its first call; it is marked so a little later, so this sees a lower bound.
          const count = most(slug, { isKeyed: runConcurrency.isKeyed, statuses: "'running'" });
          // A limit that is lowered ends nothing that was let in before, which may be marked as running much later.
          const { limit } = limits.widest(slug).runConcurrency ?? runConcurrency;
          if (count > limit) report(`${count} runs of ${slug} are running, the limit is ${limit}`);
        }
        if (singleton !== undefined) {
          const count = most(slug, {
            isKeyed: singleton.isKeyed,
            statuses: "'queued', 'running'",
            // Runs that are moved to a singleton stay as many as they are.
            without: [...records.movedRuns],
          });
          if (count > 1) report(`${count} runs of the singleton ${slug} are not ended`);
        }
      }
    },
  };
}
