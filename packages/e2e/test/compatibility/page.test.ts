// The page of what works must not promise what no test shows.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { features, type Proof } from "./features.ts";
import { compatibilityPage } from "./page.ts";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8");
const proofs = features
  .flatMap(({ v3, v4, python, go }) => [v3, v4, python, go])
  .filter((proof): proof is Proof => typeof proof !== "string");

test("docs/compatibility.md is current; otherwise run `pnpm --filter @stepwright/e2e run docs`", () => {
  expect(read("../../../../docs/compatibility.md")).toBe(compatibilityPage());
});

describe("every test that the page names is there", () => {
  test.each([...new Set(proofs.map(([file]) => file))])("in %s", (file) => {
    const source = read(`../${file}`);
    const titles = proofs.filter(([named]) => named === file).map(([, title]) => title);
    expect(titles.filter((title) => !source.includes(`"${title}"`))).toEqual([]);
  });

  test("and runs on both majors, or in both languages, where it is named for both", () => {
    for (const { v3, v4, python, go } of features) {
      for (const [one, other] of [
        [v3, v4],
        [python, go],
      ] as const) {
        if (typeof one === "string" || typeof other === "string" || one[0] !== other[0]) continue;
        expect([one[0], /\b(?:sdks|languages|captureNames)\b/u.test(read(`../${one[0]}`))]).toEqual([one[0], true]);
      }
    }
  });
});
