// Contents on their way from submission to decision.
import { beforeEach, expect, test } from "vitest";
import { addContent, decideContent, decidedContents, findContent, waitingContents } from "../lib/contents.ts";
import { openDatabase } from "../lib/database.ts";

beforeEach(() => {
  openDatabase(":memory:");
});

test("a content waits until there is a decision", () => {
  const id = addContent({ title: "t", body: "b", authorId: "user-ada", reviewerId: "user-grace" });
  expect(waitingContents(10)).toMatchObject([{ id, status: "waiting", feedback: null, decidedAt: null }]);

  decideContent({ contentId: id, decision: "rejected", feedback: "too short" });
  expect(waitingContents(10)).toEqual([]);
  expect(decidedContents(10)).toMatchObject([{ id, status: "rejected", feedback: "too short" }]);
});

test("a decision on a content that nobody knows changes nothing", () => {
  decideContent({ contentId: "content-unknown", decision: "published", feedback: null });
  expect(findContent("content-unknown")).toBeNull();
});
