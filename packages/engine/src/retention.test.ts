import { millis } from "@stepwright/protocol";
import { describe, expect, test } from "vitest";
import { expiredBy, type RetentionPolicy } from "./retention.ts";

const now = millis(1_700_000_000_000);
const day = 86_400_000;
const policy: RetentionPolicy = {
  runs: { completed: 30 * day, failed: 90 * day, cancelled: null, skipped: 7 * day },
  events: 30 * day,
};

describe("retention", () => {
  test("what is over is named with its time, runs before events before keys", () => {
    expect(expiredBy(policy, now)).toEqual([
      { kind: "runs", status: "completed", before: now - 30 * day },
      { kind: "runs", status: "failed", before: now - 90 * day },
      { kind: "runs", status: "skipped", before: now - 7 * day },
      { kind: "events", before: now - 30 * day },
      { kind: "keys", before: now },
    ]);
  });

  test("what is kept for good is never over; keys that have expired are all the same", () => {
    const forGood = { completed: null, failed: null, cancelled: null, skipped: null };
    expect(expiredBy({ runs: forGood, events: null }, now)).toEqual([{ kind: "keys", before: now }]);
  });

  test("nothing is over that would have had to end before time began", () => {
    expect(expiredBy(policy, millis(day))).toEqual([{ kind: "keys", before: day }]);
  });
});
