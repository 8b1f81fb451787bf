import { describe, expect, it } from "vitest";
import { reportText } from "./report.ts";
import type { KeptRuns } from "./kept-runs.ts";

const none: KeptRuns = {
  counts: { queued: 0, running: 0, completed: 0, failed: 0, cancelled: 0, skipped: 0 },
  shown: [],
  notShown: 0,
  unfinished: [],
};
const reportOf = (kept: Partial<KeptRuns>): string => reportText({ ...none, ...kept }, { hasColors: false });

describe("what is said after the tests", () => {
  it("is one line when all went well", () => {
    expect(reportOf({ counts: { ...none.counts, completed: 1 } })).toBe("\n1 run: 1 completed\n");
    expect(reportOf({ counts: { ...none.counts, completed: 4, cancelled: 2 } })).toBe(
      "\n6 runs: 4 completed, 2 cancelled\n",
    );
  });

  it("says how much there was no room for", () => {
    const text = reportOf({ counts: { ...none.counts, failed: 120, running: 3, queued: 1 }, notShown: 20 });
    expect(text).toContain("20 more of them are not shown.");
    expect(text).toContain("  and 4 more\n");
    expect(text).toContain("124 runs: 120 failed, 4 not ended");
  });
});
