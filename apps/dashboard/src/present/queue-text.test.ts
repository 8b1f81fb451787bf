// What stands in a queue.
import { expect, test } from "vitest";
import { backlogText } from "./queue-text.ts";

test("a backlog is counted as far as one page goes", () => {
  expect(backlogText({ count: 1, isMore: false })).toBe("1 run");
  expect(backlogText({ count: 3, isMore: false })).toBe("3 runs");
  expect(backlogText({ count: 100, isMore: true })).toBe("more than 100 runs");
});
