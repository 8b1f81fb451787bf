// The three monthly reports, each computed by the database from what it holds at that moment.
import { database } from "./database.ts";
import { monthBounds, monthText, previousMonth } from "./month.ts";
import type { Month } from "./month.ts";

/** What was sold in a month. `topCustomer` is null when nothing was. */
export interface SalesReport {
  readonly orders: number;
  readonly revenueCents: number;
  readonly averageOrderCents: number;
  readonly topCustomer: string | null;
}

/** What people did with the application in a month. */
export interface UsageReport {
  readonly signups: number;
  readonly uploads: number;
  readonly contentsSubmitted: number;
  readonly emailsSent: number;
}

/** How many customers who ordered in the month before did not order again. `churnRate` is 0 when there were none. */
export interface ChurnReport {
  readonly customersBefore: number;
  readonly customersKept: number;
  readonly customersLost: number;
  readonly churnRate: number;
}

/** Computes the sales report of a month. */
export function salesReport(month: Month): SalesReport {
  const totals = database()
    .prepare<[string], { orders: number; revenueCents: number }>(
      `SELECT count(*) AS orders, coalesce(sum(amount_cents), 0) AS revenueCents
       FROM orders WHERE substr(ordered_on, 1, 7) = ?`,
    )
    .get(monthText(month)) ?? { orders: 0, revenueCents: 0 };
  const top = database()
    .prepare<[string], { email: string }>(
      `SELECT email FROM orders WHERE substr(ordered_on, 1, 7) = ?
       GROUP BY email ORDER BY sum(amount_cents) DESC, email LIMIT 1`,
    )
    .get(monthText(month));
  return {
    ...totals,
    averageOrderCents: totals.orders === 0 ? 0 : Math.round(totals.revenueCents / totals.orders),
    topCustomer: top?.email ?? null,
  };
}

/** Computes the usage report of a month. */
export function usageReport(month: Month): UsageReport {
  const report = database()
    .prepare<[ReturnType<typeof monthBounds>], UsageReport>(
      `SELECT
         (SELECT count(*) FROM users WHERE created_at >= @fromAt AND created_at < @untilAt) AS signups,
         (SELECT count(*) FROM uploads WHERE uploaded_at >= @fromAt AND uploaded_at < @untilAt) AS uploads,
         (SELECT count(*) FROM contents WHERE submitted_at >= @fromAt AND submitted_at < @untilAt) AS contentsSubmitted,
         (SELECT count(*) FROM outbox WHERE created_at >= @fromAt AND created_at < @untilAt) AS emailsSent`,
    )
    .get(monthBounds(month));
  return report ?? { signups: 0, uploads: 0, contentsSubmitted: 0, emailsSent: 0 };
}

/** Computes the churn report of a month against the month before. */
export function churnReport(month: Month): ChurnReport {
  const counted = database()
    .prepare<[{ before: string; now: string }], { customersBefore: number; customersKept: number }>(
      `SELECT count(*) AS customersBefore, count(later.email) AS customersKept
       FROM (SELECT DISTINCT email FROM orders WHERE substr(ordered_on, 1, 7) = @before) AS earlier
       LEFT JOIN (SELECT DISTINCT email FROM orders WHERE substr(ordered_on, 1, 7) = @now) AS later
         ON later.email = earlier.email`,
    )
    .get({ before: monthText(previousMonth(month)), now: monthText(month) });
  const { customersBefore, customersKept } = counted ?? { customersBefore: 0, customersKept: 0 };
  const customersLost = customersBefore - customersKept;
  return {
    customersBefore,
    customersKept,
    customersLost,
    churnRate: customersBefore === 0 ? 0 : customersLost / customersBefore,
  };
}
