// The order of a lane: of calls that have to pass the same limits, those of the run that counts as oldest go first.
import type { CommitBatch } from "@stepwright/storage";
import type { Checker } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface Waiting {
  readonly row: number;
  readonly id: string;
  readonly run_id: string;
  readonly slug: string;
  readonly queued_at: number;
  readonly at: number;
  readonly priority: number | null;
  readonly user: string | null;
  readonly generation: number;
}

const columns = `SELECT q.row, q.id, q.run_id, function_slug AS slug, queued_at, q.at, json_extract(data, '$.priority') AS priority,
json_extract(data, '$.user') AS user, generation
FROM queue_items AS q JOIN runs ON runs.id = q.run_id JOIN run_events AS r ON r.run_id = runs.id AND position = 0
JOIN events ON seq = event_seq`;
const leasedSql = `${columns} WHERE q.id = ?`;
const anySql = "SELECT 1 FROM queue_items WHERE lane = ? AND lease_epoch IS NULL AND at <= ? LIMIT 1";
const waitingSql = `${columns} WHERE lane = ? AND lease_epoch IS NULL AND q.at <= ?`;

/** Items that were in hand until this commit: what it leases before it comes to them has passed nobody. */
function givenBack({ transitions }: CommitBatch): ReadonlySet<string> {
  const effects = transitions.flatMap((one) => one.effects);
  return new Set(effects.flatMap((effect) => (effect.kind === "reschedule" ? [effect.itemId] : [])));
}

/** Makes the checker. */
export function lanesAreInOrder({ view, functionOf }: CheckSurroundings, report: Report): Checker {
  return {
    name: "lanes are in order",
    committed({ batch, result }) {
      const given = givenBack(batch);
      for (const item of result.leased) {
        if (item.work.kind !== "call") continue;
        if (view().get(anySql, item.lane, batch.now) === undefined) continue;
        const leased = view().get<Waiting>(leasedSql, item.id);
        if (leased === undefined) continue;
        const passed = view()
          .all<Waiting>(waitingSql, item.lane, batch.now)
          .find((other) => !given.has(other.id) && isAlike(leased, other) && isBefore(other, leased));
        if (passed !== undefined)
          report(
            `${item.id} (age ${age(leased)}) was leased before ${passed.id} (age ${age(passed)}) of the same lane`,
          );
      }
    },
  };

  /** Says whether both have to pass the same limits. */
  function isAlike(one: Waiting, other: Waiting): boolean {
    const { concurrency, runConcurrency, throttle } = functionOf(one.slug).options;
    const isFirst = (item: Waiting, generationsMade: number) => isStart(item) && item.generation === generationsMade;
    const start = runConcurrency ?? throttle;
    if (start !== undefined && isFirst(one, 1) !== isFirst(other, 0)) return false;
    const isKeyed = [
      ...concurrency,
      ...(runConcurrency === undefined ? [] : [runConcurrency]),
      ...(throttle === undefined ? [] : [throttle]),
    ].some((limit) => limit.isKeyed);
    return !isKeyed || one.user === other.user;
  }

  function age(item: Waiting): number {
    const { hasPriority } = functionOf(item.slug).options;
    return item.queued_at - (hasPriority === true ? (item.priority ?? 0) * 1_000 : 0);
  }

  /** Says whether one has to go first: its run is older or, of runs that are made for this moment, was made first. */
  function isBefore(one: Waiting, other: Waiting): boolean {
    if (age(one) !== age(other)) return age(one) < age(other);
    const isDueAtOnce = (item: Waiting) => isStart(item) && item.at === item.queued_at;
    return (
      one.row < other.row && isDueAtOnce(one) && isDueAtOnce(other) && one.generation === 0 && other.generation === 1
    );
  }
}

/** Says whether the item is the first call of its run, which a move gives another id. */
function isStart({ id }: Waiting): boolean {
  return /:d1(:moved:.*)?$/u.test(id);
}
