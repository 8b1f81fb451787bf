// A bulk cancellation says what it would hit, what it means, and how far it has come.
import type { ApiCancellation } from "@stepwright/protocol";
import { expect, test } from "vitest";
import {
  cancellationRequest,
  cancelText,
  fieldTime,
  hasTargets,
  periodText,
  previewText,
  progressText,
} from "./cancellation.ts";

test("what is left empty is not asked for, and nothing is without a function", () => {
  const empty = { fn: "", from: "", to: "", condition: "" };
  expect(cancellationRequest(empty)).toBeNull();
  expect(cancellationRequest({ ...empty, fn: "shop-order", condition: "  " })).toEqual({ function: "shop-order" });
  const at = new Date(2026, 10, 26, 20, 15).getTime();
  expect(
    cancellationRequest({ fn: "a", from: fieldTime(at), to: "nonsense", condition: " event.data.n > 1 " }),
  ).toEqual({
    function: "a",
    from: at,
    if: "event.data.n > 1",
  });
});

test("the number of runs is told, and when it is not all of them", () => {
  const of = (runs: number, isMore = false) => ({ runs, looked: isMore ? 5_000 : runs, isMore });
  expect([of(0), of(1), of(1_200)].map(previewText)).toEqual([
    "No unfinished run would be cancelled.",
    "1 run would be cancelled.",
    "1,200 runs would be cancelled.",
  ]);
  expect(previewText(of(4_000, true))).toContain("At least 4,000 runs");
  expect([undefined, of(0), of(7), of(7, true)].map(cancelText)).toEqual([
    "Cancel runs",
    "Cancel runs",
    "Cancel 7 runs",
    "Cancel 7 runs or more",
  ]);
});

test("nothing is asked for that would hit nothing, unless there may be more", () => {
  expect(hasTargets(undefined)).toBe(false);
  expect(hasTargets({ runs: 0, looked: 9, isMore: false })).toBe(false);
  expect(hasTargets({ runs: 0, looked: 9, isMore: true })).toBe(true);
  expect(hasTargets({ runs: 1, looked: 9, isMore: false })).toBe(true);
});

test("a period is told where there is one, and the progress until its end", () => {
  const asked: ApiCancellation = {
    id: "1",
    functionSlug: "shop-order",
    from: null,
    to: 1_000,
    if: null,
    createdAt: 1_000,
    endedAt: null,
    cancelled: 100,
  };
  expect(periodText(asked, 1_000)).toBe("");
  expect(periodText({ ...asked, if: "event.data.n > 1" }, 1_000)).toBe("where event.data.n > 1");
  expect(periodText({ ...asked, from: 0, createdAt: 60_000 }, 1_000)).toMatch(/^since .+, before .+$/);
  expect(progressText(asked)).toBe("Cancelling, 100 runs so far");
  expect(progressText({ endedAt: 2, cancelled: 1 })).toBe("1 run cancelled");
});
