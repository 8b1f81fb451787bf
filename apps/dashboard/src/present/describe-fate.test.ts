// What became of an event that started no run.
import { expect, test } from "vitest";
import { describeFate } from "./describe-fate.ts";

const now = 1_000;
const functionSlug = "shop-order";

test("an event that is held back says so once, and what comes next", () => {
  const fate = { functionSlug, kind: "notStarted", text: "rate limited on key a", until: 2_000 } as const;
  expect(describeFate(fate, now)).toMatchObject({
    look: { word: "Not started" },
    parts: [{ kind: "text", text: "Rate limited on key a" }],
    next: { what: "The next one is let through", at: 2_000 },
  });
  expect(describeFate({ ...fate, until: 900 }, now).next).toBeNull();
  expect(describeFate({ ...fate, until: null }, now).next).toBeNull();
});

test("an event whose place another one took links that one", () => {
  const by = "01M854TGHJFHFWSZCHWRBXM6XM";
  const text = `debounced, event ${by} took its place`;
  expect(describeFate({ functionSlug, kind: "notStarted", text, until: null }, now).parts).toEqual([
    { kind: "text", text: "Debounced, event " },
    { kind: "storedEvent", eventId: by },
    { kind: "text", text: " took its place" },
  ]);
});

test("an event that waits says until when", () => {
  expect(describeFate({ functionSlug, kind: "debouncing", text: "debounced", until: 2_000 }, now)).toMatchObject({
    look: { word: "Debouncing" },
    next: { what: "Starts" },
  });
  expect(describeFate({ functionSlug, kind: "batching", text: "in a batch of 2", until: 2_000 }, now)).toMatchObject({
    look: { word: "Batching" },
    next: { what: "Starts at the latest" },
  });
});
