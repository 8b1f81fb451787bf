import { expect, test } from "vitest";
import { cutEnd, cutMiddle, displayWidth, oneLine, padded, shortLine } from "./fit-text.ts";

test.each([
  ["step-1", 6],
  ["Grüße", 5],
  // An accent of its own is drawn above the letter before it.
  ["e\u0301te\u0301", 3],
  ["売上レポート", 12],
  ["한국어", 6],
  ["ｆｕｌｌ", 8],
  ["🚚", 2],
  // A family of four, joined to one sign.
  ["👨‍👩‍👧‍👦", 2],
  ["مرحبا", 5],
])("%s takes %d columns", (text, width) => {
  expect(displayWidth(text)).toBe(width);
  expect(displayWidth(padded(text, 20))).toBe(20);
  expect(padded(text, 20, "right")).toBe(" ".repeat(20 - width) + text);
});

test("what is cut keeps both ends, and never more than fits", () => {
  expect(cutMiddle("short", 10)).toBe("short");
  expect(cutMiddle("send-reminder-to-customer-4711", 16)).toBe("send-remin…-4711");
  expect(cutMiddle("売上レポート作成", 9)).toBe("売上レ…成");
  for (let width = 2; width < 20; width += 1) {
    expect(displayWidth(cutMiddle("👨‍👩‍👧‍👦売上レポート-of-monday", width))).toBeLessThanOrEqual(width);
    expect(displayWidth(cutEnd("👨‍👩‍👧‍👦売上レポート-of-monday", width))).toBeLessThanOrEqual(width);
  }
});

test("a text of megabytes is cut without being looked at", { timeout: 1_000 }, () => {
  expect(cutEnd("x".repeat(50_000_000), 10)).toBe("xxxxxxxxx…");
  expect(shortLine("\n".repeat(50_000_000), 6)).toBe(String.raw`\n\n\…`);
});

test("what cannot be printed is written as an escape", () => {
  expect(oneLine("a\r\n\tb\u0000\u001B[31m\u202E\u2028")).toBe(String.raw`a\r\n\tb\u0000\u001b[31m\u202e\u2028`);
  expect(oneLine("Grüße 👨‍👩‍👧‍👦 مرحبا")).toBe("Grüße 👨‍👩‍👧‍👦 مرحبا");
});
