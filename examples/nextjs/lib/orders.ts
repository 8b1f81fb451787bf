// Writes imported orders to the database in batches and counts what an import brought.
import { database } from "./database.ts";
import { requireDependency } from "./dependencies.ts";
import type { Order } from "./order-rows.ts";

// Keeps each write transaction short: other processes wait for the write lock while one is open.
const batchSize = 100;

/**
 * Imports orders in batches and returns how many of them this run brought into the database.
 *
 * An order that is already there is left as it is. The count goes by the run's id, not by the rows inserted just now:
 * when the step runs again after a crash between its last batch and its result, the answer is still the true one.
 */
export function importOrders(runId: string, orders: readonly Order[]): number {
  const db = database();
  const insert = db.prepare(
    `INSERT INTO orders (order_id, email, amount_cents, ordered_on, run_id, imported_at)
     VALUES (@orderId, @email, @amountCents, @orderedOn, @runId, @importedAt) ON CONFLICT (order_id) DO NOTHING`,
  );
  const insertBatch = db.transaction((batch: readonly Order[]) => {
    for (const order of batch) insert.run({ ...order, runId, importedAt: Date.now() });
  });
  requireDependency("order-store");
  for (let start = 0; start < orders.length; start += batchSize) insertBatch(orders.slice(start, start + batchSize));
  return (
    db.prepare<[string], { count: number }>("SELECT count(*) AS count FROM orders WHERE run_id = ?").get(runId)
      ?.count ?? 0
  );
}
