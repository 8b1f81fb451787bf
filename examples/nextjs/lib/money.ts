// Shows amounts of money to people.

/** Formats an amount in cents as dollars: `123456` is `$1,234.56`. */
export function formatCents(cents: number): string {
  return new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" }).format(cents / 100);
}
