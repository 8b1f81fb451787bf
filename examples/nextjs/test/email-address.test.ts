// What counts as an email address.
import { expect, test } from "vitest";
import { isEmailAddress } from "../lib/email-address.ts";

test.each(["a@b.co", "first.last+tag@sub.example.com", "o'neil@example.com"])("%s is an address", (text) => {
  expect(isEmailAddress(text)).toBe(true);
});

test.each(["", "nobody", "@example.com", "a@", "a@b", "a@b.", "a@.b", "a@b..c", "a b@c.de", "a@b@c.de", undefined, 7])(
  "%j is none",
  (value) => {
    expect(isEmailAddress(value)).toBe(false);
  },
);

test("an address longer than mail can carry is none", () => {
  expect(isEmailAddress(`${"a".repeat(250)}@b.co`)).toBe(false);
});
