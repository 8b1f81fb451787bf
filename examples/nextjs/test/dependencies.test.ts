// Dependencies: up, failing a number of times, and down.
import { beforeEach, expect, test } from "vitest";
import { openDatabase } from "../lib/database.ts";
import { listDependencies, requireDependency, setDependency } from "../lib/dependencies.ts";

beforeEach(() => {
  openDatabase(":memory:");
});

const call = (): void => requireDependency("risky-service");

test("a new database has a risky service that fails twice and then is up", () => {
  expect(call).toThrow("risky-service is down");
  expect(call).toThrow("risky-service is down");
  expect(call).not.toThrow();
  expect(listDependencies()).toEqual([
    { name: "risky-service", failuresLeft: 0 },
    { name: "order-store", failuresLeft: 0 },
  ]);
});

test("a dependency that is down stays down until it is set up", () => {
  setDependency({ name: "risky-service", failuresLeft: null });
  for (let calls = 0; calls < 5; calls += 1) expect(call).toThrow("risky-service is down");
  setDependency({ name: "risky-service", failuresLeft: 0 });
  expect(call).not.toThrow();
});

test("one dependency's failures are not another's", () => {
  setDependency({ name: "risky-service", failuresLeft: null });
  expect(() => requireDependency("order-store")).not.toThrow();
});
