// The checkers can fail: each defect that is put in is found, by the checker whose business it is.
import { expect, test } from "vitest";
import { runSeed } from "../src/run-seed.ts";
import { defects } from "./mutations.ts";

/** Seeds within which a defect has to be found. */
const seedsMax = 1_500;

test.each(defects)("an engine that $name is caught", { timeout: 600_000 }, async (defect) => {
  const { caughtBy } = defect;
  const found = new Map<string, number>();
  for (let seed = 1; seed <= seedsMax && !found.has(caughtBy); seed += 1) {
    const { finding } = await runSeed(seed, defect);
    if (finding !== null) found.set(finding.checker, (found.get(finding.checker) ?? 0) + 1);
  }
  expect([...found.keys()]).toContain(caughtBy);
});
