// The monthly reports against a database whose figures can be counted by hand.
import { beforeEach, expect, test } from "vitest";
import { database, openDatabase } from "../lib/database.ts";
import { monthOf } from "../lib/month.ts";
import { importOrders } from "../lib/orders.ts";
import { latestEmails, sendEmail } from "../lib/outbox.ts";
import { reportEmail } from "../lib/report-email.ts";
import { churnReport, salesReport, usageReport } from "../lib/reports.ts";

const october = { month: 10, year: 2026 };
const january = { month: 1, year: 2026 };

beforeEach(() => {
  openDatabase(":memory:");
});

let nextOrder = 0;
function order(email: string, amountCents: number, orderedOn: string): void {
  nextOrder += 1;
  importOrders("run-1", [{ orderId: String(nextOrder), email, amountCents, orderedOn }]);
}

test("sales count the orders of the month alone", () => {
  order("mary@example.com", 1000, "2026-09-30");
  order("mary@example.com", 2000, "2026-10-01");
  order("john@example.com", 1501, "2026-10-31");
  order("john@example.com", 9000, "2026-11-01");
  expect(salesReport(october)).toEqual({
    orders: 2,
    revenueCents: 3501,
    averageOrderCents: 1751,
    topCustomer: "mary@example.com",
  });
});

test("a month without orders has empty sales", () => {
  expect(salesReport(october)).toEqual({ orders: 0, revenueCents: 0, averageOrderCents: 0, topCustomer: null });
});

test("usage counts what lies within the month's bounds", () => {
  const upload = database().prepare("INSERT INTO uploads VALUES (?, 'user-ada', 'a.csv', 3, ?)");
  upload.run("upload-1", Date.UTC(2026, 0, 31, 23, 59, 59, 999));
  upload.run("upload-2", Date.UTC(2026, 1, 1));
  // The four users that every database begins with signed up on the first of January 2026.
  expect(usageReport(january)).toEqual({ signups: 4, uploads: 1, contentsSubmitted: 0, emailsSent: 0 });
});

test("usage counts emails sent this month", () => {
  sendEmail({ runId: "run-1", step: "s", attempt: 0 }, { kind: "k", to: "a@example.com", subject: "s", body: "b" });
  const { emailsSent } = usageReport(monthOf(latestEmails(1)[0]?.createdAt));
  expect(emailsSent).toBe(1);
});

test("churn compares customers with the month before, also across the turn of the year", () => {
  order("mary@example.com", 1, "2025-12-01");
  order("mary@example.com", 1, "2025-12-02");
  order("john@example.com", 1, "2025-12-31");
  order("mary@example.com", 1, "2026-01-15");
  order("new@example.com", 1, "2026-01-15");
  expect(churnReport(january)).toEqual({ customersBefore: 2, customersKept: 1, customersLost: 1, churnRate: 0.5 });
});

test("there is no churn without customers to lose", () => {
  expect(churnReport(january)).toEqual({ customersBefore: 0, customersKept: 0, customersLost: 0, churnRate: 0 });
});

test("the report email holds figures of all three reports", () => {
  order("mary@example.com", 123456, "2026-10-01");
  const email = reportEmail(october, {
    sales: salesReport(october),
    usage: usageReport(january),
    churn: churnReport(october),
  });
  expect(email.subject).toBe("Reports for 2026-10");
  expect(email.body).toBe(
    [
      "Sales: 1 orders, $1,234.56 in total, $1,234.56 on average.",
      "Best customer: mary@example.com.",
      "Usage: 4 signups, 0 uploads, 0 contents, 0 emails.",
      "Churn: 0 of 0 customers (0.0 %).",
    ].join("\n"),
  );
});
