// Writes the email that carries the three monthly reports.
import { formatCents } from "./money.ts";
import { monthText } from "./month.ts";
import type { Month } from "./month.ts";
import type { Email } from "./outbox.ts";
import type { ChurnReport, SalesReport, UsageReport } from "./reports.ts";

/** Where the monthly reports go. */
export const teamAddress = "team@example.com";

/** The three reports of one month. */
export interface MonthlyReports {
  readonly sales: SalesReport;
  readonly usage: UsageReport;
  readonly churn: ChurnReport;
}

/** Writes the reports as one email to the team. */
export function reportEmail(month: Month, { sales, usage, churn }: MonthlyReports): Email {
  return {
    kind: "monthly-reports",
    to: teamAddress,
    subject: `Reports for ${monthText(month)}`,
    body: [
      `Sales: ${sales.orders} orders, ${formatCents(sales.revenueCents)} in total, ${formatCents(sales.averageOrderCents)} on average.`,
      `Best customer: ${sales.topCustomer ?? "none"}.`,
      `Usage: ${usage.signups} signups, ${usage.uploads} uploads, ${usage.contentsSubmitted} contents, ${usage.emailsSent} emails.`,
      `Churn: ${churn.customersLost} of ${churn.customersBefore} customers (${(churn.churnRate * 100).toFixed(1)} %).`,
    ].join("\n"),
  };
}
