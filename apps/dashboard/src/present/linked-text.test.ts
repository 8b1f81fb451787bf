// The runs and events that a sentence names.
import { expect, test } from "vitest";
import { linkedText } from "./linked-text.ts";

const id = "01M854TGHJFHFWSZCHWRBXM6XM";

test("a run and an event that a sentence names can be linked", () => {
  expect(linkedText(`singleton held by run ${id}`)).toEqual([
    { kind: "text", text: "singleton held by run " },
    { kind: "run", runId: id },
  ]);
  expect(linkedText(`debounced, event ${id} took its place`)).toEqual([
    { kind: "text", text: "debounced, event " },
    { kind: "storedEvent", eventId: id },
    { kind: "text", text: " took its place" },
  ]);
});

test("a sentence without ids is one piece, and names that only look like nouns are left alone", () => {
  expect(linkedText("rate limited on key a")).toEqual([{ kind: "text", text: "rate limited on key a" }]);
  expect(linkedText("by event order/cancelled")).toEqual([{ kind: "text", text: "by event order/cancelled" }]);
});
