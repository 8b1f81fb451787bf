// Bulk cancellations cancel the runs they are for: all of them, and no others.
import { conditionFor } from "../cancel-many.ts";
import type { Checker, SeenCommit } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface CancellationRow {
  readonly id: string;
  readonly slug: string;
  readonly started_after: number | null;
  readonly started_before: number;
  readonly condition: string | null;
  readonly ended_at: number | null;
  readonly cancelled: number;
}

interface SeenCancellation extends CancellationRow {
  /** The runs it is for: those that were there and had not ended. */
  readonly runs: ReadonlySet<string>;
  readonly boot: number;
}

interface CancelledRun {
  readonly id: string;
  readonly cancellation: string;
}

const cancellationsSql = `SELECT cancellations.*, slug FROM cancellations JOIN functions ON functions.id = function_id
ORDER BY cancellations.id`;
const unfinishedSql = `SELECT runs.id, queued_at, json_extract(data, '$.user') AS user FROM runs
JOIN run_events ON run_id = runs.id AND position = 0 JOIN events ON seq = event_seq
WHERE function_slug = ? AND status IN ('queued', 'running')`;
const cancelledSql = `SELECT id, json_extract(error, '$.reason.cancellationId') AS cancellation FROM runs
WHERE status = 'cancelled' AND json_extract(error, '$.reason.kind') = 'bulk'`;

/** Makes the checker. */
export function bulkCancelsAreExact(surroundings: CheckSurroundings, report: Report): Checker {
  const { view, records, coverage } = surroundings;
  const seen = new Map<string, SeenCancellation>();
  const ended = new Set<string>();
  const cancelledBy = new Map<string, Set<string>>();

  const meet = (row: CancellationRow, { boot }: SeenCommit): void => {
    const { slug, started_after: after, started_before: before, condition } = row;
    const asked = records.bulkCancels.find(
      (one) =>
        one.slug === slug &&
        one.startedAfter === after &&
        one.startedBefore === before &&
        (one.user === null ? null : conditionFor(one.user)) === condition,
    );
    if (asked === undefined) report(`nobody asked for the cancellation ${row.id}`);
    const runs = view()
      .all<{ id: string; queued_at: number; user: string | null }>(unfinishedSql, slug)
      .filter(({ queued_at }) => queued_at < before && (after === null || queued_at >= after))
      .filter(({ user }) => condition === null || (user !== null && conditionFor(user) === condition));
    seen.set(row.id, { ...row, runs: new Set(runs.map(({ id }) => id)), boot });
  };

  const lookAtCancelled = (): void => {
    for (const { id, cancellation } of view().all<CancelledRun>(cancelledSql)) {
      const known = cancelledBy.get(cancellation) ?? new Set();
      cancelledBy.set(cancellation, known.add(id));
      const of = seen.get(cancellation);
      // A run may have been given to the function while the cancellation went on.
      if (of?.runs.has(id) !== true && !records.movedRuns.has(id))
        report(`run ${id} was cancelled by ${cancellation}, which is not for it`);
    }
  };

  const lookAtEnd = (row: CancellationRow, { boot }: SeenCommit): void => {
    const of = seen.get(row.id);
    if (of === undefined) return;
    const isUnfinished = (id: string) =>
      view().get("SELECT 1 FROM runs WHERE id = ? AND status IN ('queued', 'running')", id) !== undefined;
    const left = [...of.runs].find(
      (id) => isUnfinished(id) && !records.damagedRuns.has(id) && !records.movedRuns.has(id),
    );
    if (left !== undefined) report(`the cancellation ${row.id} has ended, and run ${left} goes on`);
    const count = cancelledBy.get(row.id)?.size ?? 0;
    // Runs of a piece that was begun anew are not counted.
    const isUndisturbed = of.boot === boot && !records.refusedBoots.has(boot) && records.damagedRuns.size === 0;
    if (row.cancelled > count || (isUndisturbed && row.cancelled !== count))
      report(`the cancellation ${row.id} says that it has cancelled ${row.cancelled} runs, it was ${count}`);
  };

  return {
    name: "bulk cancellations are exact",
    committed(commit) {
      if (records.bulkCancels.length === 0) return;
      const rows = view().all<CancellationRow>(cancellationsSql);
      for (const row of rows) if (!seen.has(row.id)) meet(row, commit);
      lookAtCancelled();
      for (const row of rows) {
        if (row.ended_at === null || ended.has(row.id)) continue;
        ended.add(row.id);
        lookAtEnd(row, commit);
      }
      const isGoingOn = commit.batch.transitions.some(({ effects }) =>
        effects.some((effect) => effect.kind === "replaceWork" && effect.item.work.kind === "cancellation"),
      );
      if (isGoingOn) coverage.count("feature cancellation in several pieces");
    },
    rested() {
      // It is gone only if somebody has taken it back.
      const left = new Set(
        view()
          .all<CancellationRow>(cancellationsSql)
          .map(({ id }) => id),
      );
      const gone = [...seen.keys()].filter((id) => !left.has(id));
      if (gone.length > records.bulkCancels.filter(({ isTakenBack }) => isTakenBack).length)
        report(`the cancellations ${gone.join(", ")} are gone, and not so many were taken back`);
    },
  };
}
