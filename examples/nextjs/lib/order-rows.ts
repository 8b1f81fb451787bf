// Turns rows of an uploaded file into orders, and says of each bad row what is wrong with it.
import type { CsvRow } from "./csv.ts";
import { isEmailAddress } from "./email-address.ts";

/** The columns that an uploaded file must have. */
export const orderColumns = ["order_id", "email", "amount", "ordered_on"] as const;

/** One order; `orderedOn` is a day, `YYYY-MM-DD`. */
export interface Order {
  readonly orderId: string;
  readonly email: string;
  readonly amountCents: number;
  readonly orderedOn: string;
}

/** A row that is no order, and why. */
export interface InvalidRow {
  readonly line: number;
  readonly reason: string;
}

/** Sorts rows into orders and invalid rows, each in the order of the file. */
export function validateRows(rows: readonly CsvRow[]): { valid: Order[]; invalid: InvalidRow[] } {
  const valid: Order[] = [];
  const invalid: InvalidRow[] = [];
  for (const row of rows) {
    const order = readOrder(row);
    if (typeof order === "string") invalid.push({ line: row.line, reason: order });
    else valid.push(order);
  }
  return { valid, invalid };
}

/** Returns the order in a row, or a sentence that says why there is none. */
function readOrder({ cells }: CsvRow): Order | string {
  const { order_id: orderId = "", email = "", amount = "", ordered_on: orderedOn = "" } = cells;
  if (orderId === "") return "order_id is empty";
  if (!isEmailAddress(email)) return `"${email}" is not an email address`;
  if (!/^\d{1,9}(\.\d{1,2})?$/.test(amount)) return `"${amount}" is not an amount such as 19.90`;
  if (!isDay(orderedOn)) return `"${orderedOn}" is not a day such as 2026-10-31`;
  return { orderId, email: email.toLowerCase(), amountCents: Math.round(Number(amount) * 100), orderedOn };
}

// Dates roll over (February 30th becomes March 2nd), so the day must come back as it went in.
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
