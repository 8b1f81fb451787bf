import { expect, test } from "vitest";
import { faultNames } from "./faults.ts";
import { failureText, missing } from "./run-seeds.ts";

test("a failure tells what was wrong, what came before it, and how to repeat it", () => {
  const text = failureText({
    seed: 7,
    finding: { checker: "runs end once", message: "run 1 ended twice" },
    moments: 3,
    commits: 2,
    boots: 1,
    hash: "",
    trace: Array.from({ length: 100 }, (_, index) => `line ${index}`),
    coverage: new Map(),
  }).split("\n");
  expect(text.slice(0, 3)).toEqual([
    "seed 7 failed at moment 3: runs end once",
    "run 1 ended twice",
    "(40 lines before)",
  ]);
  expect(text.at(-2)).toBe("line 99");
  expect(text.at(-1)).toContain("--seed 7");
});

test("a kind of fault that has not occurred is missing", () => {
  const all = new Map(faultNames.map((name) => [`fault ${name}`, 1]));
  expect(missing(all)).not.toContain("fault kill");
  all.delete("fault kill");
  expect(missing(all)).toContain("fault kill");
});
