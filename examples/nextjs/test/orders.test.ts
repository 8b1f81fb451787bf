// Importing orders: batches, orders that exist already, and the count after a repeated import.
import { beforeEach, expect, test } from "vitest";
import { database, openDatabase } from "../lib/database.ts";
import { setDependency } from "../lib/dependencies.ts";
import type { Order } from "../lib/order-rows.ts";
import { importOrders } from "../lib/orders.ts";

beforeEach(() => {
  openDatabase(":memory:");
});

const orders = (count: number): Order[] =>
  Array.from({ length: count }, (_, index) => ({
    orderId: String(index),
    email: "mary@example.com",
    amountCents: 100,
    orderedOn: "2026-10-01",
  }));

test("more orders than one batch holds are all imported", () => {
  expect(importOrders("run-1", orders(250))).toBe(250);
});

test("an order that is there already is left as it is and not counted", () => {
  importOrders("run-1", orders(10));
  expect(importOrders("run-2", orders(12))).toBe(2);
  const first = database()
    .prepare<[], { runId: string }>("SELECT run_id AS runId FROM orders WHERE order_id = '0'")
    .get();
  expect(first).toEqual({ runId: "run-1" });
});

test("repeating an import for the same run gives the same count", () => {
  importOrders("run-1", orders(3));
  expect(importOrders("run-1", orders(3))).toBe(3);
});

test("an import fails while the order store is down", () => {
  setDependency({ name: "order-store", failuresLeft: null });
  expect(() => importOrders("run-1", orders(1))).toThrow("order-store is down");
});
