// A range of seeds as a test: nothing is found, and every kind of fault and every feature has occurred.
import { beforeAll, describe, expect, test } from "vitest";
import { failureText, missing, runSeeds, type SeedsReport } from "../src/run-seeds.ts";

/** Describes the range. */
export function expectSeeds({ from, count }: { readonly from: number; readonly count: number }): void {
  describe(`seeds ${from} to ${from + count - 1}`, () => {
    let report: SeedsReport;

    // Far more than they take: a machine that is busy with other things must not fail the build.
    beforeAll(async () => {
      report = await runSeeds({ from, goOn: (done) => done < count });
    }, 1_200_000);

    test("keep every promise under every fault", () => {
      expect(report.failed === null ? "" : failureText(report.failed)).toBe("");
      expect(report.seeds).toBe(count);
    });

    test("meet every kind of fault and make use of every feature", () => {
      expect(missing(report.coverage)).toEqual([]);
    });
  });
}
