// What stands in a queue.
import { expect, test } from "vitest";
import { backlogText, obstacleText } from "./queue-text.ts";

test("a backlog is counted as far as one page goes", () => {
  expect(backlogText({ count: 1, isMore: false })).toBe("1 run");
  expect(backlogText({ count: 3, isMore: false })).toBe("3 runs");
  expect(backlogText({ count: 100, isMore: true })).toBe("more than 100 runs");
});

test("what a line waits for is named without saying that it waits", () => {
  expect(obstacleText("waiting for concurrency limit 2 on key a")).toBe("Concurrency limit 2 on key a");
  expect(obstacleText("waiting: the function is paused")).toBe("The function is paused");
});
