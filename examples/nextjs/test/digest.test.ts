// The weekly digest: who gets it, and what it counts.
import { beforeEach, expect, test } from "vitest";
import { addContent, decideContent } from "../lib/contents.ts";
import { openDatabase } from "../lib/database.ts";
import { digestEmail, digestFigures } from "../lib/digest.ts";
import { importOrders } from "../lib/orders.ts";
import { addUser, digestUsers } from "../lib/users.ts";

const dayMs = 24 * 60 * 60 * 1000;
const ada = { id: "user-ada", email: "ada@example.com", name: "Ada" };

beforeEach(() => {
  openDatabase(":memory:");
});

test("everybody who wants the digest gets it, new users included", () => {
  addUser({ email: "new@example.com", name: "New", plan: "free" });
  const names = new Set(digestUsers().map(({ name }) => name));
  expect(names).toEqual(new Set(["Ada Lovelace", "Alan Turing", "Grace Hopper", "New"]));
});

test("the figures are the user's own contents and all orders", () => {
  const content = { title: "t", body: "b", authorId: "user-ada", reviewerId: "user-grace" };
  decideContent({ contentId: addContent(content), decision: "published", feedback: null });
  decideContent({ contentId: addContent(content), decision: "rejected", feedback: "no" });
  addContent(content);
  importOrders("run-1", [{ orderId: "1", email: "a@example.com", amountCents: 250, orderedOn: "2026-10-01" }]);
  const now = Date.now();
  expect(digestFigures("user-ada", now)).toEqual({
    contentsPublished: 1,
    contentsWaiting: 0,
    ordersImported: 1,
    revenueCents: 250,
  });
  expect(digestFigures("user-grace", now)).toMatchObject({ contentsPublished: 0, contentsWaiting: 1 });
});

test("what is older than a week is not in the digest", () => {
  importOrders("run-1", [{ orderId: "1", email: "a@example.com", amountCents: 250, orderedOn: "2026-10-01" }]);
  expect(digestFigures("user-ada", Date.now() + 8 * dayMs)).toMatchObject({ ordersImported: 0, revenueCents: 0 });
});

test("the digest is an email to the user", () => {
  expect(digestEmail(ada, Date.now())).toEqual({
    kind: "digest",
    to: "ada@example.com",
    subject: "Your week, Ada",
    body: "0 of your contents were published.\n0 contents wait for your review.\n0 orders came in, worth $0.00.",
  });
});
