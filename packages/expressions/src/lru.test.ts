// The bounded map keeps what is in use.
import { expect, test } from "vitest";
import { createLru } from "./lru.ts";

test("what is used stays, what is not used goes", () => {
  const lru = createLru<number>({ entriesMax: 10, charsMax: 1000 });
  lru.set("used", 1);
  lru.set("unused", 2);
  for (let at = 0; at < 20; at++) {
    lru.set(`k${at}`, at);
    expect(lru.get("used")).toBe(1);
    expect(lru.size()).toBeLessThanOrEqual(10);
  }
  expect(lru.get("unused")).toBeUndefined();
  expect(lru.get("k19")).toBe(19);
});

test("long keys fill it sooner", () => {
  const lru = createLru<number>({ entriesMax: 1000, charsMax: 1000 });
  for (let at = 0; at < 100; at++) lru.set(`${"x".repeat(100)}${at}`, at);
  expect(lru.size()).toBeLessThanOrEqual(10);
});
