// Checking rows: what an order is, and what is said of a row that is none.
import { expect, test } from "vitest";
import { validateRows } from "../lib/order-rows.ts";

const good = { order_id: "1", email: "Mary@Example.com", amount: "19.9", ordered_on: "2026-10-31" };

test("a good row becomes an order with its amount in cents and the address in lower case", () => {
  expect(validateRows([{ line: 2, cells: good }])).toEqual({
    valid: [{ orderId: "1", email: "mary@example.com", amountCents: 1990, orderedOn: "2026-10-31" }],
    invalid: [],
  });
});

test.each([
  [{ order_id: "" }, "order_id is empty"],
  [{ email: "nobody" }, '"nobody" is not an email address'],
  [{ amount: "-1" }, '"-1" is not an amount such as 19.90'],
  [{ amount: "1.999" }, '"1.999" is not an amount such as 19.90'],
  [{ ordered_on: "31.10.2026" }, '"31.10.2026" is not a day such as 2026-10-31'],
  [{ ordered_on: "2026-02-30" }, '"2026-02-30" is not a day such as 2026-10-31'],
  [{ ordered_on: "2026-13-01" }, '"2026-13-01" is not a day such as 2026-10-31'],
])("a row with %j is invalid: %s", (fault, reason) => {
  expect(validateRows([{ line: 7, cells: { ...good, ...fault } }])).toEqual({
    valid: [],
    invalid: [{ line: 7, reason }],
  });
});

test("amounts do not lose a cent to binary fractions", () => {
  const { valid } = validateRows([{ line: 2, cells: { ...good, amount: "1.15" } }]);
  expect(valid.map(({ amountCents }) => amountCents)).toEqual([115]);
});
