// The figures on the home page.
import { database } from "./database.ts";

/** How much of everything there is. */
export interface Counters {
  readonly users: number;
  readonly orders: number;
  readonly contentsWaiting: number;
  readonly contentsDecided: number;
  readonly uploads: number;
  readonly emails: number;
  readonly stepExecutions: number;
}

const countersSql = `
  SELECT
    (SELECT count(*) FROM users) AS users,
    (SELECT count(*) FROM orders) AS orders,
    (SELECT count(*) FROM contents WHERE status = 'waiting') AS contentsWaiting,
    (SELECT count(*) FROM contents WHERE status <> 'waiting') AS contentsDecided,
    (SELECT count(*) FROM uploads) AS uploads,
    (SELECT count(*) FROM outbox) AS emails,
    (SELECT count(*) FROM step_executions) AS stepExecutions`;

/** Counts everything, in one consistent read. */
export function readCounters(): Counters {
  const counters = database().prepare<[], Counters>(countersSql).get();
  if (counters === undefined) throw new Error("counting returned no row");
  return counters;
}
